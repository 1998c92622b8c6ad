// The way to the gateway with every call noted: nothing reaches a gateway but through here.
import { OnionError } from './errors.ts';
import type { ExposureLedger } from './exposure-ledger.ts';
import type { GatewayTransport } from './transport.ts';

/** The same transport; the ledger learns which gateway was asked, and whether it answered. */
export function withLedger(transport: GatewayTransport, ledger: ExposureLedger): GatewayTransport {
  async function noted<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const answered = ledger.gatewayAsked(transport.current());
    try {
      const answer = await call();
      answered();
      return answer;
    } catch (error) {
      if (isAnswer(error)) answered();
      throw error;
    }
  }
  return {
    ...transport,
    postOnion: (guard, body, options) => noted(() => transport.postOnion(guard, body, options)),
    fetchNodes: (options) => noted(() => transport.fetchNodes(options)),
    fetchInfo: (options) => noted(() => transport.fetchInfo(options))
  };
}

/** A failure in the gateway's own words. */
function isAnswer(error: unknown): boolean {
  return error instanceof OnionError && error.details.gatewayCode !== undefined;
}
