// Swarms whose members answer as told, without paths between: for tests of what the swarm floor believes.
import { ed25519 } from '@noble/curves/ed25519.js';
import type { AccountId } from '../../src/lib/account-id.ts';
import {
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
  hexToBytes,
  utf8ToBytes
} from '../../src/lib/bytes/index.ts';
import {
  memberDeleteAllText,
  memberDeleteBeforeText,
  memberDeleteText,
  memberExpireAllText,
  memberExpireText,
  memberStoreText,
  messageHash
} from '../../src/lib/crypto/index.ts';
import type {
  NodeReply,
  OnionClient,
  OnionError,
  RequestOptions,
  VerifiedNode
} from '../../src/lib/onion/index.ts';
import type { RandomBytes } from '../../src/lib/random.ts';
import type { JsonObject, JsonValue, RpcRequest } from '../../src/lib/wire/index.ts';

export interface Member extends VerifiedNode {
  readonly seed: Uint8Array;
}

export interface Asked {
  readonly node: Member;
  readonly rpc: RpcRequest;
  readonly options: RequestOptions;
}

type Tamper = (asked: Asked, honest: () => NodeReply) => NodeReply | OnionError | Promise<NodeReply>;

export interface FakeSwarms {
  readonly onion: OnionClient;
  readonly nodes: Member[];
  readonly asked: Asked[];
  readonly struck: { readonly nodeHex: string; readonly reason: string }[];
  readonly syncs: { count: number };
  /** Network time. */
  now: number;
  /** What a node says instead; honest by default. */
  tamper: Tamper;
  /** Runs when a refresh is asked for. */
  onRefresh: () => boolean;
  onSync: () => void;
  swarmOf(swarmIdHex: string): Member[];
  /** The object a 421 carries. */
  swarmBody(members: readonly Member[], swarmIdHex: string): JsonObject;
  /** Signed by the member. */
  sign(member: Member, text: string): string;
}

