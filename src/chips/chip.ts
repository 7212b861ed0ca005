/**
 * @file An individual chip and its life: volts in, activities out (`forward.ts`), weights that learn (`writing.ts`), the meter that counts
 * it all, and time that passes.
 */
import { createHash } from 'node:crypto';
import type { Matrix } from '../engine/matrix.ts';
import type { Appraisal, Delivery, Labels, Nudges, OutputPass, Pass, Reinforcement, Term } from './access.ts';
import type { Box } from './boxes/box.ts';
import { togetherWorn, type Wear } from './cells/endurance.ts';
import { type ChipTime, timeOf } from './costs/timing.ts';
import { buildCounting } from './counting.ts';
import type { Crossbar, CrossbarState } from './crossbar.ts';
import type { Derivative } from './derivative.ts';
import type { MaskError } from './effective.ts';
import { type Energy, energyOf } from './energy.ts';
import { isFielded, spreadField } from './fields/gather.ts';
import { buildForward, type Forward } from './forward.ts';
import { type Meter, restore, snapshot } from './meter.ts';
import type { Parts } from './parts.ts';
import { newAppraisal, newDelivery, newInnerPass, newPass, partOf } from './pass.ts';
import { buildWriting, type Writing } from './writing.ts';

interface Past extends Pick<Chip, 'meter' | 'seconds' | 'lessons'> {
  readonly accidents: readonly number[];
}

/** One individual of a chip model. */
export class Chip {
  readonly parts: Parts;
  /** how much time has passed, seconds */
  seconds = 0;
  readonly #accidents: number[] = []; // share of the units that was hit in each
  readonly #forward: Forward;
  readonly #writing: Writing;

  constructor(parts: Parts) {
    this.parts = parts;
    const counting = buildCounting(parts);
    this.#forward = buildForward(parts, counting);
    this.#writing = buildWriting(parts, counting);
    parts.engine.keep(
      () => this.#past(),
      kept => this.#relive(kept),
    );
    parts.engine.keepArrays(...this.#memories());
  }

  /** What has become of it that stands in no matrix of its parts. */
  #past(): Past {
    const { meter, seconds, lessons } = this;
    return { meter, seconds, lessons, accidents: this.#accidents };
  }

  #relive({ meter, seconds, lessons, accidents }: Past): void {
    for (const share of accidents) this.rewire(share); // each has draws of its own, which come out the same
    restore(this.meter, meter);
    Object.assign(this.lessons, lessons);
    this.seconds = seconds;
  }

  /** what the lessons of boxes that learn have cost so far, summed over boxes and samples */
  get lessons(): Forward['lessons'] {
    return this.#forward.lessons;
  }

  get meter(): Meter {
    return this.parts.meter;
  }

  newPass(batch: number): OutputPass {
    const { shapes, boxes, engine } = this.parts;
    this.#checkBatch(batch);
    return newPass(batch, shapes, boxes.map(Boolean), engine);
  }

  newInnerPass(batch: number): Pass {
    const { shapes, boxes, engine } = this.parts;
    this.#checkBatch(batch);
    return newInnerPass(batch, shapes, boxes.map(Boolean), engine);
  }

  newDelivery(batch: number): Delivery {
    const { shapes, boxes, engine } = this.parts;
    this.#checkBatch(batch);
    return newDelivery(batch, shapes, boxes.map(Boolean), engine);
  }

  newAppraisal(batch: number): Appraisal {
    const { shapes, boxes, engine, circuits } = this.parts;
    this.#checkBatch(batch);
    if (!circuits) throw new Error('goodness is told by the layers of a chain, not by those of a network');
    return newAppraisal(batch, shapes, boxes.map(Boolean), engine);
  }

