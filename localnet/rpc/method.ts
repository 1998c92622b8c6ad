// The two shapes of methods: those one node answers, and those it carries out with its whole swarm.
import type { AccountKey, BtInput, JsonObject } from '../../src/lib/wire/index.ts';
import type { NodeContext } from '../node/context.ts';
import type { RpcReply } from './reply.ts';

/** A request that was understood, ready to be carried out. */
export type PreparedCall = () => Promise<RpcReply>;

export interface Method {
  /** @throws RpcRefusal 400 for parameters of the wrong form; a batch is refused whole because of one */
  prepare(context: NodeContext, params: JsonObject): PreparedCall;
}

/** A method that changes something, carried out by every member of the swarm (network.md §4.6). */
export interface SwarmMethod<Request extends { readonly account: AccountKey }> {
  readonly name: string;
  /** @throws RpcRefusal 400 */
  parse(params: JsonObject, context: NodeContext): Request;
  /** Times and signatures, which every member checks for itself. @throws RpcRefusal */
  check(context: NodeContext, request: Request, isForwarded: boolean): Promise<void>;
  /** Carries it out here. @returns this member's signed entry */
  apply(context: NodeContext, request: Request): Promise<JsonObject>;
  /** What is handed to the other members, besides account and authorisation. */
  forwardedFields(request: Request): Record<string, BtInput | undefined>;
  /** Status and further fields of the answer; 200 and none by default. */
  finish?(
    context: NodeContext,
    request: Request,
    entries: Record<string, JsonObject>
  ): { readonly status?: number; readonly fields?: JsonObject };
}
