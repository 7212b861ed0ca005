/**
 * @file A crossbar: voltages in on the rows, currents out of the columns. Its state is kept in units of weight (`mapping.ts`); what
 * multiplies is that, or what mapping, faults and wires make of it (`effective.ts`), worked out at the first read after a change.
 * Every pair of cells has bounds and a response of its own, fixed at manufacture; read noise is fresh at every read.
 *
 * Read noise. If every cell's conductance carries independent Gaussian noise of standard deviation σ at a read, then column j
 * gets noise of variance Σ_i x_i² · 2σ² (two cells a pair): the same for every column and exactly Gaussian, so it is added
 * at the output (compare "additive constant" weight noise of AIHWKit). Wires damp what reaches the output of a cell's noise as they damp
 * its current; that is left out.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import { drawFlaws, type Flaws } from './cells/flaws.ts';
import { buildEffective } from './effective.ts';
import { meanPairConductance } from './mapping.ts';
import { buildMapping, meanConductance } from './mappings/index.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import { buildReading } from './reading.ts';
import { buildWriter, type Writer } from './updates/index.ts';

/** A crossbar of one chip. */
export interface Crossbar {
  /** row count, label rows included */
  readonly rows: number;
  readonly columns: number;
  /** the state, which is written [rows, columns] */
  readonly weights: Matrix;
  /** What multiplies right now [rows, columns]: `weights` itself where nothing comes between. */
  effective(): Matrix;
  /** bounds and response of each pair; absent when all are nominal and unbounded */
  readonly flaws: Flaws | undefined;
  /** standard deviation of the noise of one pair at one read, in units of weight */
  readonly pairNoise: number;
  /** whether a read is one product with what multiplies, and then what `disturb` does */
  readonly isOneProduct: boolean;
  /** out [batch, columns] = x [batch, rows] · W, with read noise and, tile by tile, the ADC. */
  read(x: Matrix, out: Matrix): void;
  /** Adds what `read` adds after the product, for whoever has the product already. */
  disturb(x: Matrix, out: Matrix): void;
  /** out [batch, rows] = delta [batch, columns] · Wᵀ, with read noise of its own. */
  reverse(delta: Matrix, out: Matrix): void;
  /** Changes weights by `change` [rows, columns], through the physics of the cells; `change` is used up. */
  readonly writer: Writer;
  /** Somebody else has written `weights`. */
  rewritten(): void;
  /** Mean conductance of the cells of one weight, all together, siemens. @param range largest weight, where there is no bound */
  weightConductance(range: number): number;
  /** How far the mask of the wires is off: root mean square of the error, as a share of that of what multiplies; 0 without. Takes a while. */
  maskError(): number;
  /** what reads remember from sample to sample */
  readonly memory: readonly Float32Array[];
}

/**
 * @param batch most samples of one read
 * @param stream names streams below this crossbar, keyed from the chip's seed
 */
export function buildCrossbar(
  model: ChipModel,
  index: number,
  rows: number,
  columns: number,
  batch: number,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Crossbar {
  const weights = engine.matrix(rows, columns);
  const { weightRange } = model.crossbar;
  const flaws = drawFlaws(model.cell, weightRange, rows, columns, engine, stream);
  const mapping = buildMapping(model.crossbar.mapping, model.cell, weightRange);
  const multiplier = buildEffective(model, weights, mapping, engine, stream);
  const writer = buildWriter({ model, weights, flaws, engine, meter, stream });
  let isStale = true;
  const rewritten = () => {
    isStale = true;
  };
  function fresh<T>(of: T): T {
    if (isStale) multiplier?.refresh();
    isStale = false;
    return of;
  }
  const whole = multiplier?.whole ?? weights;
  const reading = buildReading(
    {
      model,
      mapping,
      index,
      rows,
      columns,
      batch,
      whole: () => fresh(whole),
      slices: () => fresh(multiplier?.slices ?? [weights]),
    },
    engine,
    meter,
    stream,
  );
  return {
    rows,
    columns,
    weights,
    effective: () => fresh(whole),
    flaws,
    ...reading,
    writer: multiplier ? noticed(writer, rewritten) : writer,
    rewritten,
    weightConductance: range =>
      model.crossbar.mapping === undefined
        ? meanPairConductance(weights, model.cell, range)
        : meanConductance(weights, buildMapping(model.crossbar.mapping, model.cell, range)),
    maskError: () => (model.wires?.kind === 'mask' ? fresh(multiplier)!.maskError() : 0),
  };
}

/** A writer whose every call is noticed. */
function noticed(writer: Writer, notice: () => void): Writer {
  const { pulse } = writer;
  const inner: Writer = {
    ...writer,
    change(change) {
      writer.change(change);
      notice();
    },
    program(target) {
      writer.program(target);
      notice();
    },
  };
  if (!pulse) return inner;
  return {
    ...inner,
    pulse(x, delta, rate) {
      pulse.call(writer, x, delta, rate);
      notice();
    },
  };
}
