import { describe, expect, it } from 'vitest';
import {
  deleteAllSignedText,
  deleteBeforeSignedText,
  deleteSignedText,
  expireAllSignedText,
  expireSignedText,
  getExpiriesSignedText,
  memberDeleteAllText,
  memberDeleteBeforeText,
  memberDeleteText,
  memberExpireAllText,
  memberExpireText,
  memberRevokeBytes,
  memberStoreText,
  parseSubaccountToken,
  retrieveSignedText,
  revokedSubaccountsSignedText,
  revokeSubaccountSignedBytes,
  signText,
  storeSignedText,
  SUBACCOUNT_FLAGS,
  unrevokeSubaccountSignedBytes,
  verifySignedRequest,
  verifyText
} from '../../../src/lib/crypto/index.ts';
import {
  base64ToBytes,
  bytesToHex,
  bytesToUtf8,
  hexToBytes,
  utf8ToBytes
} from '../../../src/lib/bytes/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { BACKENDS } from './support.ts';

type Text = string | number;

interface RequestVector {
  what: string;
  method: string;
  params: {
    pubkey: string;
    pubkey_ed25519?: string;
    namespace?: number | 'all';
    timestamp?: Text;
    sig_timestamp?: Text;
    before?: number;
    expiry?: number | number[];
    extend?: boolean;
    shorten?: boolean;
    messages?: string | string[];
    revoke?: string | string[];
    unrevoke?: string | string[];
    signature?: string;
    subaccount?: string;
    subaccount_sig?: string;
  };
  signed_string?: string;
  signed_bytes?: string;
  signer?: 'user' | 'group' | 'subaccount' | 'other';
  verifies?: boolean;
  unsigned_ok?: boolean;
}

interface MemberAnswer {
  hash?: string;
  signature?: string;
  deleted?: string[] | Record<string, string[]>;
  updated?: string[] | Record<string, string[]>;
  unchanged?: Record<string, number>;
  expiry?: number | number[];
  failed?: boolean;
}

interface ResponseVector {
  what: string;
  method: string;
  request_messages?: string[];
  request_timestamp?: number;
  request_expiry?: number;
  response: { hash?: string; swarm: Record<string, MemberAnswer> };
  signed_string?: string;
  signed_string_per_node?: Record<string, string>;
  signed_bytes_per_node?: Record<string, string>;
  expected_per_node?: Record<string, 'ok' | 'bad_signature' | 'failed'>;
}

interface NetworkFile {
  keys: {
    user: { ed25519_seed: string };
    group: { ed25519_seed: string };
    subaccount: { ed25519_seed: string };
  };
  request_signature: RequestVector[];
  response_signature: ResponseVector[];
}

const {
  keys,
  request_signature: requests,
  response_signature: responses
} = loadVectors<NetworkFile>('network.json');
const signed = requests.filter(({ unsigned_ok }) => !unsigned_ok);

const listOf = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const tokenBytes = (text: string) => (text.length === 72 ? hexToBytes(text) : base64ToBytes(text));

/** What §5.5 wants signed for these parameters. */
function signedBytesOf({ method, params }: RequestVector): Uint8Array {
  const namespace = params.namespace ?? 0;
  const oneNamespace = namespace as number;
  const timestampMs = Number(params.sig_timestamp ?? params.timestamp);
  const hashes = listOf(params.messages);
  const expiriesMs = listOf(params.expiry);
  const mode = params.extend ? 'extend' : params.shorten ? 'shorten' : 'set';
  const texts: Record<string, () => string | Uint8Array> = {
    store: () => storeSignedText(oneNamespace, timestampMs),
    retrieve: () => retrieveSignedText(oneNamespace, timestampMs),
    delete: () => deleteSignedText(hashes),
    delete_all: () => deleteAllSignedText(namespace, timestampMs),
    delete_before: () => deleteBeforeSignedText(namespace, params.before as number),
    expire: () => expireSignedText({ mode, expiriesMs, hashes }),
    expire_all: () => expireAllSignedText(namespace, expiriesMs[0] as number),
    get_expiries: () => getExpiriesSignedText(timestampMs, hashes),
    revoke_subaccount: () => revokeSubaccountSignedBytes(timestampMs, listOf(params.revoke).map(tokenBytes)),
    unrevoke_subaccount: () =>
      unrevokeSubaccountSignedBytes(timestampMs, listOf(params.unrevoke).map(tokenBytes)),
    revoked_subaccounts: () => revokedSubaccountsSignedText(timestampMs)
  };
  const text = (texts[method] as () => string | Uint8Array)();
  return typeof text === 'string' ? utf8ToBytes(text) : text;
}

