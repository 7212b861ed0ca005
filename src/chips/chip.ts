/**
 * @file An individual chip: volts in, activities out, layer after layer, and the meter that counts it all.
 * Each layer: rows (features, bias, labels) → DAC → crossbar → ADC or none → neuron circuits → activity (measured here)
 * → mean square 1 → black box → mean square 1 → features of the next layer.
 */
import { createHash } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import type {
  Appraisal,
  Delivery,
  LabelEntry,
  Labels,
  LayerShape,
  Nudges,
  OutputPass,
  Pass,
  Reinforcement,
  Term,
} from './access.ts';
import type { Box } from './boxes/box.ts';
import { togetherWorn, type Wear } from './cells/endurance.ts';
import { type CorrelationScratch, correlatePasses, type FullTerm } from './correlate.ts';
import { type ChipTime, timeOf } from './costs/timing.ts';
import { buildCounting, type Counting } from './counting.ts';
import type { Crossbar, CrossbarState } from './crossbar.ts';
import type { Derivative } from './derivative.ts';
import type { MaskError } from './effective.ts';
import { type Energy, energyOf } from './energy.ts';
import { correlateFields } from './fields/correlate.ts';
import { isFielded, spreadField } from './fields/gather.ts';
import { type Front, finishRows } from './front.ts';
import { type Driven, imprintPasses } from './imprint.ts';
import { checkLabels } from './labels.ts';
import { type Meter, restore, snapshot } from './meter.ts';
import type { ChipModel } from './model.ts';
import type { Network } from './network.ts';
import type { NeuronCircuits } from './neurons/neuron.ts';
import type { Normalise } from './normaliser.ts';
import {
  type FullPass,
  fullPassOf,
  newAppraisal,
  newDelivery,
  newInnerPass,
  newPass,
  partOf,
} from './pass.ts';
import type { LocalCircuits } from './reinforce.ts';

/** The parts an individual is made of; `build.ts` makes them. */
export interface Parts {
  readonly model: ChipModel;
  readonly engine: Engine;
  readonly shapes: readonly LayerShape[];
  readonly entry: LabelEntry;
  readonly classes: number;
  readonly batch: number;
  readonly front: Front;
  readonly crossbars: readonly Crossbar[];
  /** where layers are not to be sent through one after the other */
  readonly network?: Network;
  readonly neurons: readonly NeuronCircuits[];
  /** what each layer has for learning by itself; absent where layers are not to be sent through one after the other */
  readonly circuits?: readonly LocalCircuits[];
  /** behind each layer, and behind its box; not where there is a network */
  readonly normalisers: readonly Normalise[];
  /** behind each layer; undefined where activities pass as they are */
  readonly boxes: readonly (Box | undefined)[];
  /** through which a layer is seen by the one below it, where it is */
  readonly boxesBack?: readonly (Box | undefined)[];
  readonly meter: Meter;
  /** the one before the first crossbar */
  readonly frontBox: Box | undefined;
  /** every stream that this chip draws from */
  readonly streams: readonly Stream[];
  readonly scratch: CorrelationScratch;
}

interface Past extends Pick<Chip, 'meter' | 'seconds' | 'lessons'> {
  readonly accidents: readonly number[];
}

/** One individual of a chip model. */
export class Chip {
  readonly parts: Parts;
  /** what the lessons of boxes that learn have cost so far, summed over boxes and samples */
  readonly lessons = { cost: 0, count: 0 };
  /** how much time has passed, seconds */
  seconds = 0;
  readonly #accidents: number[] = []; // share of the units that was hit in each
  #costs: Matrix | undefined; // made when a box gets its first lesson
  readonly #changes: Matrix[] = []; // of layers whose update takes no outer products

  readonly #counting: Counting;

  constructor(parts: Parts) {
    this.parts = parts;
    this.#counting = buildCounting(parts);
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
    const { crossbars, front, network, entry, classes } = this.parts;
    const pass = fullPassOf(measured);
    checkLabels(labels, pass.batch, entry, classes);
    this.#counting.nudges(pass.batch, nudges);
    if (network) {
      network.send(labels, pass, nudges);
      if (!network.countsItself) this.#counting.pass(pass);
      return;
    }
    front.send(labels, pass);
    this.#finishLayer(0, pass, nudges);
    for (let l = 1; l < crossbars.length; l++) {
      this.#fillInputs(l, labels, pass);
      crossbars[l]!.read(pass.inputs[l]!, pass.currents[l]!);
      this.#finishLayer(l, pass, nudges);
    }
    this.#counting.pass(pass);
  }

