import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: 15_000,
          // No unit test leaves anything behind, so the files can share what they import.
          isolate: false,
          maxWorkers: 2
        }
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
          // They wait for their networks more than they compute.
          maxWorkers: 4
        }
      }
    ]
  }
});
