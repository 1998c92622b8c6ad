// What is fixed when the app is built: its network and its gateways (design.md §3, §3.1). The security policy of the
// build names the same gateways, so none can be added later.
import { UsageError } from '../errors.ts';
import { MAINNET, TESTNET, type NetworkDescriptor } from '../networks.ts';

/** More gateways than any build names. */
const MAX_GATEWAYS = 16;

export interface BuildConfig {
  /** Where the site has no `/network.json`. */
  readonly network: NetworkDescriptor;
  /** Origins, the page's own first. */
  readonly gateways: readonly string[];
}

/**
 * @param settings as the build left them: `network` is `mainnet` (also when absent) or `testnet`; `gateways` are
 *   addresses with blanks between
 * @param ownOrigin of the page; first, and left out when it is no HTTP origin
 * @throws UsageError for an unknown network, or an address that is no HTTPS one (HTTP only on loopback)
 */
export function readBuildConfig(
  settings: { readonly network?: string | undefined; readonly gateways?: string | undefined },
  ownOrigin: string
): BuildConfig {
  const { network = '', gateways = '' } = settings;
  const named = gateways.split(/\s+/).filter(Boolean).map(gatewayOrigin);
  const own = /^https?:\/\//.test(ownOrigin) ? [ownOrigin] : [];
  return { network: networkOf(network), gateways: [...new Set([...own, ...named])].slice(0, MAX_GATEWAYS) };
}

function networkOf(name: string): NetworkDescriptor {
  switch (name) {
    case '':
    case MAINNET.id:
      return MAINNET;
    case TESTNET.id:
      return TESTNET;
    default:
      throw new UsageError(`no network named ${name}`);
  }
}

function gatewayOrigin(address: string): string {
  const url = URL.parse(address);
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url.origin;
  throw new UsageError(`not the address of a gateway: ${address}`);
}