  /** Two passes with opposite perturbations inside boxes that learn, which then do. */
  teachBoxes(labels: Labels, pass: Pass, cost: (layer: number, out: Matrix) => void): void {
    const { engine, shapes, network } = this.parts;
    if (network) throw new Error('boxes of a network that settles get no lessons');
    const pupils = shapes.flatMap((_, l) => {
      const lesson = this.#boxBefore(l)?.lesson;
      return lesson ? [{ l, lesson }] : [];
    });
    const count = pass.batch;
    this.#costs ??= engine.matrix(2 * shapes.length, this.parts.batch);
    for (const [turn, sign] of [1, -1].entries()) {
      for (const { lesson } of pupils) lesson.perturb(sign as 1 | -1);
      this.send(labels, pass);
      for (const { l } of pupils) cost(l, this.#costsOf(l, turn, count));
    }
    for (const { l, lesson } of pupils) {
      lesson.perturb(0);
      const [first, second] = [this.#costsOf(l, 0, count), this.#costsOf(l, 1, count)];
      for (const value of [first, second]) for (const c of value.data) this.lessons.cost += c;
      this.lessons.count += 2 * count;
      engine.kernels.addScaled(second, -1, first);
      lesson.learn(first);
    }
  }

  #boxBefore(l: number): Box | undefined {
    return l === 0 ? this.parts.frontBox : this.parts.boxes[l - 1];
  }

  /** Room for the costs of a layer in one turn of a lesson [count, 1]. */
  #costsOf(l: number, turn: number, count: number): Matrix {
    const { data } = rowsOf(this.#costs!, 2 * l + turn, 1);
    return { rows: count, columns: 1, data: data.subarray(0, count) };
  }

  /** What drives the rows of layer l: features from the layer before, bias and labels. */
  #fillInputs(l: number, labels: Labels, pass: FullPass): void {
    const { engine, boxes, normalisers, model, shapes, entry, classes } = this.parts;
    const x = pass.inputs[l]!;
    if (boxes[l - 1]) normalisers[l - 1]!(pass.boxed[l - 1]!, x);
    else engine.kernels.copy(pass.normalised[l - 1]!, x);
    finishRows(engine.kernels, model, shapes[l]!, entry === 'lines' ? classes : 0, labels, x, false);
  }