  #checkBatch(batch: number): void {
    if (batch > this.parts.batch)
      throw new RangeError(`the chip was built for batches of ${this.parts.batch}, got ${batch}`);
  }

  partOf<P extends Pass | Delivery | Appraisal>(pass: P, from: number, count: number): P {
    return partOf(pass, from, count);
  }

  hold(images: Matrix): void {
    this.parts.front.hold(images);
  }

  /** One forward pass of the held images. */
  send(labels: Labels, measured: Pass | Delivery | Appraisal, nudges?: Nudges): void {
    this.#forward.send(labels, measured, nudges);
  }

  teachBoxes(labels: Labels, pass: Pass, cost: (layer: number, out: Matrix) => void): void {
    this.#forward.teachBoxes(labels, pass, cost);
  }

  correlate(l: number, terms: readonly Term[], out: Matrix, derivative?: Derivative): void {
    this.#writing.correlate(l, terms, out, derivative);
  }

  update(l: number, change: Matrix): void {
    this.#writing.update(l, change);
  }

  imprint(l: number, terms: readonly Term[], rate: number): void {
    this.#writing.imprint(l, terms, rate);
  }

  reinforce(l: number, terms: readonly Reinforcement[], rate: number): void {
    this.#writing.reinforce(l, terms, rate);
  }

  write(l: number, target: Matrix): void {
    this.#writing.write(l, target);
  }

  /**
   * Does work that leaves no trace on the meter or in the noise to come, so that looking at a chip does not change its life.
   * What it asks the chip to write stays written.
   */
  unnoticed<T>(work: () => T): T {
    const { meter, streams } = this.parts;
    const positions = streams.map(stream => stream.position);
    const memories = this.#memories();
    const remembered = memories.map(memory => memory.slice());
    const before = snapshot(meter);
    const result = work();
    restore(meter, before);
    streams.forEach((stream, k) => {
      stream.position = positions[k]!;
    });
    memories.forEach((memory, k) => {
      memory.set(remembered[k]!);
    });
    return result;
  }

  /** Time passes, in seconds: whatever drifts has drifted. */
  age(seconds: number): void {
    this.seconds += seconds;
    for (const box of this.#boxes()) box.age?.(seconds);
    for (const crossbar of this.parts.crossbars) crossbar.age(seconds);
    this.parts.front.weightsChanged();
  }

  /** Programs every cell once to what it is meant to hold now, with the error of its kind. */
  reprogram(): void {
    const { crossbars, engine } = this.parts;
    crossbars.forEach(({ weights }, l) => {
      const target = engine.matrix(weights.rows, weights.columns);
      engine.kernels.copy(weights, target);
      this.write(l, target);
    });
  }

  /** An accident: that share of the units of every box is wired and bent anew. @throws Error when a box knows no such accident */
  rewire(share: number): void {
    for (const box of this.#boxes()) {
      if (!box.rewire) throw new Error('a box of this chip cannot be rewired');
      box.rewire(share);
    }
    this.#accidents.push(share);
  }

  /** Ends what boxes have begun outside this program. Nothing passes any more. */
  close(): void {
    for (const box of this.#boxes()) box.close?.();
  }

  /** What boxes and reads remember from sample to sample. */
  #memories(): Float32Array[] {
    return [
      ...this.#boxes().flatMap(box => box.memory ?? []),
      ...this.parts.crossbars.flatMap(crossbar => crossbar.memory),
    ];
  }

  #boxes(): Box[] {
    const { frontBox, boxes, boxesBack = [] } = this.parts;
    return [frontBox, ...boxes, ...boxesBack].filter(box => box !== undefined);
  }

  /** Joules of what a meter has counted on this chip. */
  energy(meter: Meter): Energy {
    const { model, crossbars } = this.parts;
    const range = model.crossbar.weightRange || largest(crossbars);
    return energyOf(
      meter,
      model,
      crossbars.map(c => ({
        rows: c.rows,
        columns: c.columns,
        weightConductance: c.weightConductance(range),
        cells: c.cells,
        shares: c.powerShares(),
      })),
    );
  }

  /** Seconds that the chip was busy with it, where its model says how long things take. */
  time(meter: Meter): ChipTime | undefined {
    const { model, shapes } = this.parts;
    return timeOf(meter, model.energy, model, shapes);
  }

  /**
   * Puts weights into the cells as they are, past all physics: those that this individual held before.
   * @param states what else was known of its cells then; without, they are young @throws Error when sizes differ
   */
  restore(weights: readonly Matrix[], states?: readonly (CrossbarState | undefined)[]): void {
    const { crossbars, front, engine } = this.parts;
    crossbars.forEach(({ weights: own, rewritten }, l) => {
      const { rows, columns } = weights[l] ?? { rows: 0, columns: 0 };
      if (rows !== own.rows || columns !== own.columns)
        throw new Error(`layer ${l + 1} has ${own.rows} × ${own.columns} weights, not ${rows} × ${columns}`);
      engine.kernels.copy(weights[l]!, own);
      rewritten(states?.[l]);
    });
    front.weightsChanged();
  }

  /** Reads of every layer go on from where those of this individual were. @throws Error when sizes differ */
  remember(memories: readonly (Float32Array | undefined)[]): void {
    this.parts.crossbars.forEach(({ memory }, l) => {
      const given = memories[l];
      if (!given) return;
      const own = memory.reduce((sum, part) => sum + part.length, 0);
      if (given.length !== own)
        throw new Error(`reads of layer ${l + 1} remember ${own} numbers, not ${given.length}`);
      let at = 0;
      for (const part of memory) {
        part.set(given.subarray(at, at + part.length));
        at += part.length;
      }
    });
  }

  /** How far the mask of the wires is off in every layer, for inputs as in this pass; undefined where there is no mask. Takes a while. */
  maskErrors(pass: Pass): MaskError[] | undefined {
    if (this.parts.model.wires?.kind !== 'mask') return undefined;
    return this.parts.crossbars.map((crossbar, l) => crossbar.maskError(pass.inputs[l]!)!);
  }

  /** How worn its cells are; absent where they do not wear. */
  wear(): Wear | undefined {
    return togetherWorn(this.parts.crossbars.flatMap(crossbar => crossbar.wear() ?? []));
  }

  /** The weights into one unit of layer l, for drawing; 0 for lines outside its field. @param out [rows] */
  weightsInto(l: number, unit: number, out: Float32Array): void {
    const { crossbars, shapes } = this.parts;
    const shape = shapes[l]!;
    const { weights } = crossbars[l]!;
    const point = Math.floor(unit / weights.columns);
    const { firstRow, rows, firstUnit } = shape.places[point]!;
    const column = new Float32Array(rows);
    for (let i = 0; i < rows; i++)
      column[i] = weights.data[(firstRow + i) * weights.columns + unit - firstUnit]!;
    out.fill(0);
    if (isFielded(shape)) spreadField(shape, point, column, 0, out, 0);
    else out.set(column);
  }

  /** SHA-256 of all weights, layer after layer: equal digests mean equal bits. */
  digest(): string {
    const hash = createHash('sha256');
    for (const { weights } of this.parts.crossbars)
      hash.update(new Uint8Array(weights.data.buffer, weights.data.byteOffset, weights.data.byteLength));
    return hash.digest('hex');
  }
}

function largest(crossbars: readonly Crossbar[]): number {
  let most = Number.MIN_VALUE;
  for (const { weights } of crossbars) for (const w of weights.data) most = Math.max(most, Math.abs(w));
  return most;
}
