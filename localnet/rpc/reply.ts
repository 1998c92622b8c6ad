// What an RPC answers, before it is put into HTTP, an onion reply or a batch (network.md §5.1).
import { AppError } from '../../src/lib/errors.ts';
import type { JsonObject } from '../../src/lib/wire/index.ts';

export interface RpcReply {
  readonly status: number;
  /** JSON object, plain text, or bytes (`active_nodes_bin`). */
  readonly body: JsonObject | string | Uint8Array;
}

/** A refusal with the text of a real node; `status` is that of a direct HTTP call. */
export class RpcRefusal extends AppError<'rpc-refused'> {
  override readonly name = 'RpcRefusal';
  readonly reply: RpcReply;

  constructor(reply: RpcReply) {
    super('rpc-refused', { details: { status: reply.status } });
    this.reply = reply;
  }
}

export function refusal(status: number, body: RpcReply['body']): RpcRefusal {
  return new RpcRefusal({ status, body });
}

/** 400 `invalid request: <detail>`. */
export function badRequest(detail: string): RpcRefusal {
  return refusal(400, `invalid request: ${detail}`);
}

/** Throws what a rule of times refused. */
export function throwIfRefused(refused: { status: number; body: string } | null): void {
  if (refused) throw refusal(refused.status, refused.body);
}
