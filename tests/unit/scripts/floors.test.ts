import { ESLint, type Linter } from 'eslint';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import floors from '../../../scripts/lib/lint/plugin.mjs';

const ROOT = join(import.meta.dirname, '../../..');

/** Messages of the floor rules alone, for a file that need not exist. */
async function messages(filePath: string, code: string, cwd = ROOT): Promise<string[]> {
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser as Linter.Parser },
      plugins: { onionskin: floors as unknown as ESLint.Plugin },
      rules: {
        'onionskin/floors': 'error',
        'onionskin/no-cycles': 'error',
        'onionskin/browser-globals': 'error'
      }
    }
  });
  const [result] = await eslint.lintText(code, { filePath: join(cwd, filePath) });
  return (result as ESLint.LintResult).messages.map((message) => message.message);
}

describe('floors', () => {
  it.each([
    ['src/lib/wire/some.ts', "import { sealMessage } from '../crypto/seal.ts'; sealMessage;"],
    [
      'src/lib/wire/some.ts',
      "import type { Identity } from '../crypto/identity.ts'; export type A = Identity;"
    ],
    [
      'src/lib/wire/some.ts',
      "import { type Identity } from '../crypto/identity.ts'; export type A = Identity;"
    ],
    ['src/lib/wire/some.ts', "export type A = import('../crypto/identity.ts').Identity;"],
    ['src/lib/wire/some.ts', "export const load = () => import('../crypto/identity.ts');"],
    ['src/lib/wire/some.ts', "export * from '#lib/crypto/identity.ts';"],
    ['src/lib/bytes/some.ts', "export { a } from '../wire/index.ts';"],
    ['src/lib/onion/some.ts', "import '../swarm/index.ts';"],
    ['src/lib/swarm/some.ts', "import '../storage/index.ts';"],
    ['src/lib/storage/some.ts', "import '../messenger/messenger.ts';"],
    ['src/lib/storage/some.ts', "import { encodeBt } from '../wire/bt.ts'; encodeBt;"],
    ['src/lib/messenger/some.ts', "import '../worker/protocol.ts';"],
    ['src/lib/state/some.ts', "import '../storage/writes.ts';"],
    ['src/lib/state/some.ts', "import '../worker/host.ts';"],
    ['src/lib/components/some.ts', "import '../worker/client.ts';"],
    ['src/routes/some.ts', "import '#lib/messenger/outbox.ts';"],
    [
      'src/lib/worker/client.ts',
      "import { createMessenger } from '../messenger/messenger.ts'; createMessenger;"
    ],
    ['src/service-worker/some.ts', "import '../lib/worker/host.ts';"],
    ['gateway/some.ts', "import '../src/lib/onion/client.ts';"],
    ['gateway/some.ts', "import '../localnet/index.ts';"],
    ['localnet/some.ts', "import type { Row } from '../src/lib/storage/rows.ts'; export type A = Row;"]
  ])('refuses in %s: %s', async (filePath, code) => {
    expect(await messages(filePath, code)).toContainEqual(expect.stringMatching(/may not import|only types/));
  });

  it.each([
    ['src/lib/onion/some.ts', "import { sealMessage } from '../crypto/seal.ts'; sealMessage;"],
    [
      'src/lib/onion/some.ts',
      "import type { ServiceNode } from '../wire/service-node.ts'; export type A = ServiceNode;"
    ],
    ['src/lib/storage/some.ts', "import type { A } from '../wire/content.ts'; export type B = A;"],
    ['src/lib/storage/some.ts', "import Dexie from 'dexie'; Dexie;"],
    ['src/lib/state/some.ts', "import url from '../worker/host.ts?worker&url'; url;"],
    ['src/lib/worker/client.ts', "import type { A } from '../messenger/messenger.ts'; export type B = A;"],
    [
      'src/lib/worker/host.ts',
      "import { createMessenger } from '../messenger/messenger.ts'; createMessenger;"
    ],
    ['src/routes/some.ts', "import type { A } from '#lib/worker/protocol.ts'; export type B = A;"],
    [
      'gateway/some.ts',
      "import { x } from '../src/lib/wire/index.ts'; import http from 'node:http'; x; http;"
    ],
    ['gateway/some.ts', "import { MAINNET } from '../src/lib/networks.ts'; MAINNET;"],
    ['scripts/serve.ts', "import '../gateway/index.ts'; import '../localnet/index.ts';"],
    ['tests/unit/some.test.ts', "import '../../src/lib/storage/writes.ts';"]
  ])('allows in %s: %s', async (filePath, code) => {
    expect(await messages(filePath, code)).toEqual([]);
  });

  it('refuses a package that a floor has no use for', async () => {
    expect(await messages('src/lib/wire/some.ts', "import Dexie from 'dexie'; Dexie;")).toEqual([
      'floor "wire" does not use "dexie"'
    ]);
    expect(await messages('src/lib/messenger/some.ts', "import fs from 'node:fs'; fs;")).toHaveLength(1);
    expect(
      await messages('src/lib/messenger/some.ts', "import { page } from '$app/state'; page;")
    ).toHaveLength(1);
  });

  it('refuses product code that stands on no floor', async () => {
    expect(await messages('src/lib/utils/some.ts', 'export {};')).toEqual([
      expect.stringContaining('stands on no floor')
    ]);
  });

  it('refuses an import without its ending', async () => {
    expect(await messages('src/lib/onion/some.ts', "import './paths';")).toEqual([
      'imports name their ending'
    ]);
  });

  it('refuses what only a page has on a lower floor, and allows naming its type', async () => {
    expect(await messages('src/lib/onion/some.ts', "void fetch('/');")).toEqual([
      'floor "onion" does not use "fetch"'
    ]);
    expect(
      await messages('src/lib/onion/some.ts', 'export type F = typeof fetch; export type W = Worker;')
    ).toEqual([]);
    expect(
      await messages('src/lib/onion/some.ts', 'export const f = (fetch: () => void) => fetch();')
    ).toEqual([]);
    expect(await messages('src/routes/some.ts', "void fetch('/');")).toEqual([]);
  });
});

