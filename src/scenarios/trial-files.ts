/**
 * @file The two things that travel between machines: what a trial is asked (`TrialSpecification`) and what it answers (`TrialResult`).
 * Both are plain JSON. A specification is fully resolved: no file names, no units, no defaults left open.
 */
import type { Wear } from '../chips/cells/endurance.ts';
import type { ChipTime } from '../chips/costs/timing.ts';
import type { MaskError } from '../chips/effective.ts';
import type { Energy } from '../chips/energy.ts';
import type { Counts } from '../chips/meter.ts';
import type { Access, ChipModel } from '../chips/model.ts';
import type { Agreement } from '../distill/agreement.ts';
import type { Distillation } from '../distill/description.ts';
import type { TeacherFacts } from '../distill/reading.ts';
import type { Life, LifeResult } from './life.ts';
import type { SnapshotPlace } from './snapshots.ts';

/** One chip, one learner, one setting, one seed. The trial's name is the hash of this. */
export interface TrialSpecification {
  /** changes when results of the same specification would no longer be comparable */
  readonly format: 1;
  readonly data: {
    readonly set: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly spare?: number;
    /** training images are shifted by as many pixels at most */
    readonly jitter?: number;
    readonly pixels?: 'standardised';
  };
  readonly chip: ChipModel;
  readonly learner: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** validation errors are taken this many times along the training, evenly */
  readonly checkpoints: number;
  /** what happens after training; absent where the story ends there */
  readonly life?: Life;
  /** what the chip learns from another one; chip and learner are then the student's */
  readonly distill?: Distillation;
}

/** A trial of a scenario: the specification and where it stands in the question. */
export interface PlannedTrial {
  /** hash of the specification, 16 hexadecimal digits */
  readonly id: string;
  readonly specification: TrialSpecification;
  /** name of the scenario's learner entry; differs from specification.learner where one learner is entered twice */
  readonly learner: string;
  readonly access: Access;
  /** name of the chip's file */
  readonly chip: string;
  /** each varied path → its value in words, in the order of the scenario */
  readonly settings: Readonly<Record<string, string>>;
  /** whether its pictures are wanted: ten thousand of them are large, and those of the first seed show what there is to see */
  readonly pictures: boolean;
  /** whether the trained chip is kept in a file */
  readonly isKept?: boolean;
}

/** Counts that results of older versions do not know. */
type LaterCounts = 'measuredConversions' | 'squarings' | 'goodnessConversions' | 'generatedTrains';

/** Everything metered on the way, and joules and seconds by the chip's prices; results of older versions know fewer terms. */
export type MeterReading = Omit<Counts, LaterCounts> &
  Partial<Pick<Counts, LaterCounts>> & {
    energy: Pick<Energy, 'cells' | 'dac' | 'adc' | 'digital' | 'writing' | 'total'> & Partial<Energy>;
    /** absent where the chip's model does not say how long things take */
    time?: ChipTime;
  };

/** What one readout of the trained chip got wrong. */
export interface ReadoutResult {
  name: string;
  role: string;
  /** chip passes per classified sample */
  passes: number;
  testErrorPercent: number;
  /** null where no images were kept for validation */
  validationErrorPercent: number | null;
}

