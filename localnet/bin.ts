// `node localnet/bin.ts`: the embedded network alone, without gateway and app. Prints where its seed is and what its
// nodes are; stops on Ctrl-C. Composition only.
import { parseArgs } from 'node:util';
import { AppError } from '../src/lib/errors.ts';
import { consoleLog } from '../src/lib/log.ts';
import { localnet, LocalnetError, type Localnet, type LocalnetErrorCode } from './index.ts';

const HELP = `Usage: node localnet/bin.ts [options]

  --nodes <n>      number of service nodes (9)
  --swarms <n>     number of swarms (3)
  --data-dir <d>   keep keys and messages in this folder; without it all is forgotten
  --no-echo        leave out the Echo account
  --json           print what /network.json says, as JSON, and nothing else
  --help           this text`;

const SENTENCES: Readonly<Record<LocalnetErrorCode, string>> = {
  'data-directory-unwritable': 'The data folder cannot be written',
  'data-directory-in-use': 'Another network is running on the data folder',
  'data-directory-damaged': 'The data folder holds something that is not a network of this version',
  'address-unavailable': 'The address of a node is not available on this machine'
};

function readOptions() {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string' },
      swarms: { type: 'string' },
      'data-dir': { type: 'string' },
      'no-echo': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  });
  return values;
}

/** One line and exit status 2, as for every wrong option. */
function refuse(line: string): never {
  console.error(line);
  process.exit(2);
}

function count(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,3}$/.test(text)) refuse(`--${name} needs a number, not "${text}".`);
  return Number(text);
}

function describeError(error: unknown): string {
  if (error instanceof LocalnetError) {
    const place = error.details['path'] ?? error.details['address'];
    return `${SENTENCES[error.code]}${place === undefined ? '' : `: ${String(place)}`}.`;
  }
  return error instanceof AppError ? `Cannot start: ${error.message}.` : `Cannot start: ${String(error)}`;
}

function print(net: Localnet): void {
  const { descriptor } = net;
  console.log(`Network ${descriptor.id}`);
  console.log(`Seed    ${net.seedUrl}`);
  for (const node of net.nodes) {
    console.log(
      `Node    https://${node.ip}:${node.port}  ${node.ed25519PublicKeyHex}  swarm ${node.swarmIdHex ?? '-'}`
    );
  }
  if (descriptor.echoAccountId) console.log(`Echo    ${descriptor.echoAccountId}`);
  console.log('Ctrl-C stops it.');
}

let options: ReturnType<typeof readOptions>;
try {
  options = readOptions();
} catch (error) {
  refuse(error instanceof Error ? (error.message.split('\n')[0] as string) : String(error));
}
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

try {
  const net = await localnet.create({
    nodes: count(options.nodes, 'nodes'),
    swarms: count(options.swarms, 'swarms'),
    dataDirectory: options['data-dir'] ?? null,
    echo: !options['no-echo'],
    log: consoleLog
  });
  if (options.json) console.log(JSON.stringify(net.descriptor));
  else print(net);
  const stop = () => void net.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
