/**
 * @file The true derivative of a crossbar's mean outputs where it is not the weights alone: bent and curved cells, drivers that favour a sign, amplifiers that saturate, ranges that
 * clip, and scales that follow the largest input. Steps of converters are passed straight through, as are bits for amplitudes, the static drop of wires, and samples that were
 * read again at less. Slopes of amplifiers are central differences of their means. For those who may know it all, so no speed was sought.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Columns } from './columns.ts';
import { lowOf } from './converters/uniform.ts';
import { bend, bendSlope } from './drive.ts';
import { signedPart } from './driver.ts';
import type { Readable } from './reading.ts';
import type { InputScaling } from './scaling.ts';
import { divideColumns } from './weight-scaling.ts';
import { bendsInputs } from './wires/cell-curve.ts';

export interface Derivative {
  /** out [batch, rows] = d [batch, columns] pulled back to what drove the rows, x [batch, rows]. */
  inputsBack(x: Matrix, d: Matrix, out: Matrix): void;
  /** out [rows, columns] += Σ over samples of d times the derivative of the outputs by the weights that multiply. */
  weightsBack(x: Matrix, d: Matrix, out: Matrix): void;
}

/** Samples as the cells meet them. */
interface Acting {
  /** scaled, clipped, driven and bent [batch, rows], and slopes of that */
  readonly x: Matrix;
  readonly slopes: Float32Array;
  readonly scales: readonly { readonly divisor: number; readonly largest: number }[];
}

const step = 1e-4;

