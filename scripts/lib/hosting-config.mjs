// Configurations of web servers that serve the finished build with the headers of headers.json, made from that file: the
// policy of each page holds hashes of this very build.

/** Addresses that are files or nothing: a page in their place would be taken for a script. As in gateway/static-site.ts. */
const FILE_ADDRESS = '^/(_app|gateway)/|\\.[A-Za-z0-9]+$';
/** Made by the build for servers and hosts, not for visitors. */
const HIDDEN = ['/headers.json', '/_headers', '/_redirects'];
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** A year; only where TLS is certain. */
const TRANSPORT_SECURITY = 'max-age=31536000';

/**
 * @typedef {object} HostingOptions
 * @property {string} name          of the host, such as chat.example.org
 * @property {string} root          folder of the finished build
 * @property {number} [port]        without it 443 with TLS, else 80
 * @property {string} [certificate] file; with `key`. Without them nginx speaks plain HTTP, behind something that ends TLS
 * @property {string} [key]
 * @property {string} [gateway]     address the gateway listens at, such as 127.0.0.1:8420; without it none is passed on to
 */
/** @typedef {{ common: Record<string, string>, files: Record<string, { headers: Record<string, string> }> }} BuildHeaders */

const POLICY = 'content-security-policy';
const titled = (name) => name.replace(/(^|-)[a-z]/g, (part) => part.toUpperCase());

/** The policy of all that is no page, and that of each page. @param {BuildHeaders} build */
function policiesOf({ files }) {
  const pages = Object.entries(files).filter(([path]) => path.endsWith('.html'));
  const [, code] = Object.entries(files).find(([path]) => path.endsWith('.js')) ?? [];
  return {
    code: code.headers[POLICY],
    pages: pages.map(([path, { headers }]) => [path, headers[POLICY]]),
    integrity: pages[0][1].headers['integrity-policy']
  };
}

/** Content types by the ending of a name. @param {BuildHeaders} build */
function typesOf({ files }) {
  return new Map(
    Object.entries(files).map(([path, { headers }]) => [
      path.slice(path.lastIndexOf('.') + 1),
      headers['content-type']
    ])
  );
}

/** A site for nginx, from 1.20 on: a file for /etc/nginx/sites-enabled. @param {BuildHeaders} build @param {HostingOptions} options */
export function nginxSite(build, { name, root, port, certificate, key, gateway }) {
  const policies = policiesOf(build);
  const tls = certificate !== undefined && key !== undefined;
  const listen = `${port ?? (tls ? 443 : 80)}${tls ? ' ssl http2' : ''}`;
  const common = Object.entries(build.common).map(
    ([header, value]) => `  add_header ${titled(header)} "${value}" always;`
  );
  const maps = [
    'map $uri $onionskin_policy {',
    `  default "${policies.code}";`,
    ...policies.pages.map(([path, policy]) => `  ${path} "${policy}";`),
    '}',
    'map $uri $onionskin_integrity {',
    '  default "";',
    `  ~\\.html$ "${policies.integrity}";`,
    '}',
    'map $uri $onionskin_cache {',
    '  default "no-cache";',
    `  ~^/_app/immutable/ "${IMMUTABLE}";`,
    '}'
  ];
  const secure = tls
    ? [
        `  ssl_certificate ${certificate};`,
        `  ssl_certificate_key ${key};`,
        '  ssl_protocols TLSv1.2 TLSv1.3;',
        `  add_header Strict-Transport-Security "${TRANSPORT_SECURITY}" always;`
      ]
    : [];
  const relay = gateway
    ? [
        '  location ^~ /gateway/ {',
        `    proxy_pass http://${gateway};`,
        '    proxy_http_version 1.1;',
        '    proxy_set_header Host $http_host;',
        '    proxy_set_header X-Forwarded-For $remote_addr;',
        '    proxy_request_buffering off;',
        '    proxy_buffering off;',
        '    proxy_read_timeout 45s;',
        '    client_max_body_size 11m;',
        '    # The gateway brings its own headers; one here keeps those of the site away.',
        `    add_header X-Robots-Tag "none" always;`,
        '  }'
      ]
    : [];
  const lines = [
    '# Made by scripts/hosting.mjs from headers.json of the build; make it anew after each build.',
    ...maps,
    'server {',
    `  listen ${listen};`,
    `  server_name ${name};`,
    `  root ${root};`,
    ...secure,
    "  # Addresses of visitors are nobody's business.",
    '  access_log off;',
    '  server_tokens off;',
    '  gzip off;',
    '  gzip_static on;',
    `  types { ${[...typesOf(build)].map(([ending, type]) => `${type.split(';')[0]} ${ending};`).join(' ')} }`,
    '  default_type application/octet-stream;',
    '  charset utf-8;',
    '  charset_types text/css text/javascript text/plain;',
    ...common,
    '  add_header Content-Security-Policy $onionskin_policy always;',
    '  add_header Integrity-Policy $onionskin_integrity always;',
    '  # Not on errors: a file that is missing today may be there tomorrow.',
    '  add_header Cache-Control $onionskin_cache;',
    ...HIDDEN.map((path) => `  location = ${path} { return 404; }`),
    '  location ~ \\.(br|gz)$ { return 404; }',
    ...relay,
    '  location = / { try_files /index.html =404; }',
    `  location ~ "${FILE_ADDRESS}" { try_files $uri =404; }`,
    '  location / { try_files $uri.html /200.html; }',
    '}'
  ];
  return `${lines.join('\n')}\n`;
}

