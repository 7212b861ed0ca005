/**
 * @file Forward passes of a chip, layer after layer: rows (features, bias, labels) → DAC → crossbar → ADC or none → neuron circuits → activity (measured
 * here) → mean square 1 → black box → mean square 1 → features of the next layer. And pairs of passes in which boxes that learn get their lessons.
 */
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Appraisal, Delivery, Labels, Nudges, Pass } from './access.ts';
import type { Box } from './boxes/box.ts';
import type { Counting } from './counting.ts';
import { finishRows } from './front.ts';
import { checkLabels } from './labels.ts';
import type { Parts } from './parts.ts';
import { type FullPass, fullPassOf } from './pass.ts';

export interface Forward {
  /** One forward pass of the held images. */
  send(labels: Labels, measured: Pass | Delivery | Appraisal, nudges?: Nudges): void;
  /** Two passes with opposite perturbations inside boxes that learn, which then do. */
  teachBoxes(labels: Labels, pass: Pass, cost: (layer: number, out: Matrix) => void): void;
  /** what the lessons have cost so far, summed over boxes and samples */
  readonly lessons: { cost: number; count: number };
}

export function buildForward(parts: Parts, counting: Counting): Forward {
  const { model, engine, shapes, entry, classes, front, crossbars, network } = parts;
  const { neurons, circuits, normalisers, boxes, frontBox } = parts;
  const { kernels } = engine;
  const lessons = { cost: 0, count: 0 };
  let costs: Matrix | undefined; // made when a box gets its first lesson

  function send(labels: Labels, measured: Pass | Delivery | Appraisal, nudges?: Nudges): void {
    const pass = fullPassOf(measured);
    checkLabels(labels, pass.batch, entry, classes);
    counting.nudges(pass.batch, nudges);
    if (network) {
      network.send(labels, pass, nudges);
      if (!network.countsItself) counting.pass(pass);
      return;
    }
    front.send(labels, pass);
    finishLayer(0, pass, nudges);
    for (let l = 1; l < crossbars.length; l++) {
      fillInputs(l, labels, pass);
      crossbars[l]!.read(pass.inputs[l]!, pass.currents[l]!);
      finishLayer(l, pass, nudges);
    }
    counting.pass(pass);
  }

  /** What drives the rows of layer l: features from the layer before, bias and labels. */
  function fillInputs(l: number, labels: Labels, pass: FullPass): void {
    const x = pass.inputs[l]!;
    if (boxes[l - 1]) normalisers[l - 1]!(pass.boxed[l - 1]!, x);
    else kernels.copy(pass.normalised[l - 1]!, x);
    finishRows(kernels, model, shapes[l]!, entry === 'lines' ? classes : 0, labels, x, false);
  }

  /** From currents to what the box delivers. */
  function finishLayer(l: number, pass: FullPass, nudges: Nudges | undefined): void {
    const nudge = nudges?.[l];
    if (nudge) kernels.addScaled(nudge, 1, pass.currents[l]!);
    neurons[l]!.activity(pass.currents[l]!, pass.outputs[l]!);
    if (pass.goodness) circuits![l]!.weigh(pass.outputs[l]!, pass.goodness[l]!);
    const isLast = l === boxes.length - 1;
    if (isLast && !pass.delivered) return;
    normalisers[l]!(pass.outputs[l]!, pass.normalised[l]!);
    boxes[l]?.send(pass.normalised[l]!, pass.boxed[l]!);
    if (isLast && boxes[l]) normalisers[l]!(pass.boxed[l]!, pass.delivered!);
  }

  function teachBoxes(labels: Labels, pass: Pass, cost: (layer: number, out: Matrix) => void): void {
    if (network) throw new Error('boxes of a network that settles get no lessons');
    const pupils = shapes.flatMap((_, l) => {
      const lesson = boxBefore(l)?.lesson;
      return lesson ? [{ l, lesson }] : [];
    });
    const count = pass.batch;
    for (const [turn, sign] of [1, -1].entries()) {
      for (const { lesson } of pupils) lesson.perturb(sign as 1 | -1);
      send(labels, pass);
      for (const { l } of pupils) cost(l, costsOf(l, turn, count));
    }
    for (const { l, lesson } of pupils) {
      lesson.perturb(0);
      const [first, second] = [costsOf(l, 0, count), costsOf(l, 1, count)];
      for (const value of [first, second]) for (const c of value.data) lessons.cost += c;
      lessons.count += 2 * count;
      kernels.addScaled(second, -1, first);
      lesson.learn(first);
    }
  }

  function boxBefore(l: number): Box | undefined {
    return l === 0 ? frontBox : boxes[l - 1];
  }

  /** Room for the costs of a layer in one turn of a lesson [count, 1]. */
  function costsOf(l: number, turn: number, count: number): Matrix {
    costs ??= engine.matrix(2 * shapes.length, parts.batch);
    const { data } = rowsOf(costs, 2 * l + turn, 1);
    return { rows: count, columns: 1, data: data.subarray(0, count) };
  }

  return { send, teachBoxes, lessons };
}