/** The flags §5.4 asks of a subaccount. */
function neededFlags({ method, params }: RequestVector): number {
  const { read, write, delete: del } = SUBACCOUNT_FLAGS;
  if (method === 'retrieve' || method === 'get_expiries') return read;
  if (method === 'store') return params.namespace === -21 ? write | del : write;
  return method === 'expire' ? write : del;
}

describe('the signed text of a storage request', () => {
  it('is known for 45 vectors, of which ten must not verify', () => {
    expect(requests).toHaveLength(47);
    expect(signed).toHaveLength(45);
    expect(signed.filter(({ verifies }) => !verifies)).toHaveLength(10);
  });

  it.each(signed.filter(({ verifies }) => verifies))('is exact: $what', (vector) => {
    const bytes = signedBytesOf(vector);
    if (vector.signed_bytes !== undefined) expect(bytesToHex(bytes)).toBe(vector.signed_bytes);
    else expect(bytesToUtf8(bytes)).toBe(vector.signed_string);
  });
});

describe.each(BACKENDS)('signatures of storage requests on $name', ({ crypto }) => {
  it.each(signed)('decide as the server does: $what', async (vector) => {
    const { params } = vector;
    const result = await verifySignedRequest(crypto, {
      accountKey: hexToBytes(params.pubkey),
      ed25519PublicKey: params.pubkey_ed25519 === undefined ? undefined : hexToBytes(params.pubkey_ed25519),
      signed: signedBytesOf(vector),
      signature: base64ToBytes(params.signature as string),
      subaccount:
        params.subaccount === undefined
          ? undefined
          : {
              token: tokenBytes(params.subaccount),
              signature: base64ToBytes(params.subaccount_sig as string),
              needs: neededFlags(vector)
            }
    });
    expect(result).toBe(vector.verifies);
  });

  it.each(signed.filter(({ verifies }) => verifies))('are made bit for bit: $what', async (vector) => {
    const { ed25519_seed } = keys[vector.signer as 'user' | 'group' | 'subaccount'];
    const signature = await signText(
      crypto,
      { ed25519Seed: hexToBytes(ed25519_seed) },
      signedBytesOf(vector)
    );
    expect(bytesToHex(signature)).toBe(bytesToHex(base64ToBytes(vector.params.signature as string)));
  });

  it('are refused for tokens and keys of the wrong size, without throwing', async () => {
    const vector = signed.find(
      ({ signer, verifies }) => signer === 'subaccount' && verifies
    ) as RequestVector;
    const good = {
      accountKey: hexToBytes(vector.params.pubkey),
      signed: signedBytesOf(vector),
      signature: base64ToBytes(vector.params.signature as string),
      subaccount: {
        token: tokenBytes(vector.params.subaccount as string),
        signature: base64ToBytes(vector.params.subaccount_sig as string),
        needs: neededFlags(vector)
      }
    };
    expect(await verifySignedRequest(crypto, good)).toBe(true);
    const short = new Uint8Array(3);
    expect(parseSubaccountToken(short)).toBeNull();
    const { subaccount } = good;
    expect(await verifySignedRequest(crypto, { ...good, subaccount: { ...subaccount, token: short } })).toBe(
      false
    );
    expect(
      await verifySignedRequest(crypto, { ...good, subaccount: { ...subaccount, signature: short } })
    ).toBe(false);
    expect(await verifySignedRequest(crypto, { ...good, signature: short })).toBe(false);
    expect(await verifySignedRequest(crypto, { ...good, accountKey: short })).toBe(false);
    const user = signed.find(({ signer, verifies }) => signer === 'user' && verifies) as RequestVector;
    const request = {
      accountKey: hexToBytes(user.params.pubkey),
      signed: signedBytesOf(user),
      signature: base64ToBytes(user.params.signature as string)
    };
    expect(await verifySignedRequest(crypto, { ...request, ed25519PublicKey: short })).toBe(false);
    // A group's key signs itself; naming another one does not help.
    expect(await verifySignedRequest(crypto, { ...good, ed25519PublicKey: new Uint8Array(32) })).toBe(false);
  });
});

