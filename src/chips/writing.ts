/**
 * @file How weights of a chip change: what learners ask for, worked out of what passes left behind, outside the chip or by the lines of a crossbar
 * themselves; and targets that are written.
 */
import type { Matrix } from '../engine/matrix.ts';
import type { Reinforcement, Term } from './access.ts';
import { correlatePasses, type FullTerm } from './correlate.ts';
import type { Counting } from './counting.ts';
import type { Derivative } from './derivative.ts';
import { correlateFields } from './fields/correlate.ts';
import { isFielded } from './fields/gather.ts';
import { type Driven, imprintPasses } from './imprint.ts';
import type { Parts } from './parts.ts';
import { fullPassOf } from './pass.ts';

export interface Writing {
  /**
   * out = Σ inputsᵀ · (delta + common) of layer l: digital arithmetic on measured values, on the bill as such.
   * @param derivative of what the cells met instead, for who may know it
   */
  correlate(l: number, terms: readonly Term[], out: Matrix, derivative?: Derivative): void;
  /** Asks for a change of weights [rows, units]. @throws Error where it is not finite */
  update(l: number, change: Matrix): void;
  /** Outer products with deltas, by pulses on rows and columns at once where the cells can. */
  imprint(l: number, terms: readonly Term[], rate: number): void;
  /** Outer products with activities, by what lines hold; or by what is measured for it. */
  reinforce(l: number, terms: readonly Reinforcement[], rate: number): void;
  /** Writes target weights [rows, units]. @throws Error where one is not finite */
  write(l: number, target: Matrix): void;
}

export function buildWriting(parts: Parts, counting: Counting): Writing {
  const { engine, shapes, front, crossbars, circuits, meter, scratch } = parts;
  const { kernels } = engine;
  const changes: Matrix[] = []; // of layers whose update takes no outer products

  function correlate(l: number, terms: readonly Term[], out: Matrix, derivative?: Derivative): void {
    for (const { delta } of terms) meter.digitalMacs += delta.rows * out.rows * out.columns;
    if (derivative) {
      kernels.fill(out, 0);
      for (const { pass, delta, common } of terms)
        derivative.weightsBack(pass.inputs[l]!, withCommon(delta, common, scratch.deltas), out);
      return;
    }
    const full = terms.map(t => ({ ...t, pass: fullPassOf(t.pass) }));
    for (const { pass } of full) counting.inputs(l, pass);
    sum(l, full, out);
  }

  /** out = Σ inputsᵀ · (delta + common) of layer l, as it is. */
  function sum(l: number, terms: readonly FullTerm[], out: Matrix): void {
    if (l === 0 && front.correlate(terms, out)) return;
    const shape = shapes[l]!;
    const whole = crossbars[l]!.tiled?.whole;
    if (whole) correlatePasses(l, terms, out, engine, scratch, count => whole.correlate(count, out, scratch));
    else if (isFielded(shape)) correlateFields(l, shape, terms, out, engine, scratch);
    else correlatePasses(l, terms, out, engine, scratch);
  }

  function update(l: number, change: Matrix): void {
    if (!kernels.isFinite(change))
      throw new Error(`layer ${l + 1}: the change of weights is not finite; a smaller rate may help`);
    crossbars[l]!.writer.change(change);
    if (l === 0) front.weightsChanged();
  }

  function imprint(l: number, terms: readonly Term[], rate: number): void {
    if (!crossbars[l]!.writer.pulse) {
      change(l, rate, out => correlate(l, terms, out));
      return;
    }
    const driven = terms.map(term => {
      const pass = fullPassOf(term.pass);
      return { ...term, pass, x: pass.inputs[l]! };
    });
    pulse(l, driven, rate, samples => counting.trains(l, samples));
  }

  function reinforce(l: number, terms: readonly Reinforcement[], rate: number): void {
    const { drive, holds } = circuits![l]!;
    const driven = drive(terms);
    if (!crossbars[l]!.writer.pulse) {
      for (const { pass } of driven) counting.digitised(l, pass);
      change(l, rate, out => {
        for (const { delta } of driven) meter.digitalMacs += delta.rows * out.rows * out.columns;
        sum(l, driven, out);
      });
      return;
    }
    if (!holds) for (const { pass } of driven) counting.digitised(l, pass);
    pulse(l, driven, rate, samples => (holds ? counting.generated(l, samples) : counting.trains(l, samples)));
  }

  /** Pulses on rows and columns at once. @param count told of the samples of each train */
  function pulse(l: number, driven: readonly Driven[], rate: number, count: (samples: number) => void): void {
    const { writer } = crossbars[l]!;
    const train = (x: Matrix, delta: Matrix) => {
      count(x.rows);
      writer.pulse!(x, delta, 1);
    };
    imprintPasses(l, driven, rate, train, engine, scratch);
    if (l === 0) front.weightsChanged();
  }

  /** Asks for `rate` times what `work` works out. */
  function change(l: number, rate: number, work: (out: Matrix) => void): void {
    const { rows, columns } = crossbars[l]!;
    changes[l] ??= engine.matrix(rows, columns);
    const out = changes[l];
    work(out);
    for (let k = 0; k < out.data.length; k++) out.data[k]! *= rate;
    update(l, out);
  }

  function write(l: number, target: Matrix): void {
    if (!kernels.isFinite(target)) throw new Error(`layer ${l + 1}: a target weight is not finite`);
    crossbars[l]!.writer.program(target);
    if (l === 0) front.weightsChanged();
  }

  return { correlate, update, imprint, reinforce, write };
}

/** delta with what is common to all samples added, at the front of a room. */
function withCommon(delta: Matrix, common: Matrix | undefined, room: Float32Array): Matrix {
  if (!common) return delta;
  const out = { ...delta, data: room.subarray(0, delta.data.length) };
  for (let k = 0; k < delta.data.length; k++) out.data[k] = delta.data[k]! + common.data[k % delta.columns]!;
  return out;
}
