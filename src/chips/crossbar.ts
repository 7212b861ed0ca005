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
import { devicesOf, isPulsed, type PulsedCell } from './cells/cell.ts';
import type { Wear } from './cells/endurance.ts';
import { drawFlaws, type Flaws } from './cells/flaws.ts';
import { buildHeld, type CellState, isHeld } from './cells/held.ts';
import { nominalPulses } from './cells/index.ts';
import { normals } from './cells/normals.ts';
import { heightOf } from './columns.ts';
import { buildCompensation, type Compensating } from './compensation.ts';
import { conditionsOf } from './condition.ts';
import { devicesProblem } from './crossbar-fit.ts';
import type { Derivative } from './derivative.ts';
import { buildEffective, type MaskError } from './effective.ts';
import type { Tiled } from './fields/tiled.ts';
import { buildLoads } from './loads.ts';
import { meanPairConductance } from './mapping.ts';
import { buildMapping, meanConductance } from './mappings/index.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import { buildProbes } from './probes.ts';
import { buildReading, type Reading } from './reading.ts';
import { buildWriter, isByPulses, type Writer } from './updates/index.ts';
import { buildWeightScales } from './weight-scaling.ts';
import type { PowerShares } from './wires/power.ts';
import { noticed, remapping, scaledWriter } from './writers.ts';

/** A crossbar of one chip. */
export interface Crossbar {
  /** row count, label rows included */
  readonly rows: number;
  readonly columns: number;
  /** the state, which is written [rows, columns] */
  readonly weights: Matrix;
  /** What cells store of it [rows, columns]: `weights` itself where these have no scales. */
  stored(): Matrix;
  /** What multiplies right now [rows, columns]: `weights` itself where nothing comes between. */
  effective(): Matrix;
  /** the crossbars it is made of, where it stands for several */
  readonly parts?: readonly Crossbar[];
  /** where their products are worked out for many at once */
  readonly tiled?: Tiled;
  /** bounds and response of each pair; absent when all are nominal and unbounded, and where there are parts, which have their own */
  readonly flaws: Flaws | undefined;
  /** standard deviation of the noise of one pair at one read, in units of weight */
  readonly pairNoise: number;
  /** whether a read is one product with what multiplies, and then what `disturb` does */
  readonly isOneProduct: boolean;
  /** whether a read is that product and no more, nothing to be told but how often */
  readonly isBare: boolean;
  /** out [batch, columns] = x [batch, rows] · W, with read noise and, tile by tile, the ADC. */
  read(x: Matrix, out: Matrix): void;
  /** Adds what `read` adds after the product, for whoever has the product already. */
  disturb(x: Matrix, out: Matrix): void;
  /** out [batch, rows] = delta [batch, columns] · Wᵀ, with read noise of its own. */
  reverse(delta: Matrix, out: Matrix): void;
  /** Changes weights by `change` [rows, columns], through the physics of the cells; `change` is used up. */
  readonly writer: Writer;
  /** Somebody else has written `weights`, and put back what else is known of the cells where there is such. */
  rewritten(memory?: CrossbarState): void;
  /** Time passes, in seconds: cells drift, and what they have lost is made up for where the chip does so. */
  age(seconds: number): void;
  /** What is known of the cells beside their weights; absent where that is all. */
  state(): CrossbarState | undefined;
  /** absent where cells do not wear */
  wear(): Wear | undefined;
  /** What has befallen every cell, side by side for each weight, as indices into `conditions` of `condition.ts`; undefined where nothing has. */
  conditions(): Uint8Array | undefined;
  /** Mean conductance of the cells of one weight, all together, siemens. @param range largest weight, where there is no bound */
  weightConductance(range: number): number;
  /** cells that hold one weight */
  readonly cells: number;
  /** What wires make of the power of its reads, where bills are metered: see `energy.ts`. Takes a while. */
  powerShares(): PowerShares | undefined;
  /** How far the mask of the wires is off; undefined without. Takes a while. @param inputs such as there are [samples, rows] */
  maskError(inputs: Matrix): MaskError | undefined;
  /** The true derivative of its means, where that is not what multiplies. */
  derivative(): Derivative | undefined;
  /** what reads remember from sample to sample */
  readonly memory: readonly Float32Array[];
}

