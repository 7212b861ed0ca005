/**
 * @file A chip that lives through sequences: what its layers make of every step is written into fast weights, and what these add to the
 * currents is pushed into the columns when a question is asked.
 */
import type { Labels, MeasuredView, Pass } from '../../chips/access.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Lesson } from '../learner.ts';
import { partsOf } from '../parts/passes.ts';
import { fastWeights } from './memory.ts';
import { stepsOf } from './symbols.ts';

export interface MemoryOptions {
  readonly labelStrength: number;
  readonly strength: number;
  readonly fading: number;
  readonly remembered: number;
  readonly question: 'whole' | 'last';
}

export interface Rememberer {
  /** Goes through the steps of a batch of sequences and holds their questions. */
  live(images: Matrix): void;
  /** The symbols that followed at each step of the sequences lived last. */
  symbols(): readonly Uint8Array[];
  /** Two passes of the question with a label: without fast weights, then with what they make of the first. @param pass becomes the second */
  ask(labels: Labels, pass: Pass): void;
}

/** @param most sequences at once */
export function rememberer(
  {
    chip,
    engine,
    options,
    training,
    digital,
  }: Pick<Lesson<'measured', MemoryOptions>, 'chip' | 'engine' | 'options' | 'training' | 'digital'>,
  most: number,
): Rememberer {
  const { remembered, labelStrength: strength } = options;
  const steps = stepsOf(training, remembered, most, engine);
  const fading = { strength: options.strength, decay: options.fading };
  const memories = chip.layers.map(({ units }) =>
    fastWeights(units, most, remembered, fading, engine, digital),
  );
  const passOf = partsOf(chip, chip.newInnerPass(most));
  const room = () => chip.layers.map(({ units }) => engine.matrix(most, units));
  const [states, nudges] = [room(), room()];
  const followed = Array.from({ length: remembered }, () => new Uint8Array(most));
  let rows = 0;

  const stateOf = (pass: Pass, l: number): Matrix => normalised(chip, pass, l, states[l]!, engine.kernels);

  return {
    symbols: () => followed.map(symbols => symbols.subarray(0, rows)),
    live(images) {
      rows = images.rows;
      const pass = passOf(rows);
      for (const memory of memories) memory.clear();
      for (let t = 0; t < remembered; t++) {
        const { picture, next } = steps.read(images, t);
        followed[t]!.set(next);
        chip.hold(picture);
        chip.send({ kind: 'classes', classes: next, strength }, pass);
        memories.forEach((memory, l) => {
          memory.remember(stateOf(pass, l));
        });
      }
      chip.hold(options.question === 'last' ? steps.question(images) : images);
    },
    ask(labels, pass) {
      const first = passOf(rows);
      chip.send(labels, first);
      const pushed = memories.map((memory, l) => {
        const out = rowsOf(nudges[l]!, 0, rows);
        memory.recall(stateOf(first, l), out);
        return out;
      });
      chip.send(labels, pass, pushed);
    },
  };
}

/** What layer `l` made, at mean square 1. */
function normalised(
  chip: MeasuredView,
  pass: Pass,
  l: number,
  room: Matrix,
  kernels: Lesson<'measured', unknown>['engine']['kernels'],
): Matrix {
  const out = rowsOf(room, 0, pass.batch);
  kernels.normaliseRows(pass.outputs[l]!, out, chip.epsilon);
  return out;
}
