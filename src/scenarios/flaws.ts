/**
 * @file What makes a chip other than its data sheet, one thing at a time: so that each can be taken away, or left alone, and the difference be seen.
 */
import type { BoxModel } from '../chips/boxes/box.ts';
import type { ChipModel } from '../chips/model.ts';

/** One departure from nominal. */
export interface Flaw {
  readonly name: string;
  /** acts when cells are written: a chip that is read only knows no more of it */
  readonly isOfWriting?: true;
  /** acts on what layers tell of themselves, or write by themselves: what a chip gives for an image knows nothing of it */
  readonly isOfLearning?: true;
  /** turns inputs into something else that a learner may have taken for given, rather than disturbing them */
  readonly isOfNature?: true;
  isThere(model: ChipModel): boolean;
  /** the same chip without it */
  without(model: ChipModel): ChipModel;
}

const cell = (name: string, key: string, isOfWriting?: true): Flaw => ({
  name,
  ...(isOfWriting && { isOfWriting }),
  isThere: model => numberIn(model.cell, key) > 0,
  without: model => ({ ...model, cell: { ...model.cell, [key]: 0 } }),
});

/** What is described by more than a number. */
const cellPart = (
  name: string,
  key: 'fluctuation' | 'programming' | 'drift' | 'endurance',
  isOfWriting?: true,
): Flaw => ({
  name,
  ...(isOfWriting && { isOfWriting }),
  isThere: model => model.cell[key] !== undefined,
  without(model) {
    const { [key]: _, ...rest } = model.cell;
    return { ...model, cell: rest as ChipModel['cell'] };
  },
});

const neuron = (name: string, key: string): Flaw => ({
  name,
  isThere: model => numberIn(model.neuron, key) > 0,
  without: model => ({ ...model, neuron: { ...model.neuron, [key]: 0 } }),
});

const crossbar = (name: string, key: 'faults' | 'curve' | 'currentLimit'): Flaw => ({
  name,
  isThere: ({ crossbar }) => crossbar[key] !== undefined,
  without(model) {
    const { [key]: _, ...rest } = model.crossbar;
    return { ...model, crossbar: rest };
  },
});

const numberIn = (of: object, key: string): number => {
  const value = (of as Record<string, unknown>)[key];
  return typeof value === 'number' ? value : 0;
};

/** Every flaw that this program knows of. */
export const flaws: readonly Flaw[] = [
  cell('read noise', 'readNoise'),
  cellPart('read noise of each conductance', 'fluctuation'),
  cell('programming noise', 'programmingNoise', true),
  cellPart('programming error of each conductance', 'programming', true),
  cellPart('drift of cells', 'drift', true),
  cellPart('wear of cells', 'endurance', true),
  cell('variation of cells', 'variation', true),
  crossbar('faulty cells', 'faults'),
  crossbar('bent cells', 'curve'),
  crossbar('current limit of columns', 'currentLimit'),
  {
    name: 'levels of cells',
    isThere: ({ crossbar: { mapping } }) => mapping?.kind === 'sliced' || mapping?.cellBits !== undefined,
    without(model) {
      const { mapping, ...rest } = model.crossbar;
      if (mapping === undefined || mapping.kind === 'sliced') return { ...model, crossbar: rest };
      const { cellBits: _, ...continuous } = mapping;
      return { ...model, crossbar: { ...rest, mapping: continuous } };
    },
  },
  {
    name: 'wires',
    isThere: ({ wires }) => wires !== undefined && wires.kind !== 'none',
    without: ({ wires: _, ...model }) => model,
  },
  {
    name: 'DACs',
    isThere: ({ dac }) => dac.kind !== 'none',
    without: ({ drive: _, ...model }) => ({ ...model, dac: { kind: 'none' } }), // bits and widths need one
  },
  {
    name: 'ADCs between layers',
    isThere: ({ adc }) => adc.kind !== 'none',
    without: model => ({ ...model, adc: { kind: 'none' } }),
  },
  neuron('gain of neurons', 'gain'),
  neuron('offset of neurons', 'offset'),
  neuron('knee of neurons', 'knee'),
  neuron('compression of neurons', 'compression'),
  {
    name: 'circuits of goodness',
    isOfLearning: true,
    isThere: ({ goodness }) =>
      goodness?.kind === 'squarers' && goodness.gain + goodness.offset + goodness.noise + goodness.bits > 0,
    without: ({ goodness, ...model }) =>
      goodness?.kind === 'squarers'
        ? { ...model, goodness: { ...goodness, gain: 0, offset: 0, noise: 0, bits: 0 } }
        : model,
  },
  {
    name: 'lines that hold',
    isOfLearning: true,
    isOfWriting: true,
    isThere: ({ generators }) => generators?.kind === 'holding' && generators.gain + generators.offset > 0,
    without: ({ generators, ...model }) =>
      generators?.kind === 'holding'
        ? { ...model, generators: { ...generators, gain: 0, offset: 0 } }
        : model,
  },
  {
    name: 'noise of boxes',
    isThere: ({ boxes }) => isNoisy(boxes.front) || isNoisy(boxes.between),
    without: model => ({
      ...model,
      boxes: { front: quiet(model.boxes.front), between: quiet(model.boxes.between) },
    }),
  },
  {
    name: 'boxes',
    isOfNature: true,
    isThere: ({ boxes }) => boxes.front.kind !== 'none' || boxes.between.kind !== 'none',
    without: model => ({ ...model, boxes: { front: { kind: 'none' }, between: { kind: 'none' } } }),
  },
];

/** Boxes whose noise is a number of theirs. */
const isNoisy = (box: BoxModel): boolean =>
  box.kind === 'chain' ? box.boxes.some(isNoisy) : numberIn(box, 'noise') > 0;

function quiet(box: BoxModel): BoxModel {
  if (box.kind === 'chain') return { ...box, boxes: box.boxes.map(quiet) as typeof box.boxes }; // links stay what they are
  return isNoisy(box) ? ({ ...box, noise: 0 } as BoxModel) : box;
}

/** The flaws that a chip has. */
export const flawsOf = (model: ChipModel): Flaw[] => flaws.filter(flaw => flaw.isThere(model));

/** The chip without some of its flaws. */
export const lacking = (model: ChipModel, without: readonly Flaw[]): ChipModel =>
  without.reduce((rest, flaw) => flaw.without(rest), model);

/** The chip with this flaw alone. Its boxes stay where it is their noise, which needs them. */
export function alone(model: ChipModel, flaw: Flaw): ChipModel {
  const others = flawsOf(model).filter(
    other => other !== flaw && !(flaw.name === 'noise of boxes' && other.name === 'boxes'),
  );
  return lacking(model, others);
}

/** The chip without any. */
export const flawless = (model: ChipModel): ChipModel => lacking(model, flawsOf(model));
