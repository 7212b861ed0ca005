/**
 * @file Layers that see each other, run in steps (Hinton 2022, section 3.4 and figure 3). A layer keeps one crossbar, whose rows are driven by the
 * layer below and the layer above, both as they were a step ago and at mean square 1; above the last stand labels. With d the damping, all layers
 * at once take
 *
 *   h(t) = d h(t − 1) + (1 − d) f(u)      u = n_below(t − 1) W_below + n_above(t − 1) W_above + b
 *
 * where f is the neuron circuit and h, the damped activity before any normaliser, is what is measured. A pass without labels goes up layer by
 * layer, as in a chip of any other kind, with nothing driving the rows from above; it is where all units start.
 *
 * Between two layers stand two boxes, one for each direction, each an individual: what a box does to what passes upward says nothing of the
 * other. Labels pass none, and the box in front of the chip works on the held image anew in every step.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Labels, LayerShape, Nudges } from '../access.ts';
import type { Box } from '../boxes/box.ts';
import type { CorrelationScratch } from '../correlate.ts';
import type { Crossbar } from '../crossbar.ts';
import { type Front, finishRows } from '../front.ts';
import { writeLabels } from '../labels.ts';
import type { ChipModel } from '../model.ts';
import type { Network } from '../network.ts';
import type { NeuronCircuits } from '../neurons/neuron.ts';
import { epsilonOf } from '../normaliser.ts';
import type { FullPass } from '../pass.ts';
import { buildDrive } from './drive.ts';
import { linesAbove } from './shapes.ts';

/** What it is made of. */
export interface RecurrentParts {
  readonly model: ChipModel;
  readonly shapes: readonly LayerShape[];
  readonly classes: number;
  readonly crossbars: readonly Crossbar[];
  readonly neurons: readonly NeuronCircuits[];
  /** upward, behind each layer; and downward, behind each but the first */
  readonly boxes: readonly (Box | undefined)[];
  readonly boxesBack: readonly (Box | undefined)[];
  /** without label entry: it knows nothing of what is above the first layer */
  readonly front: Front;
  readonly batch: number;
  readonly scratch: CorrelationScratch;
  readonly damping: number;
}

/** The network, and the front of a chip that has it. */
export function buildRecurrent(
  parts: RecurrentParts,
  engine: Engine,
): { readonly network: Network; readonly front: Front } {
  const { model, shapes, classes, crossbars, neurons, boxes, boxesBack, front, batch } = parts;
  const { kernels } = engine;
  const epsilon = epsilonOf(model);
  const room = ({ units }: LayerShape): Matrix => engine.matrix(batch, units);
  const states = shapes.map(room);
  const upward = shapes.map(room); // at mean square 1, as the layer above is driven
  const downward = shapes.map(room);
  const boxedBack = shapes.map((shape, l) => (boxesBack[l] ? room(shape) : undefined));
  const last = shapes.length - 1;
  const drive = buildDrive(model, shapes[0]!, crossbars[0]!, batch, parts.scratch, engine);
  let started = -1; // the images that the units have started from

  /** What drives the rows of layer l. @param isStart nothing comes from above */
  function fillInputs(l: number, labels: Labels, pass: FullPass, isStart: boolean): void {
    const shape = shapes[l]!;
    const x = pass.inputs[l]!;
    if (l === last) writeLabels(x, shape.labelRow, classes, labels);
    else fillAbove(x, shape, isStart ? undefined : downward[l + 1]!);
    if (l === 0) {
      front.fill({ kind: 'off' }, pass);
      return;
    }
    kernels.copy(rowsOf(upward[l - 1]!, 0, pass.batch), x);
    finishRows(kernels, model, shape, 0, labels, x, false);
  }

  function read(l: number, pass: FullPass, nudge: Matrix | undefined): void {
    const currents = pass.currents[l]!;
    if (l === 0 && drive) drive.read(pass);
    else crossbars[l]!.read(pass.inputs[l]!, currents);
    if (nudge) kernels.addScaled(nudge, 1, currents);
  }

  /** What the circuits make of the currents, damped by where they were; measured. */
  function settle(l: number, damping: number, pass: FullPass): void {
    const state = rowsOf(states[l]!, 0, pass.batch);
    const out = pass.outputs[l]!;
    neurons[l]!.activity(pass.currents[l]!, out);
    if (damping > 0) {
      const [now, before] = [out.data, state.data];
      for (let k = 0; k < now.length; k++) now[k] = damping * before[k]! + (1 - damping) * now[k]!;
    }
    kernels.copy(out, state);
  }

  /** What the layer above will see of layer l; behind the last layer, what leaves the chip. */
  function sendUp(l: number, pass: FullPass): void {
    const normalised = pass.normalised[l]!;
    kernels.normaliseRows(pass.outputs[l]!, normalised, epsilon);
    if (l === last && !pass.delivered) return;
    const out = l === last ? pass.delivered! : rowsOf(upward[l]!, 0, pass.batch);
    const box = boxes[l];
    if (box) {
      box.send(normalised, pass.boxed[l]!);
      kernels.normaliseRows(pass.boxed[l]!, out, epsilon);
    } else if (l < last) kernels.copy(normalised, out);
  }

  /** What the layer below will see of layer l. */
  function sendDown(l: number, pass: FullPass): void {
    const out = rowsOf(downward[l]!, 0, pass.batch);
    const box = boxesBack[l];
    if (!box) {
      kernels.copy(pass.normalised[l]!, out);
      return;
    }
    const boxed = rowsOf(boxedBack[l]!, 0, pass.batch);
    box.send(pass.normalised[l]!, boxed);
    kernels.normaliseRows(boxed, out, epsilon);
  }

  function start(labels: Labels, pass: FullPass, nudges: Nudges | undefined): void {
    shapes.forEach((_, l) => {
      fillInputs(l, labels, pass, true);
      read(l, pass, nudges?.[l]);
      settle(l, 0, pass);
      sendUp(l, pass);
    });
    started = pass.held.version;
  }

  function step(labels: Labels, pass: FullPass, nudges: Nudges | undefined): void {
    shapes.forEach((_, l) => {
      fillInputs(l, labels, pass, false);
    });
    if (pass.held.version !== started)
      throw new Error(
        'units of a recurrent network start from a pass without labels, and these images had none',
      );
    shapes.forEach((_, l) => {
      read(l, pass, nudges?.[l]);
      settle(l, parts.damping, pass);
      sendUp(l, pass);
    });
  }

  return {
    network: {
      countsItself: false,
      send(labels, pass, nudges) {
        if (labels.kind === 'off') start(labels, pass, nudges);
        else step(labels, pass, nudges);
        for (let l = 1; l <= last; l++) sendDown(l, pass);
      },
    },
    front: drive
      ? { ...front, weightsChanged: drive.stale, correlate: (terms, out) => drive.correlate(terms, out) }
      : front,
  };
}

/** The rows that the layer above drives, or nothing does. */
function fillAbove(x: Matrix, shape: LayerShape, above: Matrix | undefined): void {
  const n = linesAbove(shape);
  for (let b = 0; b < x.rows; b++) {
    const at = b * x.columns + shape.aboveRow!;
    if (above) x.data.set(above.data.subarray(b * n, (b + 1) * n), at);
    else x.data.fill(0, at, at + n);
  }
}
