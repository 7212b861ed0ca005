/**
 * @file What a learner is. It declares one access and is handed that view of the chip and nothing else; it sees training
 * images only; validation images draw its curve, test images judge it.
 */
import type { Static, TObject } from '@sinclair/typebox';
import type { LabelEntry, Views } from '../chips/access.ts';
import type { Access } from '../chips/model.ts';
import type { Samples } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';

/** A chip's life after training, when learning goes on. */
export interface Later {
  /** epochs of it */
  readonly epochs: number;
  /** learning rate in it, as a share of the learner's own */
  readonly rate: number;
  /** Called before each of them: the chip has grown older. */
  older(): void;
}

/** Everything a learner is given. */
export interface Lesson<A extends Access, Options> {
  /** the chip, through the declared access */
  readonly chip: Views[A];
  readonly options: Options;
  readonly training: Samples;
  readonly engine: Engine;
  /** the stream of that name, keyed from the trial's seed */
  stream(path: string): Stream;
  /** multiply-adds done outside the chip, for the energy bill */
  digital(multiplyAdds: number): void;
  /** the chip's later life, where learning is to go on in it; `parts/course.ts` lives it */
  readonly later?: Later;
  /**
   * Called after every epoch. Now and then (as the scenario says) the runner classifies validation images with
   * `classifier` to draw the curve.
   */
  epoch(progress: { epoch: number; epochs: number; loss: number; classifier: Classifier }): void;
}

/** One way of reading an answer out of a trained chip. */
export interface Readout {
  /** what is read: "goodness, layers ≥ 2", "softmax, one pass" */
  readonly name: string;
  /** which layers vote: all of them, those behind a box, one alone, or the chip's output */
  readonly role: 'principal' | 'all layers' | 'layers from 2' | 'single layer' | 'one pass' | 'recalibrated';
  /** chip passes for one classified sample */
  readonly passes: number;
}

/** A trained chip that answers. The first readout is the learner's own choice, the one that tables call its error. */
export interface Classifier {
  readonly readouts: readonly Readout[];
  /**
   * Classifies images by measured values only.
   * @param images [batch, inputs], pixels in [0, 1]
   * @param answers per readout, the class of each image; filled from 0 to batch
   */
  classify(images: Matrix, answers: readonly Int32Array[]): void;
}

/** A learning procedure with the network it needs on the chip. */
export interface Learner<A extends Access = Access, O extends TObject = TObject> {
  readonly name: string;
  /** one line for lists and tables */
  readonly summary: string;
  /** paper and equation; where we differ */
  readonly source: string;
  readonly access: A;
  readonly options: O;
  /** chip passes per training sample; what a training epoch costs */
  passes(options: Static<O>): { training: number };
  /** what the learner asks of the chip's making */
  needs(options: Static<O>): { labels: LabelEntry };
  train(lesson: Lesson<A, Static<O>>): Classifier;
}

/** Keeps the types of one learner's access and options together while it is defined. */
export const defineLearner = <A extends Access, O extends TObject>(learner: Learner<A, O>): Learner<A, O> =>
  learner;
