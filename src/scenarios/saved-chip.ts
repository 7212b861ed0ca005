/**
 * @file A trained chip in a file: what its cells hold, as weights and as conductances, what its learner keeps outside it, and the
 * specification that its flaws are drawn from, so that it can be taken out again and answer as it did. Python reads the arrays
 * (`safetensors.numpy.load_file`); what else there is to say stands as texts in the file's header.
 */
import { createHash } from 'node:crypto';
import type { Chip } from '../chips/chip.ts';
import type { CrossbarState } from '../chips/crossbar.ts';
import { conductances } from '../chips/mapping.ts';
import type { Samples } from '../data/data.ts';
import { type Bequest, bequestIn } from '../distill/bequest.ts';
import type { Engine } from '../engine/engine.ts';
import { decode, encode, matrixOf, type Tensor, tensorOf } from '../engine/safetensors.ts';
import type { Classifier } from '../learners/learner.ts';
import { chipFor, learnerOf, train } from './raise.ts';
import type { TrialSpecification } from './trial-files.ts';

/** What is in the file. */
export interface SavedChip extends Bequest {
  readonly specification: TrialSpecification;
  /** of its cells, layer by layer, where more is known of them than weights */
  readonly states: readonly (CrossbarState | undefined)[];
  /** what reads of every layer remember from sample to sample: running means of input scaling, ranges of calibrated ADCs */
  readonly memories: readonly (Float32Array | undefined)[];
}

const kind = 'mortal chip';

/** The bytes of a chip's file, on the day that its training has ended. */
export function chipToBytes(
  chip: Chip,
  classifier: Classifier,
  specification: TrialSpecification,
): Uint8Array {
  const { crossbars, model } = chip.parts;
  const layers = crossbars.flatMap(({ weights, ...crossbar }, l) => {
    const shape = [weights.rows, weights.columns];
    const range = model.crossbar.weightRange;
    const isPair = range > 0 && model.crossbar.mapping === undefined; // cells without bounds have no conductances, other mappings other ones
    const state = crossbar.state();
    const pair = isPair && !state?.cells ? conductances(crossbar.stored(), model.cell, range) : undefined;
    return [
      [`layer/${l + 1}/weights`, tensorOf(weights)],
      ...(pair
        ? [
            [`layer/${l + 1}/conductance-plus`, { shape, data: pair.plus }],
            [`layer/${l + 1}/conductance-minus`, { shape, data: pair.minus }],
          ]
        : []),
      ...(state ? stateTensors(state, l) : []),
      ...memoryTensors(crossbar.memory, l),
    ] as [string, Tensor][];
  });
  const outside = Object.entries(classifier.outside ?? {}).map(([name, matrix]): [string, Tensor] => [
    `outside/${name}`,
    tensorOf(matrix),
  ]);
  return encode({
    tensors: Object.fromEntries([...layers, ...outside]),
    metadata: {
      kind,
      format: '1',
      specification: JSON.stringify(specification),
      seed: String(specification.seed),
      learner: specification.learner,
      age_seconds: String(chip.seconds),
      pulses: String(chip.meter.pulses),
      cells_written: String(chip.meter.cellsWritten),
      weights_digest: chip.digest(),
      units: 'weights: dimensionless; conductances: siemens',
    },
  });
}

const stateNames = ['aims', 'landed', 'ages', 'writes'] as const;
const otherNames = ['scales', 'stored', 'compensation'] as const;

/** Conductances in siemens, ages in seconds and writes of the cells, side by side for each weight; and what these are multiplied by. */
function stateTensors({ cells, ...others }: CrossbarState, l: number): [string, Tensor][] {
  const tensor = (data: Float32Array): Tensor => ({ shape: [data.length], data: data.slice() });
  return [
    ...(cells
      ? stateNames.map((name): [string, Tensor] => [`layer/${l + 1}/cells/${name}`, tensor(cells[name])])
      : []),
    ...otherNames.flatMap((name): [string, Tensor][] =>
      others[name] ? [[`layer/${l + 1}/${name}`, tensor(others[name])]] : [],
    ),
  ];
}

function memoryTensors(memory: readonly Float32Array[], l: number): [string, Tensor][] {
  const data = Float32Array.from(memory.flatMap(part => Array.from(part)));
  return data.length === 0 ? [] : [[`layer/${l + 1}/reads`, { shape: [data.length], data }]];
}

function stateOf(tensors: Readonly<Record<string, Tensor>>, l: number): CrossbarState | undefined {
  const others = Object.fromEntries(
    otherNames.flatMap(name => {
      const data = tensors[`layer/${l + 1}/${name}`]?.data;
      return data ? [[name, data]] : [];
    }),
  );
  const parts = stateNames.map(name => tensors[`layer/${l + 1}/cells/${name}`]?.data);
  const [aims, landed, ages, writes] = parts;
  if (parts.every(part => part === undefined)) return Object.keys(others).length > 0 ? others : undefined;
  if (!aims || !landed || !ages || !writes) throw new Error('lacks something about the cells of a layer');
  return { cells: { aims, landed, ages, writes }, ...others };
}

/** @throws Error that says why the bytes are no chip */
export function chipOfBytes(bytes: Uint8Array): SavedChip {
  const { tensors, metadata } = decode(bytes);
  if (metadata.kind !== kind) throw new Error('holds arrays, but not those of a chip');
  if (metadata.format !== '1')
    throw new Error(`holds a chip in format ${metadata.format}; format 1 is read here`);
  const specification: TrialSpecification = JSON.parse(metadata.specification!);
  const weights = specification.chip.layers.map((_, l) => tensors[`layer/${l + 1}/weights`]);
  if (weights.some(each => each === undefined)) throw new Error('lacks the weights of a layer');
  const states = weights.map((_, l) => stateOf(tensors, l));
  const memories = weights.map((_, l) => tensors[`layer/${l + 1}/reads`]?.data);
  return {
    specification,
    weights: weights as Tensor[],
    states,
    memories,
    outside: bequestIn(tensors).outside,
  };
}

/** SHA-256 of a file: the name that a specification knows it by. */
export const digestOfFile = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The chip as it was, to be closed by whoever asked for it, and its classifier. @param samples images of the kind it learned from @throws Error when sizes differ */
export function revived(
  { specification, weights, states, memories, outside }: SavedChip,
  samples: Samples,
  engine: Engine,
): { chip: Chip; classifier: Classifier } {
  const chip = chipFor(specification, learnerOf(specification), samples, engine);
  try {
    const held = weights.map(tensor => matrixOf(tensor, engine));
    chip.restore(held, states);
    const asleep = { ...specification, options: { ...specification.options, epochs: 0 } };
    const classifier = train(asleep, chip, samples, engine, {
      epoch() {},
      start: {
        weights: held,
        isHeld: true,
        outside: Object.fromEntries(
          Object.entries(outside).map(([name, tensor]) => [name, matrixOf(tensor, engine)]),
        ),
      },
    });
    chip.remember(memories);
    return { chip, classifier };
  } catch (error) {
    chip.close();
    throw error;
  }
}
