// Every case of accounts-and-messages.json passes, in both directions where there are two; no section is left out, and no
// check would let a changed answer through.
import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, createNobleBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import {
  SECTION_CHECKS,
  type SectionCheck,
  type Sections,
  type Surroundings,
  type Vector
} from '../../support/account-vectors.ts';
import { loadVectors } from '../../support/vectors.ts';

const { sections } = loadVectors<{ sections: Sections }>('accounts-and-messages.json');

/** Sections of a file that no check stands for. */
const unchecked = (file: Sections) => Object.keys(file).filter((name) => !(name in SECTION_CHECKS));

const casesOf = (value: Vector | Vector[]): Vector[] => (Array.isArray(value) ? value : [value]);

function surroundingsOf(crypto: Surroundings['crypto']): Surroundings {
  return {
    crypto,
    sections,
    personOf(name) {
      const account = casesOf(sections['accounts'] ?? []).find(({ what }) =>
        (what as string).startsWith(`identity "${name}"`)
      );
      if (!account) throw new Error(`no account of ${name}`);
      return deriveIdentity(hexToBytes(account['seed_hex']));
    }
  };
}

const backends = [
  ['webcrypto first', surroundingsOf(await createCryptoBackend())],
  ['noble only', surroundingsOf(createNobleBackend())]
] as const;

test('every section of the file has a check, and a new one would be noticed', () => {
  expect(unchecked(sections)).toEqual([]);
  expect(Object.keys(SECTION_CHECKS).sort()).toEqual(Object.keys(sections).sort());
  expect(unchecked({ ...sections, messages_of_tomorrow: [] })).toEqual(['messages_of_tomorrow']);
});

describe.each(backends)('%s', (_, surroundings) => {
  for (const [name, { check }] of Object.entries(SECTION_CHECKS)) {
    const cases = casesOf(sections[name] ?? []).map((vector, index) => [index, vector] as const);
    test.each(cases)(`${name} %i: $1.what`, async (_index, vector) => check(vector, surroundings));
  }
});

/** Something else of the same type, which still parses where the bytes allow it. */
function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = value as string;
  const verdict = /^(reject|drop|ignore|accept)/.exec(text)?.[0];
  if (verdict) return verdict === 'reject' ? 'accept' : 'reject: made up';
  const at = Math.floor(text.length / 2);
  const other = text[at] === '0' ? '1' : '0';
  return text.slice(0, at) + other + text.slice(at + 1);
}

const isRefusal = ({ expect: outcome }: Vector) => /^(reject|drop|ignore)/.test(outcome ?? '');

/** A copy of a case with one answer changed; null where it has no such answer: of a refusal, only the verdict is one. */
function withOther(vector: Vector, path: string): Vector | null {
  if (isRefusal(vector) && path !== 'expect') return null;
  const copy = structuredClone(vector);
  const steps = path.split('.');
  const last = steps.pop() as string;
  let holder: Vector | undefined = copy;
  for (const step of steps) holder = holder?.[step];
  if (holder?.[last] === undefined) return null;
  holder[last] = path === 'reject.0.url' ? 'http://filev2.getsession.org/file/1' : otherThan(holder[last]);
  return copy;
}

describe('a changed answer', () => {
  const [, surroundings] = backends[1];

  async function passes({ check }: SectionCheck, vector: Vector): Promise<boolean> {
    try {
      await check(vector, surroundings);
      return true;
    } catch {
      return false;
    }
  }

  test.each(Object.entries(SECTION_CHECKS))('in %s is noticed', async (name, section) => {
    let changed = 0;
    const unnoticed: string[] = [];
    for (const vector of casesOf(sections[name] ?? [])) {
      for (const path of section.answers) {
        const other = withOther(vector, path);
        if (!other) continue;
        changed += 1;
        if (await passes(section, other)) unnoticed.push(`${vector['what']}: ${path}`);
      }
    }
    expect(unnoticed).toEqual([]);
    expect(changed).toBeGreaterThanOrEqual(section.answers.length);
  });
});
