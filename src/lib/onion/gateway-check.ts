// Finds out whether a gateway may be used, before anything is sent that names the account (design.md §3.1).
import type { Clock } from '../clock.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import type { NetworkDescriptor } from '../networks.ts';
import { shuffled, type RandomBytes } from '../random.ts';
import { AGREEING_NODES, HOPS, type OnionConfig } from './config.ts';
import {
  judgeGatewayList,
  judgeSurvey,
  mergeAnswers,
  type GatewayClaim,
  type Judgement
} from './list-verification.ts';
import { OnionError } from './errors.ts';
import type { TimeSample } from './network-clock.ts';
import { askForNodes, MAX_CANDIDATES, survey, type SurveyAnswer } from './node-survey.ts';
import type { PathSender } from './path-sender.ts';
import { drawNodes } from './paths.ts';
import type { GatewayTransport } from './transport.ts';
import type { VerifiedNode } from './verified-node.ts';

/** Ways over anchors tried for each anchor that is asked. */
const ANCHOR_PATH_ATTEMPTS = 3;

export interface GatewayCheckDependencies {
  readonly crypto: CryptoBackend;
  readonly transport: GatewayTransport;
  readonly sender: PathSender;
  readonly network: NetworkDescriptor;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/**
 * Reads the network id and the list of the gateway in use.
 * @param previous the last verified pool, or empty at first
 * @throws OnionError `gateway-*` when it does not answer
 */
export async function checkGateway(
  dependencies: GatewayCheckDependencies,
  previous: readonly VerifiedNode[],
  signal: AbortSignal
): Promise<Judgement<GatewayClaim>> {
  const { crypto, transport, network, config } = dependencies;
  const options = { timeoutMs: config.gatewayTimeoutMs, signal };
  const { networkId } = await transport.fetchInfo(options);
  if (networkId === null) throw new OnionError('gateway-unreachable', { retry: 'later' });
  if (networkId !== network.id) return { ok: false, reason: 'wrong-network' };
  const { body, signature } = await transport.fetchNodes(options);
  return judgeGatewayList(crypto, network, { body, signature, previous });
}

export interface Survey {
  readonly nodes: readonly VerifiedNode[];
  readonly times: readonly TimeSample[];
}

/**
 * Asks three anchors, each over a path of other anchors, and keeps what two of them agree on.
 * @returns `list-not-verified` when they agree on too little
 * @throws OnionError `no-path` when fewer than two answer
 */
export async function verifyOverAnchors(
  dependencies: GatewayCheckDependencies,
  anchors: readonly VerifiedNode[],
  signal: AbortSignal
): Promise<Judgement<Survey>> {
  const { sender, config, clock, random } = dependencies;
  const ask = async (anchor: VerifiedNode): Promise<SurveyAnswer> => {
    let failure: unknown = null;
    for (let attempt = 0; attempt < ANCHOR_PATH_ATTEMPTS; attempt++) {
      const others = anchors.filter((other) => other.ed25519PublicKeyHex !== anchor.ed25519PublicKeyHex);
      const hops = drawNodes(others, HOPS, new Set(), random);
      try {
        const options = { timeoutMs: config.requestTimeoutMs, signal };
        return await askForNodes((rpc) => sender.toNode(hops, anchor, rpc, options), clock);
      } catch (error) {
        signal.throwIfAborted();
        failure = error;
      }
    }
    throw failure;
  };
  const answers = await survey(shuffled(random, anchors), ask, signal);
  return judgeAnswers(dependencies.network, answers, []);
}

/**
 * Asks three verified nodes in distinct /24s over standing paths.
 * @param ask sends to a node over a path that does not contain it
 * @param previous the pool to be replaced
 * @throws OnionError `no-path` when fewer than two answer
 */
export async function refreshOverPaths(
  dependencies: Pick<GatewayCheckDependencies, 'network' | 'random'>,
  usable: readonly VerifiedNode[],
  previous: readonly VerifiedNode[],
  ask: (node: VerifiedNode) => Promise<SurveyAnswer>,
  signal: AbortSignal
): Promise<Judgement<Survey>> {
  const candidates = drawNodes(usable, MAX_CANDIDATES, new Set(), dependencies.random);
  return judgeAnswers(dependencies.network, await survey(candidates, ask, signal), previous);
}

function judgeAnswers(
  network: NetworkDescriptor,
  answers: readonly SurveyAnswer[],
  previous: readonly VerifiedNode[]
): Judgement<Survey> {
  if (answers.length < AGREEING_NODES) throw new OnionError('no-path', { retry: 'later' });
  const judged = judgeSurvey(network, mergeAnswers(answers.map((answer) => answer.nodes)), previous);
  if (!judged.ok) return judged;
  const times = answers.map((answer) => answer.time).filter((time) => time !== null);
  return { ok: true, value: { nodes: judged.value, times } };
}
