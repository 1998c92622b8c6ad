// What every story stands on: the built app, served by the real gateway over real nodes, in the process of the test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { startStack, type Stack } from '../../scripts/lib/stack.ts';
import { collectPolicyReports, type PolicyReports } from './policy-reports.ts';

export { expect };

export interface WorkerFixtures {
  /** Violations of the policy in any page, worker or service worker that the stack served. */
  readonly policyReports: PolicyReports;
  /** Network, gateway and app; shared by the stories of one worker process. */
  readonly stack: Stack & { readonly localnet: Localnet };
  readonly gatewayAddress: { readonly host: string; readonly port: number };
}

export interface TestFixtures {
  /** Whether the story breaks the policy on purpose; every other fails when the policy refused anything. */
  readonly breaksPolicy: boolean;
  readonly policyKept: void;
  /** Browsers that a story opened beside its own end with it: they would go on asking the network of the next. */
  readonly othersClosed: void;
  /** Everything that destination nodes opened since the story began. */
  readonly openedByNodes: () => Promise<Uint8Array>;
  /** Violations of the policy and uncaught errors in the pages of the story's own context. */
  readonly pageFaults: string[];
}

/** Another folder than the usual one lets a build be tested while the next is made. */
const BUILD = process.env.E2E_BUILD ?? join(import.meta.dirname, '../../build');

export const test = base.extend<TestFixtures, WorkerFixtures>({
  policyReports: [
    // Playwright wants the first argument destructured.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const reports = await collectPolicyReports(BUILD);
      await use(reports);
      await reports.stop();
    },
    { scope: 'worker' }
  ],

  stack: [
    async ({ policyReports }, use) => {
      const dataDirectory = await mkdtemp(join(tmpdir(), 'onionskin-e2e-net-'));
      const { directory } = policyReports;
      const stack = await startStack({ network: 'local', dataDirectory, staticDirectory: directory });
      await use(stack as WorkerFixtures['stack']);
      await stack.close();
      await rm(dataDirectory, { recursive: true });
    },
    { scope: 'worker', timeout: 60_000 }
  ],

  gatewayAddress: [
    async ({ stack }, use) => {
      const { hostname, port } = new URL(stack.origin);
      await use({ host: hostname, port: Number(port) });
    },
    { scope: 'worker' }
  ],

  breaksPolicy: [false, { option: true }],

  othersClosed: [
    async ({ browser }, use) => {
      const before = new Set(browser.contexts());
      await use();
      for (const context of browser.contexts()) if (!before.has(context)) await context.close();
    },
    { auto: true }
  ],

  policyKept: [
    async ({ policyReports, breaksPolicy }, use) => {
      policyReports.take();
      await use();
      const seen = policyReports.take();
      if (!breaksPolicy) expect(seen, 'the policy refused nothing').toEqual([]);
    },
    { auto: true }
  ],

  baseURL: async ({ stack }, use) => use(stack.origin),

  openedByNodes: async ({ stack }, use) => {
    const opened: Uint8Array[] = [];
    const stop = stack.localnet.onOpened(({ role, plaintext }) => {
      if (role === 'final') opened.push(plaintext.slice());
    });
    await use(async () => {
      await stack.localnet.settle();
      return Buffer.concat(opened);
    });
    stop();
  },

  pageFaults: [
    async ({ context }, use) => {
      const faults: string[] = [];
      context.on('weberror', (error) => faults.push(String(error.error())));
      // Choosers are taken over from the start: asked for at the moment of the press, that could come too late.
      context.on('page', (page) => page.on('filechooser', () => {}));
      context.on('console', (message) => {
        if (/content security policy|trusted ?type/i.test(message.text())) faults.push(message.text());
      });
      await use(faults);
    },
    { auto: true }
  ]
});
