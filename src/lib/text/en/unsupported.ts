// English: a browser that lacks something the app needs. The keys of `needs` are named in static/before-paint.js.
export const unsupported = {
  title: 'This browser lacks something the app needs',
  /** Above the list of what is missing. */
  lead: 'Missing here:',
  needs: {
    'secure-origin':
      'A secure address. This page was loaded over plain HTTP from another computer; its host has to offer HTTPS.',
    cryptography: 'Built-in cryptography (Web Crypto).',
    database: 'A database for pages (IndexedDB). Private windows of some browsers switch it off.',
    locks: 'Locks between tabs (Web Locks).',
    channels: 'Messages between tabs (Broadcast Channel).',
    workers: 'Background workers (module workers).',
    language: 'A current version of JavaScript.',
    styles: 'Current style sheets.'
  },
  /** Above the browsers. */
  works: 'It works in these, or in newer ones:',
  browsers: [
    { name: 'Firefox 128', address: 'https://www.mozilla.org/firefox/' },
    { name: 'Chrome 122', address: 'https://www.google.com/chrome/' },
    { name: 'Edge 122', address: 'https://www.microsoft.com/edge' },
    { name: 'Safari 17.4', address: 'https://www.apple.com/safari/' }
  ],
  saved: 'Nothing was saved or sent.'
} as const;
