// Texts that become markup, script, links or a broken layout wherever a program forgets that they are texts. What runs
// in them calls `ran`, so that a page can tell.

/** By hand: one of each idea. */
export const HOSTILE_STRINGS: readonly string[] = [
  '<script>ran()</script>',
  '<img src=x onerror=ran()>',
  '"><img src=x onerror="ran()">',
  "'><svg/onload='ran()'>",
  '<svg><animate onbegin=ran() attributeName=x dur=1s>',
  '<iframe srcdoc="<script>parent.ran()</script>"></iframe>',
  '<iframe src="javascript:parent.ran()"></iframe>',
  '<a href="javascript:ran()">click</a>',
  'javascript:ran()',
  'JaVaScRiPt&colon;ran()',
  'data:text/html,<script>opener.ran()</script>',
  '<details open ontoggle=ran()>',
  '<video><source onerror=ran()></video>',
  '<input autofocus onfocus=ran()>',
  '<math><mtext><table><mglyph><style><img src=x onerror=ran()>',
  '<noscript><p title="</noscript><img src=x onerror=ran()>">',
  '<style>*{display:none!important}</style>',
  '<link rel=stylesheet href=//hostile.invalid/x.css>',
  '<img src=//hostile.invalid/pixel.gif>',
  '<meta http-equiv=refresh content="0;url=//hostile.invalid/">',
  '<base href=//hostile.invalid/>',
  '<form action=//hostile.invalid/><button>Send message</button>',
  '</p></article></main></body><script>ran()</script>',
  '<!--<img src="--><img src=x onerror=ran()>',
  '<![CDATA[<img src=x onerror=ran()>]]>',
  '&lt;img src=x onerror=ran()&gt;',
  '\\u003cimg src=x onerror=ran()\\u003e',
  '{@html "<img src=x onerror=ran()>"}',
  '{{constructor.constructor("ran()")()}}',
  '${ran()}`;ran();//',
  '";ran();//',
  '</title><script>ran()</script>',
  '__proto__',
  '<img src=x onerror\u0000=ran()>',
  '\u202E<txt.exe\u202C \u2066isolated',
  'W'.repeat(600),
  `Z${'\u0351\u0330'.repeat(80)}a`,
  `\u200F${'\u0645\u0631\u062D\u0628\u0627'.repeat(20)}`,
  '\n'.repeat(40) + 'below',
  '👩‍👩‍👧‍👦'.repeat(30),
  '﷽'.repeat(20),
  'https://hostile.invalid/' + 'a'.repeat(300)
];

const OPENINGS = ['', '">', "'>", '</p>', '</textarea>', '<!---->', ']]>', '\u0000'];
const CARRIERS = [
  (handler: string) => `<img src=x onerror${handler}>`,
  (handler: string) => `<svg onload${handler}>`,
  (handler: string) => `<SVG/ONLOAD${handler}>`,
  (handler: string) => `<body onpageshow${handler}>`,
  (handler: string) => `<video src=x onerror${handler}>`,
  (handler: string) => `<audio src=x\tonerror${handler}>`,
  (handler: string) => `<object data=x onerror${handler}></object>`,
  (handler: string) => `<p style="animation:x" onanimationstart${handler}>x</p>`
];
const HANDLERS = ['=ran()', '="ran()"', "='ran()'", ' = ran()', '=&#114;an()'];

/** Every opening with every carrier and handler, after those by hand. */
export function allHostileStrings(): string[] {
  const built = OPENINGS.flatMap((opening) =>
    CARRIERS.flatMap((carrier) => HANDLERS.map((handler) => opening + carrier(handler)))
  );
  return [...HOSTILE_STRINGS, ...built];
}