describe('cycles', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onionskin-lint-'));
    const files = {
      'src/lib/wire/a.ts': "import type { C } from './c.ts'; export interface A { c: C }",
      'src/lib/wire/b.ts': "import { a } from './a.ts'; export const b = a;",
      'src/lib/wire/c.ts': 'export interface C { n: number }'
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('names a cycle of value imports over a detour', async () => {
    expect(
      await messages('src/lib/wire/c.ts', "import { b } from './b.ts'; export const c = b;", folder)
    ).toEqual([
      'import cycle: src/lib/wire/c.ts → src/lib/wire/b.ts → src/lib/wire/a.ts → src/lib/wire/c.ts'
    ]);
  });

  it('counts type imports', async () => {
    expect(
      await messages('src/lib/wire/c.ts', "import type { A } from './a.ts'; export type C = A;", folder)
    ).toEqual([expect.stringContaining('import cycle')]);
  });

  it('says nothing where there is none', async () => {
    expect(
      await messages('src/lib/wire/d.ts', "import { b } from './b.ts'; export const d = b;", folder)
    ).toEqual([]);
  });
});

describe('the configuration of the project', () => {
  it('fails on a crossed floor, a cycle, a floating promise and a forgotten case', async () => {
    const eslint = new ESLint({ cwd: ROOT });
    const [result] = await eslint.lintText(
      [
        "import type { Outbox } from '../messenger/outbox.ts';",
        "import * as bytes from './index.ts';",
        "export const wait = async (kind: 'a' | 'b', outbox: Outbox) => { switch (kind) { case 'a': return [bytes, outbox]; } };",
        'export function start() { Promise.resolve(1); }'
      ].join('\n'),
      { filePath: join(ROOT, 'src/lib/bytes/hex.ts') }
    );
    const rules = (result as ESLint.LintResult).messages.map((message) => message.ruleId);
    expect(rules).toEqual(
      expect.arrayContaining([
        'onionskin/floors',
        'onionskin/no-cycles',
        '@typescript-eslint/no-floating-promises',
        '@typescript-eslint/switch-exhaustiveness-check'
      ])
    );
  }, 60_000);
});
