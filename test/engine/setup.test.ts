import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildKernels, checkNode, installPackages } from '../../src/setup.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mortal-setup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('buildKernels', () => {
  const source = () => join(root, 'src/engine/kernels/index.ts');
  beforeEach(() => {
    mkdirSync(join(root, 'src/engine/kernels'), { recursive: true });
    writeFileSync(source(), 'export function twice(x: i32): i32 { return 2 * x; }\n');
  });

  test('compiles once, and again when a source has changed', async () => {
    expect(await buildKernels(root)).toBe(true);
    const wasm = join(root, 'build/kernels.wasm');
    const { mtimeMs } = statSync(wasm);
    writeFileSync(source(), readFileSync(source())); // newer, but the same
    expect(await buildKernels(root)).toBe(false);
    expect(statSync(wasm).mtimeMs).toBe(mtimeMs);
    writeFileSync(source(), 'export function thrice(x: i32): i32 { return 3 * x; }\n');
    expect(await buildKernels(root)).toBe(true);
    rmSync(wasm);
    expect(await buildKernels(root)).toBe(true);
  });

  test('reports what does not compile, keeps the old file and leaves no litter', async () => {
    await buildKernels(root);
    writeFileSync(source(), 'export function twice(x: i32): i32 { return y; }\n');
    await expect(buildKernels(root)).rejects.toThrow("Cannot find name 'y'");
    expect(readdirSync(join(root, 'build')).sort()).toEqual(['kernels.stamp', 'kernels.wasm']);
    await expect(buildKernels(root)).rejects.toThrow(); // again: the failure is not remembered as done
  });
});

test('checkNode asks for 20.19', () => {
  expect(() => checkNode('20.18.3')).toThrow('needs Node 20.19 or newer, but this is 20.18.3');
  for (const version of ['20.19.0', '22.0.0', '24.1.0']) checkNode(version);
});

test('installPackages leaves an installation alone whose versions agree, whatever its age', () => {
  const lock = (packages: object) => JSON.stringify({ packages });
  const a = { version: '1.0.0' };
  writeFileSync(
    join(root, 'package-lock.json'),
    lock({ '': {}, 'node_modules/a': a, 'node_modules/b': { ...a, optional: true } }),
  );
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), lock({ 'node_modules/a': a }));
  installPackages(root); // would fail: there is no package.json
});
