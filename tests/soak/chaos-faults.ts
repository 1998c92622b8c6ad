// What goes wrong while people write: faults of nodes, of the gateway and of devices. All heal.
import type { LocalNode, NodeFaults } from '../../localnet/index.ts';
import type { TestNetwork } from '../support/engine-network.ts';
import type { ChaosDevice } from './chaos-devices.ts';
import type { Draw } from './draw.ts';

export interface Fault {
  readonly name: string;
  /** @returns how to make it good again, or null when it does not apply now */
  strike(): Promise<(() => Promise<void>) | null>;
}

const NODE_FAULTS: Readonly<Record<string, NodeFaults>> = {
  'node cuts connections': { drop: true },
  'node hangs': { hang: true },
  'node is slow': { delayMs: 1_500 },
  'node is not synchronised': { notReady: 'not synchronised' },
  'node shuts down': { shuttingDown: true },
  'node is busy': { busy: true },
  'node sends elsewhere (421)': { wrongSwarm: 'elsewhere' },
  'node names nobody (421)': { wrongSwarm: 'empty' },
  'node signs wrongly': { wrongSignature: true },
  'node answers bytes': { garbage: 'http' },
  'node seals bytes': { garbage: 'reply' },
  'node answers no JSON': { garbage: 'body' },
  'node fails as member': { asMember: { kind: 'timeout' } },
  'node has a wrong clock': { clockOffsetMs: 300_000 }
};

/** Nodes with a fault at one time. */
export interface Sickness {
  readonly least: number;
  /** With more than four of nine there would be hardly a way left to go. */
  readonly most: number;
}

/** Steps a worker takes for a poll, or for a message on its way. */
const MAX_STEPS_TO_DEATH = 80;

export interface Faults {
  readonly all: readonly Fault[];
  /** Those of nodes alone. */
  readonly ofNodes: readonly Fault[];
  /** Whether a node must not be healed before another one falls ill, or one has to fall ill now. */
  isTooHealthy(): boolean;
}

export function createFaults(
  network: TestNetwork,
  devices: readonly ChaosDevice[],
  draw: Draw,
  sickness: Sickness
): Faults {
  const sick = new Set<LocalNode>();
  let isGatewayDown = false;

  function pickNode(): LocalNode | null {
    const well = network.net.nodes.filter((node) => !sick.has(node));
    return sick.size < sickness.most ? draw.pick(well) : null;
  }
  const nodeFault = (
    name: string,
    begin: (node: LocalNode) => Promise<void>,
    end: (node: LocalNode) => Promise<void>
  ) => ({
    name,
    async strike() {
      const node = pickNode();
      if (!node) return null;
      sick.add(node);
      await begin(node);
      return async () => {
        await end(node);
        sick.delete(node);
      };
    }
  });

  const move: Fault = {
    name: 'node moves to another swarm',
    async strike() {
      const swarms = Map.groupBy(network.net.nodes, (node) => node.swarmIdHex);
      const crowded = [...swarms].filter(([, nodes]) => nodes.length > 2);
      const [from, members] = draw.pick(crowded);
      const to = draw.pick([...swarms.keys()].filter((id) => id !== from));
      await draw.pick(members).setSwarm(to);
      return async () => {};
    }
  };
  const gateway: Fault = {
    name: 'gateway restarts',
    async strike() {
      if (isGatewayDown) return null;
      isGatewayDown = true;
      await network.stopGateway();
      return async () => {
        await network.startGateway();
        isGatewayDown = false;
      };
    }
  };
  const device = (name: string, end: (device: ChaosDevice) => Promise<void>): Fault => ({
    name,
    async strike() {
      const chosen = draw.pick(devices);
      if (!chosen.canEnd()) return null;
      await end(chosen);
      return () => chosen.start();
    }
  });

  const ofNodes = [
    ...Object.entries(NODE_FAULTS).map(([name, faults]) =>
      nodeFault(
        name,
        async (node) => node.setFault(faults),
        async (node) => node.setFault({})
      )
    ),
    nodeFault(
      'node is killed',
      (node) => node.stop(),
      (node) => node.start()
    )
  ];
  const all = [
    ...ofNodes,
    move,
    gateway,
    device('engine is killed', (chosen) => chosen.kill(1 + draw.below(MAX_STEPS_TO_DEATH))),
    device('engine is closed', (chosen) => chosen.close())
  ];
  return { all, ofNodes, isTooHealthy: () => sick.size <= sickness.least };
}
