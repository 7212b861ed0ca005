/**
 * @file The kernels that trials use: AssemblyScript SIMD code (`kernels/`) on matrices in its own memory.
 * Here are the checks and the translation of matrices into addresses; the loops are there.
 */
import {
  type CellRoom,
  type Kernels,
  type PulsedCells,
  type PulseStreams,
  paddedColumns,
  type TrainBits,
} from './kernels.ts';
import type { Matrix } from './matrix.ts';
import { lastBelow } from './plain/noise.ts';
import { quantisation } from './quantisation.ts';
import { atLeast, exactly, mixing, quantiser, sameSize, trainsOf } from './sizes.ts';
import type { Stream } from './streams.ts';
import { instantiate } from './wasm-module.ts';

/**
 * @param memory of the arena that all matrices (and the index arrays of `mixRows`) come from
 * @throws Error when the kernels have not been built
 */
export function wasmKernels(memory: WebAssembly.Memory): Kernels {
  const wasm = instantiate(memory);

  /** Address of a matrix. @throws RangeError when it lies in another memory */
  const at = (m: Matrix) => addressOf(m.data);
  const addressOf = (data: Float32Array | Uint32Array): number => {
    if (data.buffer !== memory.buffer)
      throw new RangeError(
        'the matrix lies outside the memory of these kernels; allocate it with the same arena',
      );
    return data.byteOffset;
  };

  const pulse = (
    kernel: string,
    soft: boolean,
    weights: Matrix,
    change: Matrix,
    cells: PulsedCells,
    { rounding, cycle }: PulseStreams,
  ): number => {
    sameSize(kernel, weights, change, cells.up, cells.down, cells.low, cells.high);
    const pulses = wasm.pulse(
      soft ? 1 : 0,
      at(weights),
      at(change),
      at(cells.up),
      at(cells.down),
      at(cells.low),
      at(cells.high),
      weights.data.length,
      1 / cells.step,
      cells.cycle,
      cells.maximum,
      ...keyAndBlock(rounding),
      ...keyAndBlock(cycle),
    );
    advance(rounding, weights);
    advance(cycle, weights);
    return pulses;
  };

  const coincide = (
    kernel: string,
    soft: boolean,
    weights: Matrix,
    trains: TrainBits,
    { up, down, low, high, cycle: noise }: CellRoom,
    cycle: Stream,
  ): number => {
    sameSize(kernel, weights, up, down, low, high);
    const { rows, columns } = weights;
    trainsOf(kernel, trains, weights);
    const pulses = wasm.coincide(
      soft ? 1 : 0,
      at(weights),
      at(up),
      at(down),
      at(low),
      at(high),
      rows,
      columns,
      paddedColumns(columns),
      trains.words,
      addressOf(trains.rowPlus),
      addressOf(trains.rowMinus),
      addressOf(trains.columnPlus),
      addressOf(trains.columnMinus),
      noise,
      ...keyAndBlock(cycle),
    );
    cycle.position += (rows * paddedColumns(columns)) / 4;
    return pulses;
  };

  return {
    normaliseRows(x, out, epsilon) {
      atLeast('normaliseRows', x, out);
      wasm.normaliseRows(at(x), at(out), out.columns, x.rows, x.columns, epsilon);
    },

    normaliseRowsBack(x, d, out, epsilon) {
      atLeast('normaliseRowsBack', x, d);
      atLeast('normaliseRowsBack', x, out);
      wasm.normaliseRowsBack(at(x), at(d), d.columns, at(out), out.columns, x.rows, x.columns, epsilon);
    },

    sumSquares(x, out) {
      exactly('sumSquares', out, x.rows, 1);
      wasm.sumSquares(at(x), at(out), x.rows, x.columns);
    },

    columnMeans(x, out) {
      exactly('columnMeans', out, 1, x.columns);
      wasm.columnSums(at(x), at(out), x.rows, x.columns, 1 / x.rows);
    },

    columnSums(x, out) {
      exactly('columnSums', out, 1, x.columns);
      wasm.columnSums(at(x), at(out), x.rows, x.columns, 1);
    },

    scaleRows(x, factors, out) {
      sameSize('scaleRows', x, out);
      exactly('scaleRows', factors, x.rows, 1);
      wasm.scaleRows(at(x), at(factors), at(out), x.rows, x.columns);
    },

    addRow(x, row) {
      exactly('addRow', row, 1, x.columns);
      wasm.addRow(at(x), at(row), x.rows, x.columns);
    },

    transpose(x, out) {
      exactly('transpose', out, Math.min(out.rows, x.columns), x.rows);
      wasm.transpose(at(x), x.columns, at(out), x.rows, out.rows);
    },

    copy(x, out) {
      const [narrow, wide] = x.columns < out.columns ? [x, out] : [out, x];
      atLeast('copy', narrow, wide);
      wasm.copy(at(x), x.columns, at(out), out.columns, x.rows, narrow.columns);
    },

    fill(x, value) {
      x.data.fill(value);
    },

    addScaled(x, factor, out) {
      sameSize('addScaled', x, out);
      wasm.addScaled(at(x), factor, at(out), x.data.length);
    },

    gate(y, d) {
      atLeast('gate', y, d);
      wasm.gate(at(y), at(d), d.columns, y.rows, y.columns);
    },

    quantise(x, columns, low, high, levels) {
      quantiser(columns, low, high, levels, x);
      const q = quantisation(low, high, levels);
      wasm.quantise(at(x), x.columns, x.rows, columns, q.low, q.high, q.density, q.base, q.origin, q.step);
    },

    isFinite(x) {
      return wasm.allFinite(at(x), x.data.length) !== 0;
    },

    rectify(a, gain, offset, knee, compression, out) {
      sameSize('rectify', a, out);
      for (const parameter of [gain, offset, knee, compression]) exactly('rectify', parameter, 1, a.columns);
      wasm.rectify(at(a), at(gain), at(offset), at(knee), at(compression), at(out), a.rows, a.columns);
    },

    rectifyBack(a, gain, offset, knee, compression, d) {
      atLeast('rectifyBack', a, d);
      for (const parameter of [gain, offset, knee, compression])
        exactly('rectifyBack', parameter, 1, a.columns);
      wasm.rectifyBack(
        at(a),
        at(gain),
        at(offset),
        at(knee),
        at(compression),
        at(d),
        d.columns,
        a.rows,
        a.columns,
      );
    },

    addGaussian(x, sigma, stream) {
      wasm.addGaussian(at(x), x.data.length, sigma, ...keyAndBlock(stream));
      advance(stream, x);
    },

    addGaussianRows(x, sigmas, stream) {
      exactly('addGaussianRows', sigmas, x.rows, 1);
      wasm.addGaussianRows(at(x), x.rows, x.columns, at(sigmas), 0, ...keyAndBlock(stream));
      advance(stream, x);
    },

    uniform(x, low, high, stream) {
      wasm.uniform(at(x), x.data.length, low, high - low, lastBelow(high), ...keyAndBlock(stream));
      advance(stream, x);
    },

    signs(x, size, stream) {
      wasm.signs(at(x), x.data.length, size, ...keyAndBlock(stream));
      stream.position += Math.ceil(x.data.length / 128); // 32 numbers to a word, four words to a block
    },

    mixRows(x, indices, weights, fanIn, out) {
      mixing('mixRows', out, indices, weights, fanIn);
      exactly('mixRows', out, out.rows, x.columns);
      const places = addressOf(indices);
      if (!wasm.mixRows(at(x), x.rows, places, addressOf(weights), fanIn, at(out), out.rows, x.columns))
        throw new RangeError(`mixRows: an index is beyond the ${x.rows} rows`);
    },

    mixRowsBack(d, indices, weights, fanIn, out) {
      mixing('mixRowsBack', d, indices, weights, fanIn);
      exactly('mixRowsBack', out, out.rows, d.columns);
      const places = addressOf(indices);
      if (!wasm.mixRowsBack(at(d), d.rows, places, addressOf(weights), fanIn, at(out), out.rows, d.columns))
        throw new RangeError(`mixRowsBack: an index is beyond the ${out.rows} rows`);
    },

    adam(gradient, first, second, weights, { rate, beta1, beta2, epsilon, step, decay }) {
      sameSize('adam', gradient, first, second, weights);
      wasm.adam(
        at(gradient),
        at(first),
        at(second),
        at(weights),
        gradient.data.length,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        rate / (1 - beta1 ** step),
        1 / (1 - beta2 ** step),
        epsilon,
        rate * decay,
      );
    },

    momentum(gradient, velocity, weights, { rate, momentum, scale, decay }) {
      sameSize('momentum', gradient, velocity, weights);
      wasm.momentum(
        at(gradient),
        at(velocity),
        at(weights),
        gradient.data.length,
        momentum,
        (1 - momentum) * scale,
        rate,
        rate * decay,
      );
    },

    writeBounded(weights, change, response, low, high) {
      sameSize('writeBounded', weights, change, response, low, high);
      wasm.writeBounded(at(weights), at(change), at(response), at(low), at(high), weights.data.length);
    },

    pulseConstant: (weights, change, cells, streams) =>
      pulse('pulseConstant', false, weights, change, cells, streams),

    pulseSoftBounds: (weights, change, cells, streams) =>
      pulse('pulseSoftBounds', true, weights, change, cells, streams),

    coincideConstant: (weights, trains, cells, cycle) =>
      coincide('coincideConstant', false, weights, trains, cells, cycle),

    coincideSoftBounds: (weights, trains, cells, cycle) =>
      coincide('coincideSoftBounds', true, weights, trains, cells, cycle),
  };
}

/** Key and next block of a stream, in halves of 32 bits. */
function keyAndBlock({ key0, key1, position }: Stream): [number, number, number, number] {
  return [key0, key1, position % 2 ** 32, Math.floor(position / 2 ** 32)];
}

/** Past the whole blocks that the elements of `m` used. */
function advance(stream: Stream, m: Matrix): void {
  stream.position += Math.ceil(m.data.length / 4);
}
