import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, isInstalled } from '../../../scripts/lib/install.mjs';
import { nodePackage } from '../../../scripts/lib/project.mjs';

interface Package {
  version: string;
  integrity?: string;
  optional?: boolean;
}

describe('what is installed', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'onionskin-install-'));
    await mkdir(join(root, 'node_modules'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const lock = (path: string, packages: Record<string, Package>) =>
    writeFile(join(root, path), JSON.stringify({ packages }));
  const wants = (packages: Record<string, Package>) =>
    lock('package-lock.json', { '': { version: '1' }, ...packages });
  const has = (packages: Record<string, Package>) => lock('node_modules/.package-lock.json', packages);
  const a = { version: '1.0.0', integrity: 'sha512-a' };

  it('is what the lockfile names', async () => {
    await wants({ 'node_modules/a': a });
    expect(isInstalled(root)).toBe(false);
    await has({ 'node_modules/a': a });
    expect(isInstalled(root)).toBe(true);
  });

  it('is not another version, nor other content of the same version', async () => {
    await wants({ 'node_modules/a': a });
    await has({ 'node_modules/a': { ...a, version: '1.0.1' } });
    expect(isInstalled(root)).toBe(false);
    await has({ 'node_modules/a': { ...a, integrity: 'sha512-b' } });
    expect(isInstalled(root)).toBe(false);
  });

  it('may lack what is for other machines, but not the Node for this one', async () => {
    const other = { ...a, optional: true };
    await wants({ 'node_modules/a': a, 'node_modules/a-for-mars': other });
    await has({ 'node_modules/a': a });
    expect(isInstalled(root)).toBe(true);
    await wants({ 'node_modules/a': a, [`node_modules/${nodePackage()}`]: other });
    expect(isInstalled(root)).toBe(false);
  });
});

describe('Chromium', () => {
  it('is the one that CHROMIUM names', async () => {
    expect(await findChromium({ CHROMIUM: process.execPath })).toBe(process.execPath);
    await expect(findChromium({ CHROMIUM: '/nowhere/chromium' })).rejects.toThrow('/nowhere/chromium');
  });
});
