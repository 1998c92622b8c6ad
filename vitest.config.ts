import { defineConfig } from 'vitest/config';

const UNITS = 'tests/unit/**/*.test.ts';
const INTEGRATIONS = 'tests/integration/**/*.test.ts';
/** Too long for every run. */
const FULL_ONLY = 'tests/integration/**/*.full.test.ts';

const integration = {
  environment: 'node',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  isolate: false,
  // They wait for their networks more than they compute.
  maxWorkers: 4
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [UNITS],
          environment: 'node',
          testTimeout: 15_000,
          // No unit test leaves anything behind, so the files can share what they import.
          isolate: false,
          maxWorkers: 2
        }
      },
      { test: { ...integration, name: 'integration', include: [INTEGRATIONS], exclude: [FULL_ONLY] } },
      { test: { ...integration, name: 'integration-full', include: [FULL_ONLY] } }
    ]
  }
});
