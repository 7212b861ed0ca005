/**
 * @file What tables say of a result: a few numbers, so that ten thousand results fit into memory where their curves would not.
 */
import type { TrialResult } from '../scenarios/trial-files.ts';

/** How a trial went as a computation, where that is known. */
export interface Timing {
  readonly seconds: number | undefined;
  /** training images per second */
  readonly samplesPerSecond?: number | undefined;
  /** the most memory of its process, bytes */
  readonly peakBytes?: number | undefined;
}

/** A result and how it went. */
export interface Stored extends Timing {
  readonly result: TrialResult;
}

export interface Summary {
  readonly status: TrialResult['status'];
  readonly error: string | null;
  /** of the principal readout */
  readonly testErrorPercent: number | null;
  readonly validationErrorPercent: number | null;
  /** the last one on the curve */
  readonly epochs: number | null;
  /** at the end of life, where the scenario has one: on the last day, and after the learning that followed */
  readonly agedErrorPercent: number | null;
  readonly relearnedErrorPercent: number | null;
  /** of cells that wear: how many have died, and how often one has been written on average */
  readonly deadCells: number | null;
  readonly writesPerCell: number | null;
  /** of a student with its teacher, percent; and Kullback–Leibler divergence at temperature 1, nats */
  readonly agreementPercent: number | null;
  readonly divergence: number | null;
  /** the same at the temperature of the transfer */
  readonly divergenceAtTemperature: number | null;
  /** expected calibration error of a student, 0 to 1 */
  readonly calibrationError: number | null;
  readonly teacherErrorPercent: number | null;
  /** chip passes and joules of a teacher, per image that it was asked about */
  readonly teacherPasses: number | null;
  readonly teacherEnergy: number | null;
  /** of training, as is what follows */
  readonly forwardPasses: number | null;
  readonly reversePasses: number | null;
  /** joules */
  readonly energy: number | null;
  /** that the chip was busy, not the simulator; null where its model does not say how long things take */
  readonly chipSeconds: number | null;
  readonly weightsDigest: string | null;
  readonly seconds: number | null;
  /** the version of this program that made it; null where it does not say */
  readonly version: string | null;
}

export function summaryOf({ result, seconds }: Stored): Summary {
  const principal = result.readouts[0];
  const training = result.meter?.training;
  return {
    status: result.status,
    error: result.error ?? null,
    testErrorPercent: principal?.testErrorPercent ?? null,
    validationErrorPercent: principal?.validationErrorPercent ?? null,
    epochs: result.curve.epoch.at(-1) ?? null,
    agedErrorPercent: result.life?.agedErrorPercent.at(-1) ?? null,
    relearnedErrorPercent: result.life?.relearnedErrorPercent.at(-1) ?? null,
    deadCells: result.wear?.dead ?? null,
    writesPerCell: result.wear?.meanWrites ?? null,
    agreementPercent: result.distillation?.agreementPercent ?? null,
    divergence: result.distillation?.divergence ?? null,
    divergenceAtTemperature: result.distillation?.divergenceAtTemperature ?? null,
    calibrationError: result.distillation?.calibrationError ?? null,
    teacherErrorPercent: result.distillation?.teacher.testErrorPercent ?? null,
    teacherPasses: result.distillation?.teacher.asked.passes ?? null,
    teacherEnergy: result.distillation?.teacher.asked.energy ?? null,
    forwardPasses: training?.forwardPasses ?? null,
    reversePasses: training?.reversePasses ?? null,
    energy: training?.energy.total ?? null,
    chipSeconds: training?.time?.total ?? null,
    weightsDigest: result.weightsDigest ?? null,
    seconds: seconds ?? null,
    version: result.versions.mortal ?? null,
  };
}