/** A site for Caddy, from 2.6 on. With a public name Caddy gets its certificate by itself. @param {BuildHeaders} build @param {HostingOptions} options */
export function caddySite(build, { name, root, port, gateway }) {
  const policies = policiesOf(build);
  const header = (matcher, header, value) =>
    `    header ${matcher}${matcher && ' '}${titled(header)} "${value}"`;
  const relay = gateway
    ? [
        '  handle /gateway/* {',
        `    reverse_proxy ${gateway} {`,
        '      header_up X-Forwarded-For {remote_host}',
        '    }',
        '  }'
      ]
    : [];
  const lines = [
    '# Made by scripts/hosting.mjs from headers.json of the build; make it anew after each build.',
    `${port === undefined ? name : `http://${name}:${port}`} {`,
    `  root * ${root}`,
    ...relay,
    '  handle {',
    '    route {',
    '    # Before a page may stand in for an address.',
    `    @hidden path ${HIDDEN.join(' ')} *.br *.gz`,
    '    @page {',
    `      not path_regexp "${FILE_ADDRESS}"`,
    `      not path ${HIDDEN.join(' ')}`,
    '      file {',
    '        try_files {path}.html {path}/index.html /200.html',
    '      }',
    '    }',
    '    rewrite @page {http.matchers.file.relative}',
    ...Object.entries(build.common).map(([name, value]) => header('', name, value)),
    ...(port === undefined ? [header('', 'strict-transport-security', TRANSPORT_SECURITY)] : []),
    header('', POLICY, policies.code),
    header('', 'cache-control', 'no-cache'),
    '    @immutable {',
    '      path /_app/immutable/*',
    '      file',
    '    }',
    header('@immutable', 'cache-control', IMMUTABLE),
    ...policies.pages.flatMap(([path, policy], index) => [
      `    @page${index} path ${path}`,
      header(`@page${index}`, POLICY, policy),
      header(`@page${index}`, 'integrity-policy', policies.integrity)
    ]),
    // Caddy asks the machine about types, and not every machine knows them all.
    ...[...typesOf(build)].flatMap(([ending, type]) => [
      `    @${ending} path *.${ending}`,
      header(`@${ending}`, 'content-type', type)
    ]),
    '    error @hidden 404',
    '    file_server {',
    '      precompressed br gzip',
    '    }',
    '    }',
    '  }',
    '}'
  ];
  return `${lines.join('\n')}\n`;
}
