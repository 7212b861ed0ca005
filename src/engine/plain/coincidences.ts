/** @file Pulses where trains coincide. */
import { type CellRoom, type Kernels, paddedColumns, type TrainBits } from '../kernels.ts';
import type { Matrix } from '../matrix.ts';
import { sameSize, trainsOf } from '../sizes.ts';
import { gaussians, type Stream } from '../streams.ts';

export const coincidenceKernels: Pick<Kernels, 'coincideConstant' | 'coincideSoftBounds'> = {
  coincideConstant(weights, trains, cells, cycle) {
    return coincide('coincideConstant', weights, trains, cells, cycle, (w, k, ups, downs, clip) => {
      const [up, down] = [cells.up.data[k]!, cells.down.data[k]!];
      const risen = clip(w + (ups / 2) * up);
      const fallen = clip(risen - downs * down);
      return { mean: fallen + (ups / 2) * up, variance: ups * up ** 2 + downs * down ** 2 };
    });
  },

  coincideSoftBounds(weights, trains, cells, cycle) {
    return coincide('coincideSoftBounds', weights, trains, cells, cycle, (w, k, ups, downs) => {
      const [high, low] = [cells.high.data[k]!, cells.low.data[k]!];
      const up = shareOf(cells.up.data[k]!, high);
      const down = shareOf(-cells.down.data[k]!, low);
      const leftUp = (1 - up) ** (ups / 2);
      const leftDown = (1 - down) ** downs;
      const risen = high + (w - high) * leftUp;
      const fallen = low + (risen - low) * leftDown;
      // every pulse's noise, damped by those after it
      const spreadUp = ups > 0 ? (high - w) * up * (1 - up) ** (ups - 1) : 0;
      const spreadDown = downs > 0 ? (low - risen) * down * (1 - down) ** (downs - 1) * leftUp : 0;
      return {
        mean: high + (fallen - high) * leftUp,
        variance: ups * leftDown * spreadUp ** 2 + downs * spreadDown ** 2,
      };
    });
  },
};

/** Share of the way to a bound that one pulse covers; 0 for a dead cell at zero. */
const shareOf = (size: number, bound: number) => Math.min(1, Math.max(0, size / bound || 0));

function coincide(
  kernel: string,
  weights: Matrix,
  trains: TrainBits,
  cells: CellRoom,
  cycle: Stream,
  move: (
    w: number,
    k: number,
    ups: number,
    downs: number,
    clip: (w: number) => number,
  ) => { mean: number; variance: number },
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
      const { mean, variance } = move(weights.data[k]!, k, ups, downs, clip);
      weights.data[k] = clip(mean + cells.cycle * Math.sqrt(variance) * noise[i * padded + j]!);
    }
  return pulses;
}

const ones = (word: number): number => {
  let count = 0;
  for (let bits = word >>> 0; bits > 0; bits >>>= 1) count += bits & 1;
  return count;
};
