// Which form of a body a client gets, and whether it has it already.

export type ContentEncoding = 'br' | 'gzip' | 'identity';

/** The best of `available` that `Accept-Encoding` allows; identity when none is. */
export function chooseEncoding(
  acceptEncoding: string | undefined,
  available: readonly ContentEncoding[]
): ContentEncoding {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, quality === undefined ? 1 : Number(quality.slice(2)));
  }
  const weight = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  for (const name of ['br', 'gzip'] as const) {
    if (available.includes(name) && weight(name) > 0) return name;
  }
  return 'identity';
}

/** `ETag` of one encoding of a body. */
export function entityTag(tag: string, encoding: ContentEncoding): string {
  return encoding === 'identity' ? `"${tag}"` : `"${tag}-${encoding}"`;
}

/** Whether `If-None-Match` names this body, in whatever encoding the client holds it. */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const held = ifNoneMatch.split(',').map((entry) => entry.trim().replace(/^W\//, ''));
  return (
    held.includes('*') ||
    (['identity', 'br', 'gzip'] as const).some((encoding) => held.includes(entityTag(tag, encoding)))
  );
}
