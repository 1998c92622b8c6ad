// What the Exposure screen says, read from its words alone.
import type { Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import type { NodePart } from '../../src/lib/onion/index.ts';
import { exposure as text } from '../../src/lib/text/en/exposure.ts';
import { notedContacts, type RecordedAll } from '../support/exposure-record.ts';

interface ShownNode {
  readonly ed25519PublicKeyHex: string;
  readonly ip: string;
  readonly parts: Partial<Record<NodePart, { count: number; lost: number; lastAtMs: number }>>;
}

const numberIn = (found: RegExpExecArray | null) => Number((found?.[1] ?? '0').replaceAll(',', ''));

/** Opens every row that has a list of machines. */
export async function openRows(page: Page): Promise<void> {
  const parties = new RegExp(`^(${Object.values(text.parties).join('|')}): `);
  const closed = page.getByRole('main').getByRole('button', { name: parties, expanded: false });
  while ((await closed.count()) > 0) await closed.first().click();
}

/** Every machine in every open row, in the form in which it is recorded elsewhere. */
export async function shownContacts(page: Page, net: Localnet): Promise<RecordedAll> {
  const lists = page.getByRole('main').getByRole('list', { name: /, one by one$/ });
  const shown = await lists.evaluateAll((all) =>
    all.map((list) => ({
      party: list.getAttribute('aria-label') ?? '',
      lines: [...list.children].map((item) => item.textContent?.replace(/\s+/g, ' ').trim() ?? '')
    }))
  );
  const nodes = new Map<string, ShownNode>();
  const servers: { host: string; count: number; lost: number; lastAtMs: number }[] = [];
  let gatewayRequests = 0;
  for (const { party, lines } of shown) {
    for (const line of lines) {
      const [address = ''] = line.split(' ');
      const count = numberIn(/([\d,]+) times?/.exec(line));
      const lost = numberIn(/\(([\d,]+) more/.exec(line));
      if (party.startsWith(text.parties.relay)) gatewayRequests += count + lost;
      else if (party.startsWith(text.parties['file-server'])) {
        servers.push({ host: address, count, lost, lastAtMs: 0 });
      } else {
        const part = (Object.keys(text.parts) as NodePart[]).find((one) =>
          line.includes(`${text.parts[one]}:`)
        );
        const node = net.nodes.find(({ ip }) => ip === address);
        if (!part || !node) throw new Error(`not understood: ${party}: ${line}`);
        const known = nodes.get(address) ?? {
          ed25519PublicKeyHex: node.ed25519PublicKeyHex,
          ip: address,
          parts: {}
        };
        nodes.set(address, { ...known, parts: { ...known.parts, [part]: { count, lost, lastAtMs: 0 } } });
      }
    }
  }
  return { gatewayRequests, ...notedContacts({ nodes: [...nodes.values()], servers }) };
}