/** What a crossbar knows beside its weights. */
export interface CrossbarState {
  /** where that is more than what weights say */
  readonly cells?: CellState;
  /** where weights have scales: these, and what cells store */
  readonly scales?: Float32Array;
  readonly stored?: Float32Array;
  /** of its drift compensation */
  readonly compensation?: Float32Array;
}

/**
 * @param batch most samples of one read
 * @param stream names streams below this crossbar, keyed from the chip's seed
 * @param weights where its state is kept [rows, columns]
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
  weights = engine.matrix(rows, columns),
): Crossbar {
  const { weightRange, weightScaling } = model.crossbar;
  const scales =
    weightScaling &&
    buildWeightScales(weightScaling, model.crossbar, engine.matrix(rows, columns), heightOf(model, rows));
  const stored = scales?.stored ?? weights;
  const problem = devicesProblem(model);
  if (problem) throw new RangeError(problem);
  const together = devicesOf(model.cell)?.count ?? 1;
  const flaws = drawFlaws(model.cell, weightRange, rows, columns, engine, stream);
  const mapping = buildMapping(model.crossbar.mapping, model.cell, weightRange);
  const held = isHeld(model.cell)
    ? buildHeld(
        model.cell,
        stored,
        mapping,
        flaws,
        isPulsed(model.cell) && isByPulses(model.update) ? pulseOf(model.cell, weightRange) : 0,
        stream,
        normals(engine, stream('landing')),
      )
    : undefined;
  const multiplier = buildEffective(model, stored, mapping, held, engine, stream);
  const writer = buildWriter({
    model,
    weights: stored,
    flaws,
    held,
    mapping,
    faulty: multiplier?.faulty,
    engine,
    meter,
    stream,
  });
  held?.settle(); // as manufactured, which is no write
  if (held) engine.keepArrays(...held.arrays);
  if (scales) engine.keepArrays(scales.factors);
  scales?.multiply(stored, weights);
  const variances = model.cell.fluctuation ? mapping.slices.map(() => engine.matrix(rows, columns)) : [];
  const wears = model.cell.endurance !== undefined;
  const isMetered = model.energy.accounting === 'metered';
  if (isMetered && weightRange === 0)
    throw new RangeError(
      'metered accounting needs a weightRange above 0: without it weights are no conductances',
    );
  const loads = isMetered
    ? buildLoads(stored, mapping, multiplier, scales?.height ?? rows, together, engine, writer.common)
    : undefined;
  const driven = isMetered && multiplier ? buildProbes(rows, engine) : undefined;
  let isStale = true;
  let isWritten = true; // since time last passed
  engine.keep(
    () => [isStale, isWritten],
    kept => {
      [isStale, isWritten] = kept;
    },
  );
  function rewritten(): void {
    isStale = true;
    isWritten = true;
    loads?.stale();
    if (wears) held!.settle(); // who wears counts every write
    scales?.multiply(stored, weights);
  }
  function refresh(): void {
    if (multiplier) held?.settle(); // whose cells it looks into
    multiplier?.refresh();
    if (variances.length > 0) held!.variances(variances);
    if (scaledWhole) scales!.multiply(whole, scaledWhole);
    isStale = false;
  }
  function fresh<T>(of: T): T {
    if (isStale) refresh();
    return of;
  }
  const whole = multiplier?.whole ?? stored;
  const scaledWhole = scales && multiplier ? engine.matrix(rows, columns) : undefined;
  const multiplies = scaledWhole ?? (scales ? weights : whole);

  /** Does what writes to the cells, and meters it. */
  function asWritten(write: () => void, byRows: boolean): void {
    const before = meter.pulses + meter.cellsWritten;
    const conductance = loads?.now().mean;
    write();
    rewritten();
    const pulses = meter.pulses + meter.cellsWritten - before;
    if (pulses === 0) return;
    // rows take what their cells take on average: the longest train of each is not known
    if (byRows) meter.slots[index]! += Math.max(1, Math.ceil(pulses / (rows * columns)));
    if (loads) meter.written[index]! += (pulses * (conductance! + loads.now().mean)) / 2;
  }

  const reading = buildReading(
    {
      model,
      mapping,
      index,
      rows,
      columns,
      batch,
      whole: () => fresh(whole),
      slices: () => fresh(multiplier?.slices ?? [stored]),
      solved: multiplier?.solved && (() => fresh(multiplier.solved!)),
      variances: () => fresh(variances),
      ...(scales && { scales }),
      ...(loads && { loads: loads.now }),
      ...(driven && { note: driven.note }),
    },
    engine,
    meter,
    stream,
  );
  const compensation = buildCompensation(
    model.crossbar.compensation,
    rows,
    columns,
    batch,
    model.adc.kind !== 'none',
    engine,
    meter,
    reading.read,
  );
  const counted = noticed(
    scales ? scaledWriter(writer, scales, model.dac.kind !== 'none', batch, engine, meter) : writer,
    asWritten,
    samples => {
      meter.trainSlots[index]! += samples * longestTrain(model);
    },
  );
  const every = weightScaling?.remapEvery;
  const written =
    scales && every !== undefined
      ? remapping(counted, every, scales, weightRange, reading.pairNoise, stream('remap'), engine, meter)
      : counted;
  return {
    rows,
    columns,
    weights,
    stored: () => stored,
    effective: () => fresh(multiplies),
    flaws,
    ...(compensation ? compensated(reading, compensation) : reading),
    writer: written,
    cells: mapping.cells.length * together,
    powerShares: () =>
      driven && multiplier?.powerShares(driven.inputs().map(x => x.map(v => v * model.energy.readVoltage))),
    rewritten(state) {
      scales?.restore(weights, state);
      writer.restored?.();
      held?.restore(state?.cells);
      if (state?.compensation) compensation?.restore(state.compensation);
      isStale = true;
      loads?.stale();
      isWritten = state === undefined;
    },
    age(seconds) {
      if (!held || seconds === 0) return;
      compensation?.before(isWritten);
      held.age(seconds);
      scales?.multiply(stored, weights);
      isStale = true;
      loads?.stale();
      isWritten = false;
      compensation?.after();
    },
    state: () =>
      (held || scales) && {
        ...(held && { cells: held.state() }),
        ...scales?.state,
        ...(held && compensation && { compensation: compensation.state }),
      },
    conditions: () => conditionsOf(rows * columns * mapping.cells.length, multiplier?.fates, flaws, held),
    wear: () => (wears ? held!.wear() : undefined),
    weightConductance: range =>
      together *
        (model.crossbar.mapping === undefined
          ? meanPairConductance(stored, model.cell, range)
          : meanConductance(stored, buildMapping(model.crossbar.mapping, model.cell, range))) +
      2 * meanOf(writer.common?.()),
    maskError: inputs => (model.wires?.kind === 'mask' ? fresh(multiplier)!.maskError(inputs) : undefined),
  };
}

/** Weight that one pulse moves: the mean of a nominal cell's up and down step at weight 0. */
function pulseOf(cell: PulsedCell, range: number): number {
  const { up, down } = nominalPulses(cell, range);
  return (up + down) / 2;
}

const meanOf = (m: Matrix | undefined): number =>
  m ? m.data.reduce((sum, value) => sum + value, 0) / m.data.length : 0;

/** A reading whose answers are compensated for drift. */
function compensated(reading: Reading, { apply }: Compensating): Reading {
  return {
    ...reading,
    isBare: false,
    read(x, out) {
      reading.read(x, out);
      apply(out);
    },
    disturb(x, out) {
      reading.disturb(x, out);
      apply(out);
    },
  };
}

/** Slots of the trains of one sample, at most. */
const longestTrain = ({ update }: ChipModel): number => {
  if (update.kind === 'one-sided') return update.coincidences?.longest ?? 1;
  return 'longest' in update ? update.longest : 1;
};
