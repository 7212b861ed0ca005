/**
 * @file What a learner is. It declares one access and is handed that view of the chip and nothing else; it sees training
 * images only; validation images draw its curve, test images judge it.
 */
import type { Static, TObject } from '@sinclair/typebox';
import type { LabelEntry, NetworkRequest, NormaliserRequest, Views } from '../chips/access.ts';
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

/** What is told after an epoch; those of later life count on from the last one of training. */
export interface Progress {
  readonly epoch: number;
  /** epochs of training */
  readonly epochs: number;
  /** mean over the batches */
  readonly loss: number;
}

/** Lets training that was broken off go on; `parts/course.ts` asks for it. A learner may have several courses, one after the other. */
export interface Snapshots {
  /**
   * A course begins. What has been entered and allocated until now is what a snapshot of it holds; what the course makes on its way is room to
   * work in, and holds nothing from epoch to epoch.
   * @param each what the course calls after every epoch: called here once more where it goes on, before anything is put back
   * @returns its last epoch that need not be lived again: 0 for a course from its beginning, infinite for one that is over
   */
  begin(each: (progress: Progress) => void): number;
  /** An epoch has ended, and everybody has been told. */
  lived(progress: Progress): void;
  /** The course is over. */
  end(): void;
}

/** What a learner starts from, where it is not the beginning: a copy of another chip, or a chip that was put away and taken out again. */
export interface Start {
  /** of every layer [rows, units] */
  readonly weights: readonly Matrix[];
  /** whether the chip holds these weights already, so that nothing is to be written */
  readonly isHeld: boolean;
  /** what stands outside the chip, by name (`Classifier.outside`); fresh where it is not given */
  readonly outside?: Readonly<Record<string, Matrix>>;
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
  /** what to start from in place of random weights */
  readonly start?: Start;
  /** the chip's later life, where learning is to go on in it; `parts/course.ts` lives it */
  readonly later?: Later;
  /** how training goes on that was broken off; `parts/course.ts` sees to it */
  readonly snapshots?: Snapshots;
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
  /** who votes: all layers, those behind a box, one alone, all layers after one step alone, or the chip's output */
  readonly role:
    | 'principal'
    | 'all layers'
    | 'layers from 2'
    | 'single layer'
    | 'single step'
    | 'one pass'
    | 'recalibrated';
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
  /**
   * Scores of the classes by one read-out, up to a constant per image: log-probabilities, or goodness over the temperature of the loss
   * that it was trained with. Absent where answers have no scores.
   * @param readout place in `readouts` @param out [batch, classes]
   */
  scores?(images: Matrix, readout: number, out: Matrix): void;
  /** what else there is to say of the trained chip, in numbers by name; what is measured for it is not billed */
  measures?(): Readonly<Record<string, number>>;
  /** what a trained chip needs besides its weights to answer: the weights of its heads, by name */
  readonly outside?: Readonly<Record<string, Matrix>>;
}

/** A learning procedure with the network it needs on the chip. */
export interface Learner<A extends Access = Access, O extends TObject = TObject> {
  readonly name: string;
  /** one line for lists and tables */
  readonly summary: string;
  /** paper and equation; where we differ */
  readonly source: string;
  readonly access: A;
  /** what has to be kept for a sample until weights change, and what stands outside the chip, in a few words */
  readonly memory: string;
  readonly options: O;
  /** chip passes per training sample; what a training epoch costs */
  passes(options: Static<O>): { training: number };
  /** what the learner asks of the chip's making; `dense`: that every layer be one crossbar, from all inputs to all units */
  needs(options: Static<O>): {
    labels: LabelEntry;
    network?: NetworkRequest;
    normaliser?: NormaliserRequest;
    dense?: true;
  };
  train(lesson: Lesson<A, Static<O>>): Classifier;
}

/** Keeps the types of one learner's access and options together while it is defined. */
export const defineLearner = <A extends Access, O extends TObject>(learner: Learner<A, O>): Learner<A, O> =>
  learner;
