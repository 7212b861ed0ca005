/**
 * @file A mixing at work. Boxes mix unit by unit, in matrices of units × batch, so that a unit's own curve runs along a row. A few
 * inputs an output are gathered one by one; where every output hears every input, as behind a scattering medium, it is a matrix product.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { type Mixing, rewire } from './mixing.ts';

/** A mixing with room to work in. Matrices it returns are [units, rows of the batch] and live until its next call but one. */
export interface Mixer {
  /** M applied to a batch. [batch, units] → [units, batch] */
  mix(input: Matrix): Matrix;
  /** The same numbers, unit by unit; in other room than what `mix` returned. [batch, units] → [units, batch] */
  byUnit(d: Matrix): Matrix;
  /** out = Mᵀ applied to what `byUnit` returned. [units, batch] → [batch, units] */
  mixBack(d: Matrix, out: Matrix): void;
  /** Gives the outputs `which` the wires and weights that they have in `other`, of the same size. */
  rewire(other: Mixing, which: readonly number[]): void;
}

/** @param batch most rows it will be given */
export function buildMixer(mixing: Mixing, units: number, batch: number, engine: Engine): Mixer {
  const { kernels } = engine;
  const first = viewsOf(engine.matrix(units, batch));
  const second = viewsOf(engine.matrix(units, batch));
  const byUnit = (m: Matrix): Matrix => {
    const turned = first(m.rows);
    kernels.transpose(m, turned);
    return turned;
  };
  return mixing.fanIn < units
    ? gathered(mixing, byUnit, second, engine)
    : multiplied(mixing, byUnit, second, engine.matrix(batch, units), engine);
}

type Views = (columns: number) => Matrix;

function gathered(mixing: Mixing, byUnit: Mixer['byUnit'], room: Views, { kernels }: Engine): Mixer {
  const { indices, weights, fanIn } = mixing;
  return {
    byUnit,
    mix(input) {
      const mixed = room(input.rows);
      kernels.mixRows(byUnit(input), indices, weights, fanIn, mixed);
      return mixed;
    },
    mixBack(d, out) {
      const unmixed = room(d.columns);
      kernels.mixRowsBack(d, indices, weights, fanIn, unmixed);
      kernels.transpose(unmixed, out);
    },
    rewire: (other, which) => rewire(mixing, other, which),
  };
}

/** @param rowRoom for results sample by sample: samples are the rows of a product, whose bits do not depend on how many there are */
function multiplied(
  mixing: Mixing,
  byUnit: Mixer['byUnit'],
  room: Views,
  rowRoom: Matrix,
  engine: Engine,
): Mixer {
  const { kernels, gemm } = engine;
  const units = rowRoom.columns;
  const [forward, back] = [engine.matrix(units, units), engine.matrix(units, units)]; // Mᵀ and M
  const layOut = () => {
    kernels.fill(back, 0);
    mixing.indices.forEach((j, entry) => {
      back.data[Math.floor(entry / mixing.fanIn) * units + j]! += mixing.weights[entry]!;
    });
    kernels.transpose(back, forward);
  };
  layOut();
  return {
    byUnit,
    mix(input) {
      const mixed = room(input.rows); // first: it refuses batches that are too large
      const rows = rowsOf(rowRoom, 0, input.rows);
      gemm.multiply(input, forward, rows);
      kernels.transpose(rows, mixed);
      return mixed;
    },
    mixBack(d, out) {
      const rows = rowsOf(rowRoom, 0, d.columns);
      kernels.transpose(d, rows);
      gemm.multiply(rows, back, out);
    },
    rewire(other, which) {
      rewire(mixing, other, which);
      layOut();
    },
  };
}

/** Views of the front of `whole` with fewer columns, each made once: nothing is allocated in a training step. */
function viewsOf(whole: Matrix): Views {
  const views = new Map<number, Matrix>();
  return columns => {
    let view = views.get(columns);
    if (!view) {
      if (columns > whole.columns)
        throw new RangeError(`the box was built for batches of ${whole.columns} rows but got ${columns}`);
      view = { rows: whole.rows, columns, data: whole.data.subarray(0, whole.rows * columns) };
      views.set(columns, view);
    }
    return view;
  };
}