export function createFakeSwarms(
  random: RandomBytes,
  swarmIds: readonly string[] = ['10', 'f0']
): FakeSwarms {
  const nodes = swarmIds.flatMap((swarmIdHex, swarm) =>
    Array.from({ length: 3 }, (_, index): Member => {
      const seed = random(32);
      return {
        seed,
        ed25519PublicKeyHex: bytesToHex(ed25519.getPublicKey(seed)),
        ip: `10.${swarm}.${index}.1`,
        port: 443,
        swarmIdHex
      };
    })
  );
  const kept = new Map<string, { timestamp: number; expiration: number; data: string; namespace: number }>();
  const unusable = new Set<string>();
  let pool: readonly Member[] = nodes;
  const sign = (member: Member, text: string) => bytesToBase64(ed25519.sign(utf8ToBytes(text), member.seed));

  const fakes: FakeSwarms = {
    nodes,
    asked: [],
    struck: [],
    syncs: { count: 0 },
    now: 1_750_000_000_000,
    tamper: (_, honest) => honest(),
    onRefresh: () => false,
    onSync: () => {},
    swarmOf: (swarmIdHex) => fakes.nodes.filter((node) => node.swarmIdHex === swarmIdHex),
    swarmBody: (members, swarmIdHex) => ({
      snodes: members.map((member) => ({
        pubkey_ed25519: member.ed25519PublicKeyHex,
        pubkey_x25519: '11'.repeat(32),
        ip: member.ip,
        port_https: member.port,
        port: String(member.port)
      })),
      swarm: swarmIdHex,
      t: fakes.now,
      hf: [19, 3]
    }),
    sign,
    onion: {
      nodes: () => pool,
      isUsable: (key: string) => !unusable.has(key),
      strikeNode(nodeHex: string, reason: string) {
        fakes.struck.push({ nodeHex, reason });
      },
      whenUsable: async () => {},
      refreshNodes: async () => {
        const isNew = fakes.onRefresh();
        if (isNew) pool = [...fakes.nodes];
        return isNew;
      },
      networkTimeMs: () => fakes.now,
      observeNodeTime: () => {},
      resyncClock: async () => {
        fakes.syncs.count++;
        fakes.onSync();
        return true;
      },
      async requestNode(
        { ed25519PublicKeyHex }: { ed25519PublicKeyHex: string },
        rpc: RpcRequest,
        options: RequestOptions = {}
      ) {
        const node = fakes.nodes.find((each) => each.ed25519PublicKeyHex === ed25519PublicKeyHex)!;
        const asked = { node, rpc, options };
        fakes.asked.push(asked);
        const reply = await fakes.tamper(asked, () => ({ status: 200, body: answer(node, rpc) }));
        if (reply instanceof Error) throw reply;
        return JSON.parse(JSON.stringify(reply)) as NodeReply;
      }
    } as unknown as OnionClient
  };

  /** Every member of the node's swarm answers with its own signature. */
  function members(node: Member, entryOf: (member: Member) => JsonObject): JsonObject {
    return Object.fromEntries(
      fakes.swarmOf(node.swarmIdHex as string).map((member) => [member.ed25519PublicKeyHex, entryOf(member)])
    );
  }

  function answer(node: Member, { method, params }: RpcRequest): JsonValue {
    const account = params.pubkey as AccountId;
    const time = { t: fakes.now, hf: [19, 3] };
    const signed = (member: Member, text: string, entry: JsonObject) => ({
      ...entry,
      signature: sign(member, text)
    });
    switch (method) {
      case 'store': {
        const data = params.data as string;
        const namespace = params.namespace as number;
        const expiry = (params.timestamp as number) + (params.ttl as number);
        const hash = messageHash(hexToBytes(account), namespace, base64ToBytes(data));
        kept.set(hash, { timestamp: params.timestamp as number, expiration: expiry, data, namespace });
        const swarm = members(node, (member) => signed(member, memberStoreText(hash), { hash, expiry }));
        return { hash, swarm, ...time };
      }
      case 'retrieve': {
        const messages = [...kept]
          .filter(([, item]) => item.namespace === params.namespace)
          .map(([hash, { timestamp, expiration, data }]) => ({ hash, timestamp, expiration, data }));
        const start = messages.findIndex(({ hash }) => hash === params.last_hash) + 1;
        return { messages: messages.slice(start), more: false, ...time };
      }
      case 'batch':
      case 'sequence':
        return {
          results: (params.requests as unknown as RpcRequest[]).map((request) => ({
            code: 200,
            body: answer(node, request)
          }))
        };
      case 'delete': {
        const requested = params.messages as string[];
        const deleted = requested.filter((hash) => kept.has(hash)).sort();
        const text = memberDeleteText({ accountIdHex: account, requested, deleted });
        return { swarm: members(node, (member) => signed(member, text, { deleted })), ...time };
      }
      case 'delete_all':
      case 'delete_before': {
        const deleted = [...kept.keys()].sort();
        const text =
          method === 'delete_all'
            ? memberDeleteAllText({ accountIdHex: account, timestampMs: params.timestamp as number, deleted })
            : memberDeleteBeforeText({ accountIdHex: account, beforeMs: params.before as number, deleted });
        const entry = params.namespace === 'all' ? { deleted: { '0': deleted } } : { deleted };
        return { swarm: members(node, (member) => signed(member, text, entry)), ...time };
      }
      case 'expire': {
        const requested = params.messages as string[];
        const updated = requested.filter((hash) => kept.has(hash)).sort();
        const expiry = Math.min(params.expiry as number, fakes.now + 30 * 86_400_000);
        const text = memberExpireText({ accountIdHex: account, expiriesMs: [expiry], requested, updated });
        return { swarm: members(node, (member) => signed(member, text, { expiry, updated })), ...time };
      }
      case 'expire_all': {
        const updated = [...kept.keys()].sort();
        const text = memberExpireAllText({
          accountIdHex: account,
          expiryMs: params.expiry as number,
          updated
        });
        return { swarm: members(node, (member) => signed(member, text, { updated })), ...time };
      }
      case 'get_expiries':
        return {
          expiries: Object.fromEntries([...kept].map(([hash, { expiration }]) => [hash, expiration]))
        };
      default:
        return {};
    }
  }

  return fakes;
}
