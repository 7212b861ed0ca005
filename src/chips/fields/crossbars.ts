/**
 * @file The crossbars of a layer of local fields, taken for one: a small crossbar at every grid point, with cells, wires, converters and
 * noise of its own, on the slice of the inputs that its field covers. Their weights lie one below the other in one matrix.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import { togetherWorn } from '../cells/endurance.ts';
import { buildCrossbar, type Crossbar } from '../crossbar.ts';
import { togetherOff } from '../effective.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';
import type { Writer } from '../updates/index.ts';
import { columnsFrom, type FieldedShape, gatherFields, putColumns, spreadField } from './gather.ts';
import { stateOfAll, stateOfPart } from './state.ts';

/**
 * @param index of the layer @param batch most samples of one read
 * @param stream names streams below this layer's crossbars, keyed from the chip's seed
 */
export function buildFieldCrossbars(
  model: ChipModel,
  index: number,
  shape: FieldedShape,
  batch: number,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Crossbar {
  const { kernels } = engine;
  const { rows, channels } = shape.fields;
  const { matrix: size, places } = shape;
  const weights = engine.matrix(size.rows, size.columns);
  const partOf = (m: Matrix, point: number) => rowsOf(m, places[point]!.firstRow, rows);
  const parts = places.map((_, point) =>
    buildCrossbar(
      model,
      index,
      rows,
      channels,
      batch,
      engine,
      meter,
      path => stream(`point/${point + 1}/${path}`),
      partOf(weights, point),
    ),
  );
  const inputs = engine.matrix(batch, rows);
  const outputs = engine.matrix(batch, channels);
  const assembled: { effective?: Matrix; stored?: Matrix } = {}; // made when somebody asks

  /** Calls `work` with every crossbar, the slice of x that drives it and room for its currents; puts these where they belong. */
  function each(
    x: Matrix,
    out: Matrix,
    work: (part: Crossbar, xs: Matrix, currents: Matrix, at: number) => void,
  ) {
    const xs = rowsOf(inputs, 0, x.rows);
    const currents = rowsOf(outputs, 0, x.rows);
    parts.forEach((part, point) => {
      const at = places[point]!.firstUnit;
      gatherFields(shape, point, x, xs);
      work(part, xs, currents, at);
      putColumns(currents, out, at);
    });
  }

  /** What all crossbars have of it, below each other. */
  function assemble(what: 'stored' | 'effective'): Matrix {
    const all = parts.map(part => part[what]());
    if (all.every((one, point) => one.data === parts[point]!.weights.data)) return weights;
    assembled[what] ??= engine.matrix(size.rows, size.columns);
    const out = assembled[what];
    all.forEach((one, point) => {
      kernels.copy(one, partOf(out, point));
    });
    return out;
  }

  /** Hands every crossbar its own rows. */
  const writer: Writer = {
    change(change) {
      parts.forEach((part, point) => {
        part.writer.change(partOf(change, point));
      });
    },
    program(target) {
      parts.forEach((part, point) => {
        part.writer.program(partOf(target, point));
      });
    },
  };

  /** Drives every crossbar by the slice of x and the errors of its own units. */
  function pulse(x: Matrix, delta: Matrix, rate: number): void {
    const [xs, ds] = [rowsOf(inputs, 0, x.rows), rowsOf(outputs, 0, x.rows)];
    parts.forEach((part, point) => {
      gatherFields(shape, point, x, xs);
      columnsFrom(delta, places[point]!.firstUnit, ds);
      part.writer.pulse!(xs, ds, rate);
    });
  }

  return {
    rows: size.rows,
    columns: size.columns,
    weights,
    parts,
    stored: () => assemble('stored'),
    effective: () => assemble('effective'),
    flaws: undefined,
    pairNoise: parts[0]!.pairNoise,
    isOneProduct: false,
    read: (x, out) => each(x, out, (part, xs, currents) => part.read(xs, currents)),
    disturb: (x, out) =>
      each(x, out, (part, xs, currents, at) => {
        columnsFrom(out, at, currents);
        part.disturb(xs, currents);
      }),
    reverse(delta, out) {
      const [ds, backs] = [rowsOf(outputs, 0, delta.rows), rowsOf(inputs, 0, delta.rows)];
      kernels.fill(out, 0);
      parts.forEach((part, point) => {
        columnsFrom(delta, places[point]!.firstUnit, ds);
        part.reverse(ds, backs);
        for (let b = 0; b < delta.rows; b++)
          spreadField(shape, point, backs.data, b * rows, out.data, b * out.columns);
      });
    },
    writer: parts.every(part => part.writer.pulse) ? { ...writer, pulse } : writer,
    rewritten(state) {
      parts.forEach((part, point) => {
        part.rewritten(state && stateOfPart(state, point, parts.length));
      });
    },
    age(seconds) {
      for (const part of parts) part.age(seconds);
    },
    state: () => stateOfAll(parts.flatMap(part => part.state() ?? [])),
    conditions() {
      const all = parts.map(part => part.conditions());
      if (all.every(one => one === undefined)) return undefined;
      const cells = rows * channels * parts[0]!.cells;
      const out = new Uint8Array(parts.length * cells);
      all.forEach((one, point) => {
        if (one) out.set(one, point * cells);
      });
      return out;
    },
    wear: () => togetherWorn(parts.flatMap(part => part.wear() ?? [])),
    weightConductance: range =>
      parts.reduce((sum, part) => sum + part.weightConductance(range), 0) / parts.length,
    cells: parts[0]!.cells,
    powerShares() {
      const shares = parts.flatMap(part => part.powerShares() ?? []);
      if (shares.length === 0) return undefined;
      const mean = (of: 'driver' | 'cells') =>
        shares.reduce((sum, share) => sum + share[of], 0) / shares.length;
      return { driver: mean('driver'), cells: mean('cells') };
    },
    maskError(x) {
      const xs = engine.matrix(x.rows, rows);
      const errors = parts.flatMap((part, point) => {
        gatherFields(shape, point, x, xs);
        return part.maskError(xs) ?? [];
      });
      return errors.length === 0 ? undefined : togetherOff(errors);
    },
    derivative: () => undefined, // of small crossbars, what multiplies is taken for it
    memory: parts.flatMap(part => part.memory),
  };
}