  /** From currents to what the box delivers. */
  #finishLayer(l: number, pass: FullPass, nudges: Nudges | undefined): void {
    const { engine, neurons, normalisers, boxes } = this.parts;
    const nudge = nudges?.[l];
    if (nudge) engine.kernels.addScaled(nudge, 1, pass.currents[l]!);
    neurons[l]!.activity(pass.currents[l]!, pass.outputs[l]!);
    if (pass.goodness) this.parts.circuits![l]!.weigh(pass.outputs[l]!, pass.goodness[l]!);
    const isLast = l === boxes.length - 1;
    if (isLast && !pass.delivered) return;
    normalisers[l]!(pass.outputs[l]!, pass.normalised[l]!);
    boxes[l]?.send(pass.normalised[l]!, pass.boxed[l]!);
    if (isLast && boxes[l]) normalisers[l]!(pass.boxed[l]!, pass.delivered!);
  }

  /**
   * out = Σ inputsᵀ · (delta + common) of layer l: digital arithmetic on measured values, on the bill as such.
   * @param derivative of what the cells met instead, for who may know it
   */
  correlate(l: number, terms: readonly Term[], out: Matrix, derivative?: Derivative): void {
    const { engine, scratch, meter } = this.parts;
    for (const { delta } of terms) meter.digitalMacs += delta.rows * out.rows * out.columns;
    if (derivative) {
      engine.kernels.fill(out, 0);
      for (const { pass, delta, common } of terms)
        derivative.weightsBack(pass.inputs[l]!, withCommon(delta, common, scratch.deltas), out);
      return;
    }
    const full = terms.map(t => ({ ...t, pass: fullPassOf(t.pass) }));
    for (const { pass } of full) this.#counting.inputs(l, pass);
    this.#sum(l, full, out);
  }

  /** out = Σ inputsᵀ · (delta + common) of layer l, as it is. */
  #sum(l: number, terms: readonly FullTerm[], out: Matrix): void {
    const { crossbars, front, engine, scratch, shapes } = this.parts;
    if (l === 0 && front.correlate(terms, out)) return;
    const shape = shapes[l]!;
    const whole = crossbars[l]!.tiled?.whole;
    if (whole) correlatePasses(l, terms, out, engine, scratch, count => whole.correlate(count, out, scratch));
    else if (isFielded(shape)) correlateFields(l, shape, terms, out, engine, scratch);
    else correlatePasses(l, terms, out, engine, scratch);
  }

  update(l: number, change: Matrix): void {
    const { crossbars, front, engine } = this.parts;
    if (!engine.kernels.isFinite(change))
      throw new Error(`layer ${l + 1}: the change of weights is not finite; a smaller rate may help`);
    crossbars[l]!.writer.change(change);
    if (l === 0) front.weightsChanged();
  }

  imprint(l: number, terms: readonly Term[], rate: number): void {
    if (!this.parts.crossbars[l]!.writer.pulse) {
      this.#change(l, rate, out => this.correlate(l, terms, out));
      return;
    }
    const driven = terms.map(term => {
      const pass = fullPassOf(term.pass);
      return { ...term, pass, x: pass.inputs[l]! };
    });
    this.#pulse(l, driven, rate, samples => this.#counting.trains(l, samples));
  }

  /** Outer products with activities, by what lines hold; or by what is measured for it. */
  reinforce(l: number, terms: readonly Reinforcement[], rate: number): void {
    const { crossbars, circuits, meter } = this.parts;
    const driven = circuits![l]!.drive(terms);
    if (!crossbars[l]!.writer.pulse) {
      for (const { pass } of driven) this.#counting.digitised(l, pass);
      this.#change(l, rate, out => {
        for (const { delta } of driven) meter.digitalMacs += delta.rows * out.rows * out.columns;
        this.#sum(l, driven, out);
      });
      return;
    }
    if (!circuits![l]!.holds) for (const { pass } of driven) this.#counting.digitised(l, pass);
    this.#pulse(l, driven, rate, samples =>
      circuits![l]!.holds ? this.#counting.generated(l, samples) : this.#counting.trains(l, samples),
    );
  }

  /** Pulses on rows and columns at once. @param count told of the samples of each train */
  #pulse(l: number, driven: readonly Driven[], rate: number, count: (samples: number) => void): void {
    const { crossbars, front, engine, scratch } = this.parts;
    const { writer } = crossbars[l]!;
    const pulse = (x: Matrix, delta: Matrix) => {
      count(x.rows);
      writer.pulse!(x, delta, 1);
    };
    imprintPasses(l, driven, rate, pulse, engine, scratch);
    if (l === 0) front.weightsChanged();
  }

  /** Asks for `rate` times what `sum` works out. */
  #change(l: number, rate: number, sum: (out: Matrix) => void): void {
    const { crossbars, engine } = this.parts;
    const { rows, columns } = crossbars[l]!;
    this.#changes[l] ??= engine.matrix(rows, columns);
    const change = this.#changes[l];
    sum(change);
    for (let k = 0; k < change.data.length; k++) change.data[k]! *= rate;
    this.update(l, change);
  }

  write(l: number, target: Matrix): void {
    const { crossbars, front, engine } = this.parts;
    if (!engine.kernels.isFinite(target)) throw new Error(`layer ${l + 1}: a target weight is not finite`);
    crossbars[l]!.writer.program(target);
    if (l === 0) front.weightsChanged();
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

/** delta with what is common to all samples added, at the front of a room. */
function withCommon(delta: Matrix, common: Matrix | undefined, room: Float32Array): Matrix {
  if (!common) return delta;
  const out = { ...delta, data: room.subarray(0, delta.data.length) };
  for (let k = 0; k < delta.data.length; k++) out.data[k] = delta.data[k]! + common.data[k % delta.columns]!;
  return out;
}

function largest(crossbars: readonly Crossbar[]): number {
  let most = Number.MIN_VALUE;
  for (const { weights } of crossbars) for (const w of weights.data) most = Math.max(most, Math.abs(w));
  return most;
}