/** What a trial answers. Depends on the specification alone: the same bits on every machine of one kind. */
export interface TrialResult {
  readonly format: 1;
  readonly id: string;
  readonly specification: TrialSpecification;
  readonly status: 'done' | 'failed';
  readonly access: Access;
  /** chip passes per training sample and epoch */
  readonly trainingPasses: number;
  /** present when status is 'failed': a sentence for people, with layer and quantity where known */
  readonly error?: string;
  /** the first is the learner's principal readout */
  readonly readouts: readonly ReadoutResult[];
  /** along the training; `forwardPasses` counts chip passes so far per training sample */
  readonly curve: {
    readonly epoch: readonly number[];
    readonly loss: readonly number[];
    readonly validationErrorPercent: readonly (number | null)[];
    readonly forwardPasses: readonly number[];
    /** what the lessons of boxes that learn cost since the checkpoint before, nats, mean over boxes and samples; absent where none takes lessons */
    readonly boxCost?: readonly number[];
  };
  readonly meter?: { readonly training: MeterReading; readonly test: MeterReading };
  /** how worn the cells are when training has ended; absent where they do not wear */
  readonly wear?: Wear;
  /** of the mask of the wires, in every layer, for images of validation; absent where there is none */
  readonly maskErrors?: readonly MaskError[];
  /** what else the learner had to say of the trained chip, in numbers by name */
  readonly measures?: Readonly<Record<string, number>>;
  /** what became of the chip after training, where the scenario asks; everything else here is of the day that training ended */
  readonly life?: LifeResult;
  /** what a student has of its teacher */
  readonly distillation?: DistillationResult;
  /** SHA-256 of the final weights of all crossbars */
  readonly weightsDigest?: string;
  readonly dataDigest?: string;
  /** small things to draw, where they are wanted; on its way to a file of its own, which `Store.pictures` reads */
  readonly pictures?: Pictures;
  readonly versions: Readonly<Record<string, string>>;
}

/** A student compared with its teacher, on the test images. */
export interface DistillationResult extends Agreement {
  readonly teacher: TeacherFacts & {
    /** expected calibration error, 0 to 1 */
    readonly calibrationError: number;
    /** what its scores would have to be multiplied by to mean what they say, from validation images */
    readonly calibratedScale: number;
    /** the teacher compared with a second reading of itself: no student can have more of it */
    readonly floor: Pick<
      Agreement,
      'agreementPercent' | 'sameErrorsPercent' | 'divergence' | 'divergenceAtTemperature'
    >;
  };
  /** expected calibration error of the student at `scale`, 0 to 1 */
  readonly calibrationError: number;
  /** where the transfer set had no image of some classes: errors in percent, on all images and on those of these classes */
  readonly leftOut?: Readonly<
    Record<'asAnswered' | 'corrected', { readonly errorPercent: number; readonly onThemPercent: number }>
  >;
  /** the chips of the line, first to last; one where there is one student */
  readonly line: readonly Generation[];
}

/** One chip of a line. */
export interface Generation {
  readonly testErrorPercent: number;
  /** images that it and the first teacher give the same class, percent */
  readonly agreementPercent: number;
  /** and it and the chip before it */
  readonly withPredecessorPercent: number;
}

export interface Pictures {
  /** incoming weights of some units of the first layer, each width × height, scaled to bytes around 128 (no weight); base64 */
  readonly receptiveFields?: { width: number; height: number; units: number; bytes: string };
  /** activity of some neuron circuits of the first layer against their input */
  readonly transferCurves?: { input: readonly number[]; units: readonly (readonly number[])[] };
  /** mean output of some units of the first box between layers, all units given the same input */
  readonly boxCurves?: { input: readonly number[]; units: readonly (readonly number[])[] };
  /** the same curves of the chip that taught this one */
  readonly teacher?: Pick<Pictures, 'transferCurves' | 'boxCurves'>;
  /** test images that teacher and student give the same wrong class: width × height bytes each, base64, with the classes */
  readonly confusedAlike?: {
    width: number;
    height: number;
    bytes: string;
    said: readonly number[];
    truth: readonly number[];
  };
}

/** How a trial tells how far it is. */
export interface TrialHooks {
  progress(p: { epoch: number; epochs: number; loss: number; validationErrorPercent?: number }): void;
  /** what trials of one run can share: a trial without them takes longer and comes to the same */
  readonly artefacts?: Artefacts;
  /** where the trial keeps how far it is, so that it goes on there when it was broken off */
  readonly snapshots?: SnapshotPlace;
  /** Whether boxes may start programs: asked for where a run is started, never by what is run. */
  readonly allowPrograms?: boolean;
}

/** Things that are expensive to make and always come out the same, by the hash of what they were made from. */
export interface Artefacts {
  /** undefined where it is not there, or not sound */
  read(key: string): Uint8Array | undefined;
  write(key: string, bytes: Uint8Array): void;
}
