/** @file Pulses where trains coincide. */
import { type CellRoom, type Kernels, paddedColumns, type TrainBits } from '../kernels.ts';
import type { Matrix } from '../matrix.ts';
import { sameSize, trainsOf } from '../sizes.ts';
import { gaussians, type Stream } from '../streams.ts';

export const coincidenceKernels: Pick<Kernels, 'coincideConstant' | 'coincideSoftBounds'> = {
  coincideConstant(weights, trains, cells, cycle) {
    const { up, down } = cells;
    return coincide('coincideConstant', weights, trains, cells, cycle, (k, n, isUp) => ({
      move: () => (isUp ? n * up.data[k]! : -n * down.data[k]!),
      spread: () => Math.sqrt(n) * (isUp ? up.data[k]! : down.data[k]!),
      left: 1,
    }));
  },

  coincideSoftBounds(weights, trains, cells, cycle) {
    return coincide('coincideSoftBounds', weights, trains, cells, cycle, (k, n, isUp) => {
      const bound = isUp ? cells.high.data[k]! : cells.low.data[k]!;
      const size = isUp ? cells.up.data[k]! : -cells.down.data[k]!;
      const s = Math.min(1, Math.max(0, size / bound || 0));
      const last = s * (1 - s) ** (n - 1);
      const left = (1 - s) ** n;
      return {
        move: w => (bound - w) * (1 - left),
        spread: w => Math.abs(bound - w) * last * Math.sqrt(n),
        left,
      };
    });
  },
};

/** What n pulses of one direction do to a cell: mean move and spread from weight w on, and what they leave of noise before them. */
interface Walk {
  move(w: number): number;
  spread(w: number): number;
  readonly left: number;
}

function coincide(
  kernel: string,
  weights: Matrix,
  trains: TrainBits,
  cells: CellRoom,
  cycle: Stream,
  walk: (k: number, n: number, isUp: boolean) => Walk,
): number {
  sameSize(kernel, weights, cells.up, cells.down, cells.low, cells.high);
  trainsOf(kernel, trains, weights);
  const { rows, columns } = weights;
  const padded = paddedColumns(columns);
  const noise = gaussians(cycle, rows * padded);
  const { rowPlus, rowMinus, columnPlus, columnMinus } = trains;
  let pulses = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let [ups, downs] = [0, 0];
      for (let word = 0; word < trains.words; word++) {
        const [plus, minus] = [rowPlus[i * trains.words + word]!, rowMinus[i * trains.words + word]!];
        const [cPlus, cMinus] = [columnPlus[word * padded + j]!, columnMinus[word * padded + j]!];
        ups += ones(plus & cPlus) + ones(minus & cMinus);
        downs += ones(plus & cMinus) + ones(minus & cPlus);
      }
      if (ups + downs === 0) continue;
      pulses += ups + downs;
      const k = i * columns + j;
      const [low, high] = [cells.low.data[k]!, cells.high.data[k]!];
      const clip = (w: number) => Math.max(low, Math.min(high, w));
      let w = weights.data[k]!;
      let variance = 0;
      const isUpFirst = (i % 2 === 0) === trains.isUpFirst;
      for (const isUp of isUpFirst ? [true, false] : [false, true]) {
        const n = isUp ? ups : downs;
        if (n > 0) {
          const { move, spread, left } = walk(k, n, isUp);
          variance = variance * left ** 2 + spread(w) ** 2;
          w += move(w);
        }
        if (isUp === isUpFirst) w = clip(w); // what comes second is clipped with its noise
      }
      weights.data[k] = clip(w + cells.cycle * Math.sqrt(variance) * noise[i * padded + j]!);
    }
  return pulses;
}

const ones = (word: number): number => {
  let count = 0;
  for (let bits = word >>> 0; bits > 0; bits >>>= 1) count += bits & 1;
  return count;
};
