// Where things are, and how to start a program of the project. Plain JavaScript without dependencies, for
// Node 20 and later: this runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = join(ROOT, 'build');
const NEEDED_NODE = 24;

/** A failure that is the reader's business alone: one line, no stack. */
export class PlainError extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs the body of a script; a PlainError becomes its one line and its exit code. */
export async function runMain(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof PlainError)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}

/** Name of the package that holds Node for this kind of machine. */
export function nodePackage() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}

/** The Node 24 that came with the lockfile, or this one if it is new enough. */
export function findNode() {
  const name = nodePackage();
  const bundled = join(ROOT, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(bundled)) return bundled;
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath;
  throw new PlainError(
    `Node ${NEEDED_NODE} is missing: this is Node ${process.versions.node} and the optional package "${name}" is not installed (run "npm ci --include=optional", or use Node ${NEEDED_NODE}).`
  );
}

/** Path of the program `name` of an installed package, as a script for Node. */
export function binary(packageName, path) {
  return join(ROOT, 'node_modules', packageName, path);
}

/**
 * Starts a child and resolves with its exit code (128 when a signal ended it). Ctrl-C reaches the child by
 * itself, as it is in the same process group; other signals are passed on.
 * @param {string} command @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { onStart?: (child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, { onStart, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const ignore = () => {};
    const passOn = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore);
    process.on('SIGTERM', passOn);
    const done = () => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', passOn);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code) => {
      done();
      resolve(code ?? 128);
    });
    onStart?.(child);
  });
}

/** What is kept of a captured output; the end of it is what explains a failure. */
const MAX_OUTPUT_CHARACTERS = 200_000;

/** Runs one Node program with its output kept, not shown. */
export async function capture(args, env = process.env) {
  const chunks = [];
  let length = 0;
  const keep = (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length > MAX_OUTPUT_CHARACTERS && chunks.length > 1) length -= chunks.shift().length;
  };
  const exitCode = await run(findNode(), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    onStart(child) {
      child.stdout.setEncoding('utf8').on('data', keep);
      child.stderr.setEncoding('utf8').on('data', keep);
    }
  });
  return { exitCode, stdout: chunks.join('') };
}
