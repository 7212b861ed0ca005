/**
 * @file What a TypeScript program of one's own may import: `import { load, plan, learners } from 'mortal'`. Only re-exports.
 */

export type {
  DocumentedView,
  MeasuredView,
  Pass,
  ReversibleView,
  TransparentView,
  Views,
} from './chips/access.ts';
export type { Box, BoxModel } from './chips/boxes/box.ts';
export { buildChip } from './chips/build.ts';
export type { Cell } from './chips/cells/cell.ts';
export { type Access, ChipModel } from './chips/model.ts';
export type { Neuron } from './chips/neurons/neuron.ts';
export { gather, type Samples, type Split } from './data/data.ts';
export { dataSets, loadSplit } from './data/index.ts';
export { choice, count, quantity, ratio, strict } from './description.ts';
export { type Engine, openEngine } from './engine/engine.ts';
export type { Matrix } from './engine/matrix.ts';
export { type Stream, streamOf } from './engine/streams.ts';
export type { Executor, Outcome, Progress, Watcher } from './lab/executor.ts';
export { type Plan, planFile, readPlan } from './lab/plan-file.ts';
export { pool } from './lab/pool.ts';
export { display } from './lab/progress.ts';
export { type Row, rowsOf } from './lab/rows.ts';
export { type Ending, pending, run } from './lab/run.ts';
export { serial } from './lab/serial.ts';
export { Store } from './lab/store.ts';
export { learners } from './learners/index.ts';
export {
  type Classifier,
  defineLearner,
  type Learner,
  type Lesson,
  type Readout,
} from './learners/learner.ts';
export { writeComparison, writeReport } from './report/index.ts';
export { known } from './scenarios/known.ts';
export { load } from './scenarios/load.ts';
export { loadChip } from './scenarios/load-chip.ts';
export { plan } from './scenarios/plan.ts';
export { InputError, OutputError, type Problem } from './scenarios/problems.ts';
export type { Known, Scenario, Setting } from './scenarios/schema.ts';
export { runTrial } from './scenarios/trial.ts';
export type { PlannedTrial, TrialResult, TrialSpecification } from './scenarios/trial-files.ts';
