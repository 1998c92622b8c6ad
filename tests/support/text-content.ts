// A text message as the engine builds it, for tests that put it into a swarm themselves.
import { buildContent, type OutgoingMessage } from '../../src/lib/messenger/outgoing-content.ts';

export function textContent(
  input: { text: string } & Pick<OutgoingMessage, 'timestampMs' | 'profile' | 'syncTarget'>
): Uint8Array {
  const { text, ...rest } = input;
  return buildContent({ outgoing: { kind: 'message' }, message: { text }, ...rest });
}
