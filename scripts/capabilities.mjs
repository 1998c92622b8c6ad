// npm run capabilities: turns the reports the last test run left in test-results/ into static/capabilities.json, which the app
// shows. The file is committed with a release, so that a build stays what its sources say.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilitiesOf, dateOfReport, playwrightResults, vitestResults } from './lib/capabilities.mjs';
import { PlainError, ROOT, runMain } from './lib/project.mjs';
import { buildVersion, sourceDigest } from './lib/sources.mjs';

const REPORTS = join(ROOT, 'test-results');
const FILE = join(ROOT, 'static/capabilities.json');

/** What the tests say something about. */
const TESTED = ['src', 'gateway', 'localnet', 'tests'];

/** When the last of the files below was changed, milliseconds since 1970. */
function lastChange(folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile()
    )
  );
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

await runMain(async () => {
  const changedMs = lastChange(TESTED);
  const read = (name) => {
    const path = join(REPORTS, name);
    if (!existsSync(path)) return null;
    if (statSync(path).mtimeMs < changedMs) {
      throw new PlainError(`Something was changed after ${name} was written. Run npm test again.`);
    }
    return JSON.parse(readFileSync(path, 'utf8'));
  };
  const units = ['unit.json', 'integration.json', 'integration-full.json'].map(read).filter(Boolean);
  const stories = ['e2e.json', 'e2e-full.json'].map(read).filter(Boolean);
  if (units.length === 0 || stories.length === 0) {
    throw new PlainError('Run npm test first: it leaves its reports in test-results/.');
  }
  const results = [...units.flatMap(vitestResults), ...stories.flatMap(playwrightResults)];
  const date = [...units, ...stories].map(dateOfReport).sort()[0];
  const capabilities = capabilitiesOf(results, { version: buildVersion(sourceDigest()), date });
  writeFileSync(FILE, `${JSON.stringify(capabilities, null, 1)}\n`);
  const failed = results.filter(({ passed }) => !passed).length;
  console.log(`${results.length} results in ${capabilities.groups.length} groups, ${failed} failed.`);
});