export function buildDerivative(
  readable: Readable,
  columnsOf: Columns,
  scaling: InputScaling | undefined,
  engine: Engine,
): Derivative {
  const { model, mapping, rows, columns, batch, whole, slices, scales: factors } = readable;
  const { height, sliceCount } = columnsOf;
  const { curve } = model.crossbar;
  const isAmplitude = model.drive === undefined || model.drive.kind === 'amplitude';
  const bends = curve && bendsInputs(curve) && isAmplitude && !readable.solved ? curve : undefined;
  const range = model.dac.kind === 'none' ? Number.POSITIVE_INFINITY : model.dac.range;
  const low = lowOf(model.dac);
  const weaker = 1 - (model.driver?.asymmetry ?? 0);
  const isSplit = model.driver?.signs === 'apart-digital';
  const [room, part] = [engine.matrix(batch, rows), engine.matrix(batch, rows)];
  const [product, error] = [engine.matrix(batch, columns), engine.matrix(batch, columns)];
  const back = engine.matrix(batch, rows);
  const transposed = engine.matrix(columns, rows);
  const turned = engine.matrix(rows, batch);
  const gradient = engine.matrix(rows, columns);

  function actingOf(given: Matrix): Acting {
    const x = rowsOf(room, 0, given.rows);
    const slopes = new Float32Array(x.data.length);
    const scales = Array.from({ length: given.rows }, (_, b) =>
      scaling ? scaling.divisor(given.data.subarray(b * rows, (b + 1) * rows)) : { divisor: 1, largest: -1 },
    );
    for (let k = 0; k < x.data.length; k++) {
      const { divisor } = scales[Math.floor(k / rows)]!;
      const asked = divisor > 0 ? given.data[k]! / divisor : 0;
      const kept = Math.max(low, Math.min(range, asked));
      const factor = kept < 0 ? weaker : 1;
      x.data[k] = kept * factor;
      slopes[k] = kept === asked ? factor : 0;
    }
    if (!bends) return { x, slopes, scales };
    const volt = model.energy.readVoltage;
    for (let k = 0; k < slopes.length; k++) slopes[k]! *= bendSlope(bends, volt, x.data[k]!);
    bend(bends, volt, x.data, x.data);
    return { x, slopes, scales };
  }

  /** Calls `take` with every part's inputs, weights and errors at its product. @returns Σ over columns of d times the mean outputs, of every sample */
  function eachPart(
    { x, scales }: Acting,
    d: Matrix,
    take: (inputs: Matrix, from: number, s: number, delta: Matrix, sums: Float64Array) => void,
  ): Float64Array {
    const weighed = new Float64Array(x.rows);
    const turns = isSplit ? ([-1, 1] as const) : ([0] as const);
    for (const sign of turns)
      for (let from = 0; from < rows; from += height) {
        const width = Math.min(height, rows - from);
        const inputs = { rows: x.rows, columns: width, data: part.data.subarray(0, x.rows * width) };
        for (let b = 0; b < x.rows; b++)
          inputs.data.set(x.data.subarray(b * rows + from, b * rows + from + width), b * width);
        if (sign !== 0) signedPart(inputs, sign, inputs);
        const gains = factors?.of(from);
        for (let s = 0; s < sliceCount; s++) {
          const unit = sliceCount > 1 ? mapping.slices[s]! : 1;
          const a = rowsOf(product, 0, x.rows);
          const W = sliceCount > 1 ? slices()[s]! : whole();
          const solved = readable.solved?.();
          if (solved) solved.multiply(inputs, from, sliceCount > 1 ? s : undefined, a);
          else engine.gemm.multiply(inputs, rowsOf(W, from, width), a);
          columnsOf.drop?.(inputs, rowsOf(W, from, width), a);
          const delta = rowsOf(error, 0, x.rows);
          const sums = new Float64Array(x.rows);
          for (let b = 0; b < x.rows; b++) {
            const sum = inputs.data.subarray(b * width, (b + 1) * width).reduce((all, v) => all + v, 0);
            for (let j = 0; j < columns; j++) {
              const k = b * columns + j;
              const mean = (current: number, total: number) =>
                columnsOf.mean((from / height) * sliceCount + s, j, current, total);
              const e = unit * (gains?.[j] ?? 1) * d.data[k]!;
              weighed[b]! += e * scales[b]!.divisor * mean(a.data[k]!, sum);
              const slope = mean(a.data[k]! + step, sum) - mean(a.data[k]! - step, sum);
              delta.data[k] = (e * slope) / (2 * step);
              sums[b]! += (e * (mean(a.data[k]!, sum + step) - mean(a.data[k]!, sum - step))) / (2 * step);
            }
          }
          take(inputs, from, s, delta, sums);
        }
      }
    return weighed;
  }

  /** Errors at the products of a part, pulled back to its inputs. */
  function throughWeights(inputs: Matrix, from: number, s: number, delta: Matrix): Matrix {
    const solved = readable.solved?.();
    if (solved?.pullBack) {
      const out = { ...inputs, data: back.data.subarray(0, inputs.data.length) };
      solved.pullBack(inputs, from, sliceCount > 1 ? s : undefined, delta, out);
      return out;
    }
    const W = rowsOf(sliceCount > 1 ? slices()[s]! : whole(), from, inputs.columns);
    const wT = { rows: columns, columns: inputs.columns, data: transposed.data.subarray(0, W.data.length) };
    const out = { ...inputs, data: back.data.subarray(0, inputs.data.length) };
    engine.kernels.transpose(W, wT);
    engine.gemm.multiply(delta, wT, out);
    return out;
  }

  return {
    inputsBack(x, d, out) {
      const acting = actingOf(x);
      engine.kernels.fill(out, 0);
      const weighed = eachPart(acting, d, (inputs, from, s, delta, sums) => {
        const pulled = throughWeights(inputs, from, s, delta);
        for (let b = 0; b < x.rows; b++)
          for (let i = 0; i < inputs.columns; i++) {
            const k = b * inputs.columns + i;
            const isOther = isSplit && inputs.data[k] === 0; // of the other sign
            if (!isOther) out.data[b * rows + from + i]! += pulled.data[k]! + sums[b]!;
          }
      });
      for (let k = 0; k < x.rows * rows; k++) out.data[k]! *= acting.slopes[k]!;
      for (let b = 0; b < x.rows; b++) {
        const { divisor, largest } = acting.scales[b]!;
        if (largest < 0 || !(divisor > 0)) continue;
        // y = s f(x/s): dy/ds = (y − Σ x dy/dx)/s, and s goes with the largest input
        let slope = weighed[b]!;
        for (let i = 0; i < rows; i++) slope -= x.data[b * rows + i]! * out.data[b * rows + i]!;
        out.data[b * rows + largest]! += slope / x.data[b * rows + largest]!;
      }
    },
    weightsBack(x, d, out) {
      const acting = actingOf(x);
      eachPart(acting, d, (inputs, from, s, delta) => {
        const share = sliceCount > 1 ? 1 / (mapping.slices[s]! * sliceCount) : 1; // a weight is moved in all its slices alike
        for (let k = 0; k < inputs.data.length; k++)
          inputs.data[k]! *= share * acting.scales[Math.floor(k / inputs.columns)]!.divisor;
        const xT = {
          rows: inputs.columns,
          columns: x.rows,
          data: turned.data.subarray(0, inputs.data.length),
        };
        const grown = rowsOf(gradient, 0, inputs.columns);
        engine.kernels.transpose(inputs, xT);
        if (factors) divideColumns(delta, factors.of(from), delta); // by weights, of which cells store a part
        engine.gemm.multiply(xT, delta, grown);
        engine.kernels.addScaled(grown, 1, rowsOf(out, from, inputs.columns));
      });
    },
  };
}