const USER_ID = '055b2b8bcac8f191d0f690ec6e3555b6b16c83ba7294bb28010a4ce88a4507b841';
const GROUP_ID = '0376371162b2e91d772623fc009b9f3560b6ea7eec73dcb6b1a12e01fd14d31b06';
const TOKENS = requests.find(({ method }) => method === 'revoke_subaccount')?.params.revoke as string[];

const flat = (hashes: string[] | Record<string, string[]> | undefined): string[] =>
  Array.isArray(hashes) ? hashes : Object.values(hashes ?? {}).flat();

function memberBytes(vector: ResponseVector, answer: MemberAnswer): Uint8Array {
  const accountIdHex = USER_ID;
  const requested = vector.request_messages ?? [];
  const [deleted, updated] = [flat(answer.deleted), flat(answer.updated)];
  const texts: Record<string, () => string | Uint8Array> = {
    store: () => memberStoreText(answer.hash as string),
    delete: () => memberDeleteText({ accountIdHex, requested, deleted }),
    delete_all: () =>
      memberDeleteAllText({ accountIdHex, timestampMs: vector.request_timestamp as number, deleted }),
    expire_all: () =>
      memberExpireAllText({ accountIdHex, expiryMs: vector.request_expiry as number, updated }),
    expire: () =>
      memberExpireText({
        accountIdHex,
        requested,
        updated,
        expiriesMs: listOf(answer.expiry),
        ...(answer.unchanged && { unchanged: answer.unchanged })
      }),
    revoke_subaccount: () =>
      memberRevokeBytes({
        accountIdHex: GROUP_ID,
        timestampMs: 1_700_000_000_000,
        tokens: TOKENS.map(tokenBytes)
      })
  };
  const text = (texts[vector.method] as () => string | Uint8Array)();
  return typeof text === 'string' ? utf8ToBytes(text) : text;
}

describe.each(BACKENDS)('signatures of swarm members on $name', ({ crypto }) => {
  it.each(responses)('verify for who made them: $what', async (vector) => {
    let checked = 0;
    for (const [memberHex, answer] of Object.entries(vector.response.swarm)) {
      if (answer.signature === undefined) {
        expect(vector.expected_per_node?.[memberHex]).toBe('failed');
        continue;
      }
      const text = memberBytes(vector, answer);
      const expectedText = vector.signed_string_per_node?.[memberHex] ?? vector.signed_string;
      if (expectedText !== undefined) expect(bytesToUtf8(text)).toBe(expectedText);
      const expectedBytes = vector.signed_bytes_per_node?.[memberHex];
      if (expectedBytes !== undefined) expect(bytesToHex(text)).toBe(expectedBytes);
      const verifies = await verifyText(crypto, hexToBytes(memberHex), text, base64ToBytes(answer.signature));
      expect(verifies).toBe((vector.expected_per_node?.[memberHex] ?? 'ok') === 'ok');
      checked++;
    }
    expect(checked).toBeGreaterThan(1);
  });
});

describe('the text of a member', () => {
  it('sorts what was deleted and keeps what was asked in order', () => {
    const text = memberDeleteText({ accountIdHex: 'ID', requested: ['z', 'a'], deleted: ['z', 'a', 'B'] });
    expect(text).toBe('IDzaBaz');
    const before = memberDeleteBeforeText({ accountIdHex: 'ID', beforeMs: 12, deleted: ['b', 'a'] });
    expect(before).toBe('ID12ab');
  });
});
