// npm test, npm run test:full, npm run test:soak: the whole chain, ending with one counting line over all of it.
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChromium, ensureInstalled } from './lib/install.mjs';
import { PlainError, ROOT, binary, findNode, run, runMain } from './lib/project.mjs';
import {
  countLastLine,
  countPlaywright,
  countVitest,
  countingLine,
  runStages,
  selectStages
} from './lib/stages.mjs';

const USAGE = `npm test -- [options]
  --full          every story in all sizes, two clean builds, other browsers (at most 40 minutes)
  --soak          chaos and long fuzzing (at most 45 minutes)
  --minutes <n>   how long the soak runs; default 20
  --seed <n>      what the soak draws from; it prints its own
  --only <stages> a comma separated choice of stages`;

const TSC = binary('typescript', 'bin/tsc');
const SVELTE_KIT = binary('@sveltejs/kit', 'svelte-kit.js');

/** One vitest project, reported as JSON. */
function vitest(name) {
  const reportFile = `test-results/${name}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  return {
    name,
    commands: [[binary('vitest', 'vitest.mjs'), 'run', '--project', name, ...reporters]],
    reportFile,
    count: countVitest
  };
}

/** One Playwright run, reported as JSON (playwright.config.ts reads where to). */
function playwright(name, args, env = {}) {
  const reportFile = `test-results/${name.replaceAll(' ', '-')}.json`;
  return {
    name,
    commands: [[binary('@playwright/test', 'cli.js'), 'test', ...args]],
    env: { ...env, E2E_REPORT: reportFile },
    reportFile,
    count: countPlaywright,
    needs: ['build']
  };
}

const script = (name, ...args) => [join(ROOT, 'scripts', name), ...args];

const CHAIN = [
  // Lint takes as long as the other three together, so two cores are busy to the end.
  [
    { name: 'lint', commands: [[binary('eslint', 'bin/eslint.js'), '.', '--max-warnings', '0']] },
    {
      name: 'types',
      commands: [
        [binary('svelte-check', 'bin/svelte-check'), '--tsconfig', './tsconfig.json', '--fail-on-warnings'],
        [TSC, '-p', 'tsconfig.node.json'],
        [TSC, '-p', 'src/service-worker/tsconfig.json']
      ]
    },
    {
      name: 'format',
      commands: [[binary('prettier', 'bin/prettier.cjs'), '--check', '.', '--log-level', 'warn']]
    }
  ],
  [{ name: 'build', commands: [script('build.mjs', '--quiet')] }],
  [vitest('unit')],
  [vitest('integration')]
];

const STORIES = [playwright('e2e', ['--project=desktop', '--project=phone'])];

const FULL = [
  // They host and verify the build.
  [{ ...vitest('integration-full'), needs: ['build'] }],
  [{ name: 'two builds', commands: [script('two-builds.mjs')], needs: ['build'] }],
  // Those of every run are among them.
  [playwright('e2e full', [], { E2E_FULL: '1' })],
  [
    {
      name: 'other browsers',
      commands: [script('other-browsers.ts')],
      count: countLastLine,
      needs: ['build']
    }
  ]
];

function soakStages({ minutes, seed }) {
  const args = [...(minutes ? ['--minutes', minutes] : []), ...(seed ? ['--seed', seed] : [])];
  const commands = [[join(ROOT, 'tests/soak/run.ts'), ...args]];
  return [[{ name: 'soak', commands, count: countLastLine, loud: true }]];
}

await runMain(async () => {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        full: { type: 'boolean', default: false },
        soak: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        minutes: { type: 'string', default: '' },
        seed: { type: 'string', default: '' },
        help: { type: 'boolean', default: false }
      }
    }));
  } catch (error) {
    throw new PlainError(`${error.message}\n${USAGE}`, 2);
  }
  if (values.help) return void console.log(USAGE);

  await ensureInstalled();
  findNode();
  const all = values.soak ? soakStages(values) : [...CHAIN, ...(values.full ? FULL : [STORIES])];
  const stages = selectStages(all, values.only.split(',').filter(Boolean));
  const environment = {
    ...process.env,
    PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
    NO_COLOR: '1'
  };
  if (stages.flat().some((stage) => stage.name.startsWith('e2e')))
    environment.CHROMIUM = await ensureChromium();

  // Lint and types both read the tsconfig that Kit writes.
  const synced = await run(findNode(), [SVELTE_KIT, 'sync'], { env: environment });
  if (synced !== 0) throw new PlainError(`svelte-kit sync failed with code ${synced}.`);
  const total = await runStages(stages, environment);
  if (total.failed > 0) process.exitCode = 1;
  console.log(countingLine(total));
});
