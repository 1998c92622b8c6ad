import { describe, expect, it } from 'vitest';
import type { AccountName } from '../../../src/lib/account-name.ts';
import { lookUpName } from '../../../src/lib/onion/name-lookup.ts';
import type { NodeReply } from '../../../src/lib/onion/index.ts';
import type { VerifiedNode } from '../../../src/lib/onion/verified-node.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import type { JsonValue } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';

const { ons } = loadVectors<{
  ons: { name: string; name_hash_base64: string; result?: JsonValue; account_id?: string }[];
}>('network.json');
const known = ons.find(({ result }) => result) as Required<(typeof ons)[number]>;
const NAME = known.name as AccountName;

const node = (index: number): VerifiedNode => ({
  ed25519PublicKeyHex: index.toString(16).padStart(64, '0'),
  ip: `10.0.${index}.1`,
  port: 22_021,
  swarmIdHex: null
});

/** @param answers what the nodes say, in the order in which they are asked */
async function ask(answers: readonly (JsonValue | NodeReply | Error)[], nodes = 9) {
  const asked: { hash: unknown; ip: string }[] = [];
  const answer = lookUpName(
    {
      usableNodes: () => Array.from({ length: nodes }, (_, index) => node(index)),
      random: systemRandom,
      async request(to, rpc) {
        const given = answers[asked.length] ?? new Error('silent');
        asked.push({ ip: to.ip, hash: (rpc.params as { params: { name_hash: string } }).params.name_hash });
        if (given instanceof Error) throw given;
        if (typeof given === 'object' && given !== null && 'status' in given) return given as NodeReply;
        return { status: 200, body: { result: given as JsonValue } };
      }
    },
    NAME,
    new AbortController().signal
  );
  return { answer, asked };
}

describe('a name', () => {
  it('is its account when three nodes in different /24s say so; they are told its hash alone', async () => {
    const { answer, asked } = await ask([known.result, known.result, known.result]);
    expect(await answer).toEqual({ kind: 'account', accountId: known.account_id });
    expect(new Set(asked.map(({ ip }) => ip)).size).toBe(3);
    expect(asked.map(({ hash }) => hash)).toEqual(Array(3).fill(known.name_hash_base64));
  });

  it('is unregistered when all three say so', async () => {
    expect(await (await ask([{}, {}, {}])).answer).toEqual({ kind: 'unregistered' });
  });

  it('is disputed as soon as one of three says otherwise', async () => {
    const { encrypted_value } = known.result as { encrypted_value: string };
    const other = { ...(known.result as object), nonce: '00'.repeat(24), encrypted_value };
    for (const lie of [{}, other]) {
      for (const at of [0, 1, 2]) {
        const answers: JsonValue[] = [known.result, known.result, known.result];
        answers[at] = lie;
        expect(await (await ask(answers)).answer).toEqual({ kind: 'disputed' });
      }
    }
  });

  it('leads to no account when what all agree on does not open', async () => {
    const sealed = { encrypted_value: '00'.repeat(49), nonce: '00'.repeat(24) };
    expect(await (await ask([sealed, sealed, sealed])).answer).toEqual({ kind: 'no-account' });
  });

  it('is asked of another node when one is silent, refuses or answers nonsense', async () => {
    const refusal: NodeReply = { status: 400, body: 'Invalid params' };
    const nonsense = { encrypted_value: 'ab', nonce: '' };
    const answers = [new Error('silent'), refusal, nonsense, known.result, known.result, known.result];
    const { answer, asked } = await ask(answers);
    expect(await answer).toMatchObject({ kind: 'account' });
    expect(asked).toHaveLength(6);
  });

  it('stays unknown, and nobody else is asked, when nine nodes did not bring three answers', async () => {
    const { answer, asked } = await ask([known.result, known.result], 20);
    await expect(answer).rejects.toMatchObject({ code: 'no-path' });
    expect(asked).toHaveLength(9);
  });
});
