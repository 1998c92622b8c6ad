// The last device is lost and its account begins anew: what was sealed to keys that are gone comes again, once the sender's person
// agrees (v2-forward-secrecy-and-pq.md §12.5, §15).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadHeldView } from '../../../src/lib/storage/index.ts';
import { eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { createLeapClock } from '../../support/leap-clock.ts';
import { seenDevices } from '../../support/linked-device.ts';

const WAIT_MS = 60_000;
const MINUTE_MS = 60_000;
/** Real time. */
const LEAP_EVERY_MS = 1_000;
const clock = createLeapClock(6);

let network: TestNetwork;
let ana: Person;
let ben: Person;

const commands = (person: Person) => person.tab.engine.messenger();
const conversation = async (person: Person, other: Person) =>
  (await person.page.conversations()).find(({ accountId }) => accountId === other.page.accountId);
const reads = (person: Person, other: Person, text: string) =>
  eventually(
    `“${text}” can be read`,
    async () => (await person.page.texts(other.page.accountId)).includes(text),
    WAIT_MS
  );
const held = ({ page }: Person) => loadHeldView(page.db, page.rowKey);

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([network.person('Ana', clock), network.person('Ben', clock)]);
  await eventually(
    'both announce keys',
    () =>
      [ana, ben].every(({ page }) =>
        network.net.stored(page.accountId).some(({ namespace }) => namespace === -41)
      ),
    WAIT_MS
  );
  await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
  await reads(ben, ana, 'Hello Ben');
  const contacts = () =>
    network.net
      .stored(ana.page.accountId)
      .flatMap(({ namespace, hash }) => (namespace === 3 ? [hash] : []))
      .join();
  const asked = await eventually('Ben stands among contacts on the network', contacts, WAIT_MS);
  await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
  await reads(ana, ben, 'Hello Ana');
  await eventually('as one who answered', () => contacts() !== asked && contacts(), WAIT_MS);
}, 180_000);
afterAll(() => network.close());

test('what was lost is told of, asked for, and comes once the sender agrees', async () => {
  const { words } = await ana.tab.engine.revealPhrase();
  await ana.tab.close();
  await sendText(ben.tab, ana.page.accountId, 'To keys that are gone');
  await eventually(
    'it is sent',
    async () => (await ben.page.messages(ana.page.accountId)).at(-1)?.state === 'sent',
    WAIT_MS
  );
  const again = await network.restored(words, clock);
  await seenDevices('a group', again, ({ status }) => status === 'visible');
  commands(again).orderDevices({ action: 'start-fresh' });
  await seenDevices('a new group', again, ({ status }) => status === 'member');
  await eventually(
    'Ben as a contact',
    async () => (await conversation(again, ben))?.request === 'none',
    WAIT_MS
  );
  let leaptAt = performance.now();
  await eventually(
    'what cannot be opened is told of',
    async () => {
      // A leap ends every request under way, so there has to be time for some between two.
      if (performance.now() - leaptAt > LEAP_EVERY_MS) {
        clock.leap(5 * MINUTE_MS);
        leaptAt = performance.now();
      }
      return (await held(again))?.canAsk;
    },
    WAIT_MS
  );
  expect(await again.page.texts(ben.page.accountId)).not.toContain('To keys that are gone');

  commands(again).orderDevices({ action: 'ask-resend' });
  await eventually('it is asked', async () => (await held(again))?.askedAtMs, WAIT_MS);
  const asked = await eventually(
    'Ben is asked',
    async () => ((await conversation(ben, ana))?.resendRequest ? conversation(ben, ana) : null),
    WAIT_MS
  );
  expect(await again.page.texts(ben.page.accountId)).not.toContain('To keys that are gone');
  await commands(ben).answerResend(asked?.id ?? '', true);
  await reads(again, ben, 'To keys that are gone');
  const texts = await again.page.texts(ben.page.accountId);
  expect(texts.filter((text) => text === 'To keys that are gone')).toHaveLength(1);
}, 240_000);
