/** @file Training steps per second: against their own matrix products, side by side, and against PyTorch. */
import { fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openEngine } from '../src/engine/engine.ts';
import { bestOf, print } from './measure.ts';
import { samples, stepOn } from './step.ts';

const rounds = 3;
const trials = 2;

/** Engines, trials side by side and PyTorch take turns; the best round of each counts. */
export async function benchTraining(): Promise<void> {
  console.log('Forward-Forward step, 784-2000-2000-2000-2000, 100 + 100 samples');
  const threads = [1, 2];
  const engines = await Promise.all(threads.map(count => openEngine({ threads: count })));
  const steps = engines.map(stepOn);
  const contenders = steps.flatMap(({ train, productsOnly }, i) => [
    { name: `step ${i}`, run: train },
    { name: `products ${i}`, run: productsOnly },
  ]);
  const best: Record<string, number> = {};
  const note = (name: string, rate: number) => {
    best[name] = Math.max(best[name] ?? 0, rate);
  };
  for (let round = 0; round < rounds; round++) {
    for (const [name, seconds] of bestOf(8, contenders)) note(name, samples / seconds);
    note('side by side', await sideBySide(trials));
    const rate = pytorch();
    if (!rate) break;
    note('pytorch', rate);
  }
  for (const engine of engines) engine.close();

  const theirs = best.pytorch;
  const ofPytorch = (rate: number) => (theirs ? `, ${(rate / theirs).toFixed(2)} of PyTorch` : '');
  for (const [i, count] of threads.entries()) {
    const rate = best[`step ${i}`]!;
    const ofProducts = `${(rate / best[`products ${i}`]!).toFixed(2)} of its products alone`;
    print(`one trial, threads: ${count}`, rate, 'samples/s', ofProducts + ofPytorch(rate));
  }
  const sum = best['side by side']!;
  print(`${trials} trials side by side, sum`, sum, 'samples/s', ofPytorch(sum).slice(2));
  if (theirs) print('PyTorch, threads: 2', theirs, 'samples/s');
}

/** `count` processes, one thread each, at the same time. @returns the sum of their rates, samples/s */
async function sideBySide(count: number): Promise<number> {
  const rates = Array.from({ length: count }, () => {
    const child = fork(fileURLToPath(import.meta.url), ['one trial']);
    return new Promise<number>((resolve, reject) => {
      child.on('message', rate => resolve(rate as number));
      child.on('exit', code => code && reject(new Error(`a trial ended with ${code}`)));
    });
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
}

/** Mean rate over some seconds, so that the processes overlap. */
async function oneTrial(): Promise<number> {
  const engine = await openEngine();
  const { train } = stepOn(engine);
  train();
  const start = performance.now();
  let steps = 0;
  for (; performance.now() - start < 4000; steps++) train();
  return (samples * steps * 1000) / (performance.now() - start);
}

/** Best rate of the same step in PyTorch, or nothing, with the reason printed. */
function pytorch(): number | undefined {
  const script = fileURLToPath(new URL('step.py', import.meta.url));
  const env = { ...process.env, OMP_WAIT_POLICY: 'passive' };
  const { status, stdout, stderr } = spawnSync('python3', [script], { env, encoding: 'utf8' });
  if (status === 0) return Number(stdout);
  const why = stderr?.trim().split('\n').at(-1) ?? 'python3 does not start';
  console.log(`  no comparison with PyTorch: ${why}`);
}

if (process.argv[2] === 'one trial') {
  process.send?.(await oneTrial());
  process.disconnect?.();
}
