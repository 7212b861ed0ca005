/**
 * @file Makes a fresh clone ready: installs what package-lock.json lists and compiles the kernels. Plain JavaScript without
 * dependencies, because it runs before there are any. Silent and quick when there is nothing to do.
 *
 * Explicit rather than a postinstall script: `.npmrc` forbids scripts at install.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const kernels = 'src/engine/kernels';
const compilerOptions = [
  '-O3',
  '--enable',
  'simd',
  '--runtime',
  'stub',
  '--noAssert',
  '--use',
  'abort=',
].concat(['--importMemory', '--zeroFilledMemory', '--noExportMemory']);

/** @throws Error when this Node is too old */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(
      `mortal needs Node 20.19 or newer, but this is ${version}. See https://nodejs.org/en/download`,
    );
}

/** Runs npm unless node_modules holds the versions that package-lock.json asks for. @throws Error when npm fails */
export function installPackages(root = packageRoot) {
  if (isInstalled(root)) return;
  const command = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install';
  console.error(`mortal: installing its dependencies (npm ${command}); this takes a minute, once`);
  const { npm_execpath: npm } = process.env;
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, command], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', [command], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm ${command} failed; its own message is above`);
}

/** By version, not by time stamp. Optional packages may be missing: they depend on the machine. */
function isInstalled(root) {
  const wanted = readJson(join(root, 'package-lock.json'));
  const found = readJson(join(root, 'node_modules/.package-lock.json'));
  if (!wanted || !found) return !wanted && existsSync(join(root, 'node_modules'));
  const { NODE_ENV, npm_config_omit: omitted = '' } = process.env;
  const isProduction = NODE_ENV === 'production' || omitted.includes('dev');
  return Object.entries(wanted.packages).every(([path, { version, optional, devOptional, peer, dev }]) => {
    if (path === '' || optional || devOptional || peer || (dev && isProduction)) return true;
    return found.packages[path]?.version === version;
  });
}

/**
 * Compiles `src/engine/kernels` to `build/kernels.wasm` when sources, compiler or options have changed since.
 * Several processes may do so at once: each writes a file of its own and renames it.
 *
 * @returns true when it compiled, false when there was nothing to do
 * @throws Error with the compiler's message
 */
export async function buildKernels(root = packageRoot) {
  const wasm = join(root, 'build/kernels.wasm');
  const stampFile = join(root, 'build/kernels.stamp');
  const stamp = stampOf(root);
  if (existsSync(wasm) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;

  mkdirSync(join(root, 'build'), { recursive: true });
  const unique = `build/kernels-${process.pid}-${Date.now()}`;
  const asc = await import('assemblyscript/asc');
  const place = ['--baseDir', root, '--outFile', `${unique}.wasm`];
  const { error, stderr } = await asc.main([`${kernels}/index.ts`, ...place, ...compilerOptions]);
  if (error) {
    rmSync(join(root, `${unique}.wasm`), { force: true });
    throw new Error(`the kernels in ${kernels} do not compile\n${stderr}`);
  }
  writeFileSync(join(root, `${unique}.stamp`), stamp);
  renameSync(join(root, `${unique}.wasm`), wasm);
  renameSync(join(root, `${unique}.stamp`), stampFile);
  return true;
}

/** A digest of all that the compiled kernels depend on. */
function stampOf(root) {
  const compiler = readJson(join(packageRoot, 'node_modules/assemblyscript/package.json'));
  const hash = createHash('sha256').update(JSON.stringify([compiler?.version ?? '', compilerOptions]));
  const files = readdirSync(join(root, kernels)).filter(name => name.endsWith('.ts'));
  for (const name of files.sort()) hash.update(`\0${name}\0`).update(readFileSync(join(root, kernels, name)));
  return hash.digest('hex');
}

/** The file's content, or nothing when there is none or it is torn. */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const isProgram = process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href;
if (isProgram) {
  try {
    checkNode();
    installPackages();
    await buildKernels();
  } catch (error) {
    console.error(`mortal: ${error.message}`);
    process.exitCode = 1;
  }
}
