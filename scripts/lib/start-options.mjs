// The options of npm start, read before anything is installed and again by the server itself.
import { parseArgs } from 'node:util';
import { PlainError } from './project.mjs';

export const USAGE = `npm start -- [options]
  --port <n>         port of 127.0.0.1 to listen on (default 8420; 0 picks a free one)
  --host <address>   address to listen on (default 127.0.0.1)
  --data-dir <path>  where the embedded network keeps its data (default .onionskin)
  --nodes <n>        service nodes of the embedded network, 4 to 30 (default 9, or as before)
  --network <name>   local (embedded, default), mainnet or testnet
  --fresh            forget the data of the embedded network first
  --allow-origin <o> origin of a page served elsewhere that may use this gateway (repeatable)
  --allow-host <h>   name this gateway is reached by, behind a proxy that ends TLS (repeatable)
  --trust-proxy <n>  how many proxies of your own stand in front (default 0)
  --help             this text`;

const NETWORKS = ['local', 'mainnet', 'testnet'];
export const DEFAULT_PORT = 8420;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

const OPTIONS = {
  port: { type: 'string', default: String(DEFAULT_PORT) },
  host: { type: 'string', default: '127.0.0.1' },
  'data-dir': { type: 'string', default: '.onionskin' },
  nodes: { type: 'string' },
  network: { type: 'string', default: 'local' },
  fresh: { type: 'boolean', default: false },
  'allow-origin': { type: 'string', multiple: true, default: [] },
  'allow-host': { type: 'string', multiple: true, default: [] },
  'trust-proxy': { type: 'string', default: '0' },
  help: { type: 'boolean', default: false }
};

/** A whole number within bounds, or one line that names the option. */
function whole(name, text, least, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new PlainError(`--${name} wants a whole number from ${least} to ${most}, not "${text}".`, 2);
}

function origin(text) {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new PlainError(`--allow-origin wants an origin such as https://example.org, not "${text}".`, 2);
}

/**
 * @typedef {object} StartOptions
 * @property {number} port
 * @property {string} host
 * @property {boolean} isLoopback
 * @property {string} dataDir
 * @property {number | undefined} nodes
 * @property {'local' | 'mainnet' | 'testnet'} network
 * @property {boolean} fresh
 * @property {string[]} allowOrigins
 * @property {string[]} allowHosts
 * @property {number} trustProxy
 * @property {boolean} help
 */

/**
 * @param {string[]} args
 * @returns {StartOptions}
 * @throws PlainError with exit code 2, naming the option
 */
export function readStartOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS }));
  } catch (error) {
    const [line = ''] = String(error.message).split(/[.\n]/);
    throw new PlainError(`${line}. Options: npm start -- --help`, 2);
  }
  if (!NETWORKS.includes(values.network)) {
    throw new PlainError(`--network is one of ${NETWORKS.join(', ')}, not "${values.network}".`, 2);
  }
  if (values.host.trim() === '') throw new PlainError('--host wants an address.', 2);
  return {
    port: whole('port', values.port, 0, 65_535),
    host: values.host,
    isLoopback: LOOPBACK.test(values.host),
    dataDir: values['data-dir'],
    nodes: values.nodes === undefined ? undefined : whole('nodes', values.nodes, 4, 30),
    network: /** @type {StartOptions['network']} */ (values.network),
    fresh: values.fresh,
    allowOrigins: values['allow-origin'].map(origin),
    allowHosts: values['allow-host'],
    trustProxy: whole('trust-proxy', values['trust-proxy'], 0, 10),
    help: values.help
  };
}
