// What a long run found: one line a check as it ends, one counting line at the very end.

export interface Report {
  passed(name: string, detail?: string): void;
  failed(name: string, detail: string): void;
  /** Prints the counting line. @returns whether nothing failed */
  finish(): boolean;
}

export function createReport(print: (line: string) => void): Report {
  let passed = 0;
  let failed = 0;
  const withDetail = (name: string, detail: string) => (detail === '' ? name : `${name}: ${detail}`);
  return {
    passed(name, detail = '') {
      passed += 1;
      print(`✓ ${withDetail(name, detail)}`);
    },
    failed(name, detail) {
      failed += 1;
      print(`✗ ${withDetail(name, detail)}`);
    },
    finish() {
      print(`${passed} passed, ${failed} failed, 0 skipped`);
      return failed === 0 && passed > 0;
    }
  };
}
