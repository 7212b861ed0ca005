/** @file The families of neuron circuits: one line each. */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Neuron, NeuronCircuits } from './neuron.ts';
import { buildRectifiers } from './rectifier.ts';
import { buildStudentT } from './student-t.ts';

type Build<M> = (model: M, units: number, engine: Engine, stream: (path: string) => Stream) => NeuronCircuits;

const families: { [K in Neuron['kind']]: Build<Extract<Neuron, { kind: K }>> } = {
  rectifier: buildRectifiers,
  'student-t': buildStudentT,
};

/** Makes the individual circuits of one layer. @param stream names of their random numbers, all fixed at manufacture */
export function buildNeurons(
  model: Neuron,
  units: number,
  engine: Engine,
  stream: (path: string) => Stream,
): NeuronCircuits {
  const build = families[model.kind] as Build<Neuron>;
  return build(model, units, engine, stream);
}
