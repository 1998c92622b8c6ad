// Network and gateway without the app, for scripts/dev.mjs, which is told where they are and ends them by letting go
// of the channel between the two.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './lib/project.mjs';
import { startStack } from './lib/stack.ts';

const dataDirectory = join(ROOT, '.onionskin/dev');
await mkdir(dataDirectory, { recursive: true });
const stack = await startStack({ network: 'local', dataDirectory, staticDirectory: null });
// Ctrl-C reaches the whole group of processes; the parent decides when.
process.on('SIGINT', () => {});
process.once('disconnect', () => void stack.close());
process.send?.({ origin: stack.origin });
