/** @file Timing on a shared machine: contenders take turns, and the best of several rounds counts. */

/** One thing to be timed. */
export interface Contender {
  name: string;
  run(): void;
}

/**
 * Runs every contender once per round, in turn, so that all see the same neighbours.
 *
 * @returns name → best duration, seconds
 */
export function bestOf(rounds: number, contenders: Contender[]): Map<string, number> {
  const best = new Map(contenders.map(({ name }) => [name, Number.POSITIVE_INFINITY]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of contenders) {
      const start = performance.now();
      run();
      best.set(name, Math.min(best.get(name)!, (performance.now() - start) / 1000));
    }
  }
  return best;
}

/** One line of a table. */
export function print(name: string, value: number, unit: string, remark = ''): void {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  console.log(`  ${name.padEnd(46)} ${value.toFixed(digits).padStart(8)} ${unit.padEnd(16)} ${remark}`);
}
