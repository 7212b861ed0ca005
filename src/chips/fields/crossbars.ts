/**
 * @file The crossbars of a layer of local fields, taken for one: a small crossbar at every grid point, with cells, wires, converters and
 * noise of its own, on the slice of the inputs that its field covers. Their weights lie one below the other in one matrix. Where a read of each is
 * one product and then what its flaws add, and they are many and small, products of neighbours may be worked out together (`tiled.ts`).
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
import { buildBill } from './bill.ts';
import { columnsFrom, type FieldedShape, gatherFields, putColumns, spreadField } from './gather.ts';
import { stateOfAll, statesOf } from './state.ts';
import { buildTiled } from './tiled.ts';
import type { Tiling } from './tiles.ts';

/**
 * @param index of the layer @param tiling how neighbours are taken together, where they are @param batch most samples of one read
 * @param stream names streams below this layer's crossbars, keyed from the chip's seed
 */
export function buildFieldCrossbars(
  model: ChipModel,
  index: number,
  shape: FieldedShape,
  tiling: Tiling | undefined,
  batch: number,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Crossbar {
  const { kernels } = engine;
  const { channels } = shape.fields;
  const { matrix: size, places } = shape;
  const weights = engine.matrix(size.rows, size.columns);
  const partOf = (m: Matrix, point: number) => rowsOf(m, places[point]!.firstRow, places[point]!.rows);
  const parts = places.map(({ rows }, point) =>
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
  const largest = Math.max(...places.map(({ rows }) => rows));
  const inputs = engine.matrix(batch, largest);
  const outputs = engine.matrix(batch, channels);
  const slice = (point: number, samples: number): Matrix => {
    const { rows } = places[point]!;
    return { rows: samples, columns: rows, data: inputs.data.subarray(0, samples * rows) };
  };
  const assembled: { effective?: Matrix; stored?: Matrix } = {}; // made when somebody asks
  const tiled =
    tiling && parts.every(part => part.isOneProduct)
      ? buildTiled(shape, tiling, () => assemble('effective'), batch, engine)
      : undefined;
  const isBare = tiled !== undefined && parts.every(part => part.isBare);
  const bill = buildBill(shape, index, model.dac.kind !== 'none', meter);

  /** Calls `work` with every crossbar, the slice of x that drives it and room for its currents; puts these where they belong. */
  function each(
    x: Matrix,
    out: Matrix,
    work: (part: Crossbar, xs: Matrix, currents: Matrix, at: number) => void,
  ) {
    const currents = rowsOf(outputs, 0, x.rows);
    parts.forEach((part, point) => {
      const xs = slice(point, x.rows);
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

  function disturb(x: Matrix, out: Matrix): void {
    if (isBare) bill.read(x);
    else
      each(x, out, (part, xs, currents, at) => {
        columnsFrom(out, at, currents);
        part.disturb(xs, currents);
      });
  }

  function reverseEach(delta: Matrix, out: Matrix): void {
    const ds = rowsOf(outputs, 0, delta.rows);
    kernels.fill(out, 0);
    parts.forEach((part, point) => {
      const backs = slice(point, delta.rows);
      columnsFrom(delta, places[point]!.firstUnit, ds);
      part.reverse(ds, backs);
      for (let b = 0; b < delta.rows; b++)
        spreadField(shape, point, backs.data, b * backs.columns, out.data, b * out.columns);
    });
  }

  /** Hands every crossbar its own rows. */
  const writer: Writer = {
    change(change) {
      parts.forEach((part, point) => {
        part.writer.change(partOf(change, point));
      });
      tiled?.stale();
    },
    program(target) {
      parts.forEach((part, point) => {
        part.writer.program(partOf(target, point));
      });
      tiled?.stale();
    },
  };

  /** Drives every crossbar by the slice of x and the errors of its own units. */
  function pulse(x: Matrix, delta: Matrix, rate: number): void {
    const ds = rowsOf(outputs, 0, x.rows);
    parts.forEach((part, point) => {
      const xs = slice(point, x.rows);
      gatherFields(shape, point, x, xs);
      columnsFrom(delta, places[point]!.firstUnit, ds);
      part.writer.pulse!(xs, ds, rate);
    });
    tiled?.stale();
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
    isBare,
    ...(tiled && { tiled }),
    read(x, out) {
      if (!tiled) return each(x, out, (part, xs, currents) => part.read(xs, currents));
      tiled.multiply(x, out);
      disturb(x, out);
    },
    disturb,
    reverse(delta, out) {
      if (isBare) {
        tiled.multiplyBack(delta, out);
        bill.reverse(delta);
      } else reverseEach(delta, out);
    },
    writer: parts.every(part => part.writer.pulse) ? { ...writer, pulse } : writer,
    rewritten(state) {
      const given =
        state &&
        statesOf(
          state,
          parts.flatMap(part => part.state() ?? []),
        );
      parts.forEach((part, point) => {
        part.rewritten(given?.[point]);
      });
      tiled?.stale();
    },
    age(seconds) {
      for (const part of parts) part.age(seconds);
      tiled?.stale();
    },
    state: () => stateOfAll(parts.flatMap(part => part.state() ?? [])),
    conditions() {
      const all = parts.map(part => part.conditions());
      if (all.every(one => one === undefined)) return undefined;
      const cells = channels * parts[0]!.cells; // of a row
      const out = new Uint8Array(size.rows * cells);
      all.forEach((one, point) => {
        if (one) out.set(one, places[point]!.firstRow * cells);
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
      const errors = parts.flatMap((part, point) => {
        const xs = engine.matrix(x.rows, places[point]!.rows);
        gatherFields(shape, point, x, xs);
        return part.maskError(xs) ?? [];
      });
      return errors.length === 0 ? undefined : togetherOff(errors);
    },
    derivative: () => undefined, // of small crossbars, what multiplies is taken for it
    memory: parts.flatMap(part => part.memory),
  };
}
