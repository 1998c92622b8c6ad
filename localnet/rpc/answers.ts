// Parts that answers have in common: time and fork, swarms, wrong swarms (network.md §1.6, §4.2, §4.4).
import type { AccountKey, JsonObject } from '../../src/lib/wire/index.ts';
import type { NodeContext, SwarmView } from '../node/context.ts';
import { swarmObject } from '../service-node-states.ts';
import { refusal, type RpcReply } from './reply.ts';

/** "No swarm", as `get_swarm` writes it. */
const NO_SWARM_HEX = 'ffffffffffffffff';

/** An object with the node's time and fork. */
export function stamped(context: NodeContext, body: JsonObject): JsonObject {
  return { ...body, hf: [...context.chain.hf], t: context.now() };
}

export function ok(context: NodeContext, body: JsonObject): RpcReply {
  return { status: 200, body: stamped(context, body) };
}

/** The object of `get_swarm` and of 421. */
export function swarmAnswer(context: NodeContext, view: SwarmView | null): JsonObject {
  return stamped(context, swarmObject(view?.listed ?? [], view?.swarmIdHex ?? NO_SWARM_HEX));
}

/**
 * The swarm of an account, which this node must be in.
 * @throws RpcRefusal 421 with the right swarm; 500 when no swarms are known
 */
export function requireSwarm(context: NodeContext, account: AccountKey): SwarmView {
  const view = context.swarmOf(account);
  if (!view) throw refusal(500, 'No swarms known!');
  if (!view.isMine) throw refusal(421, swarmAnswer(context, view));
  return view;
}
