/** @file A chip that is put away and taken out again answers as it did, and teaches as it would have. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ChipModel } from '../../src/chips/model.ts';
import type { Distillation } from '../../src/distill/description.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { decode } from '../../src/engine/safetensors.ts';
import { learners } from '../../src/learners/index.ts';
import { judgeOf } from '../../src/scenarios/evaluate.ts';
import { chipOfBytes, chipToBytes, digestOfFile, revived } from '../../src/scenarios/saved-chip.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import type { Artefacts, TrialSpecification } from '../../src/scenarios/trial-files.ts';
import {
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  linearCell,
  rectifier,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';
import { optionsOf } from '../fixtures/lessons.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';

const whole = syntheticSplit({ training: 300, validation: 100, test: 200 });
const split = { ...whole, spare: syntheticSplit({ training: 400, validation: 0, test: 0 }).training };
const model: ChipModel = chipModel({
  layers: [24, 20],
  cell: linearCell({ variation: 0.1, programmingNoise: 0.01 }),
  crossbar: crossbarOf(1),
  boxes: { front: { kind: 'none' }, between: { ...scattering, noise: 0 } },
});
const data = { set: 'synthetic', train: 300, validation: 100, test: 200, spare: 400 };
const specificationOf = (learner: string, given: Partial<TrialSpecification> = {}): TrialSpecification => ({
  format: 1,
  data,
  chip: model,
  learner,
  options: optionsOf(learners[learner]!, { batch: 30, epochs: 12, rate: 0.01 }),
  seed: 1,
  checkpoints: 1,
  ...given,
});

/** A shelf in memory. */
function shelf(): Artefacts & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return { kept, read: key => kept.get(key), write: (key, bytes) => void kept.set(key, bytes) };
}
const run = (specification: TrialSpecification, artefacts: Artefacts, isKept = false) =>
  runTrial({ id: 'x', specification, pictures: false, isKept }, split, { progress() {}, artefacts });

describe.each([
  'ff',
  'ff-hinton',
  'local-softmax',
  'local-boosted',
  'backprop-loop',
  'readout-only',
  'surrogate-ridge',
])('a chip of %s', name => {
  test('answers as it did when it is taken out of its file', async () => {
    const artefacts = shelf();
    const { readouts, weightsDigest } = await run(specificationOf(name), artefacts, true);
    const bytes = artefacts.kept.get('chip-x')!;
    const engine = await openEngine({ bytes: 2 ** 27 });
    const { chip, classifier } = revived(chipOfBytes(bytes), split.training, engine);
    expect(chip.digest()).toBe(weightsDigest);
    const errors = judgeOf(split.test.inputs, engine)(classifier, split.test);
    expect(errors).toEqual(readouts.map(({ testErrorPercent }) => testErrorPercent));
  });
});

test('a chip that has aged is as old when it is taken out of its file, and ages on as it would have', async () => {
  const point = { kind: 'constant' as const };
  const cell = linearCell({
    minimumConductance: 1e-6,
    programming: { ...point, sigma: 3e-7 },
    drift: {
      kind: 'power-law',
      start: 20,
      reference: 25e-6,
      exponent: { ...point, value: 0.06 },
      exponentSpread: { ...point, value: 0.02 },
    },
    endurance: { writes: 60, spread: 0.5, death: 'value' },
  });
  const crossbar = { ...crossbarOf(1), compensation: { kind: 'column' as const } };
  const specification = specificationOf('ff', { chip: { ...model, cell, crossbar } });
  const artefacts = shelf();
  await run(specification, artefacts, true);
  const engine = await openEngine({ bytes: 2 ** 27 });
  const old = revived(chipOfBytes(artefacts.kept.get('chip-x')!), split.training, engine);
  old.chip.reprogram();
  old.chip.age(86400);
  const bytes = chipToBytes(old.chip, old.classifier, specification);
  expect(decode(bytes).metadata.age_seconds).toBe('86400');
  const again = revived(chipOfBytes(bytes), split.training, engine);
  const [one, other] = [old, again].map(({ chip, classifier }) => {
    const errors = [judgeOf(split.test.inputs, engine)(classifier, split.test)];
    const wear = chip.wear();
    chip.age(1e6);
    errors.push(judgeOf(split.test.inputs, engine)(classifier, split.test));
    return { errors, wear, digest: chip.digest() };
  });
  expect(one!.wear!.dead).toBeGreaterThan(0);
  expect(other).toEqual(one);
});

test('a chip that scales its inputs by a running mean, and calibrates its ADCs, goes on where it was', async () => {
  const chip: ChipModel = {
    ...model,
    scaling: { inputs: 'average-abs-max', threshold: 0, overflow: 'none', decay: 0.2 },
    adc: { ...converter(6, 4), ranging: 'calibrated' },
  };
  const specification = specificationOf('ff', { chip });
  const artefacts = shelf();
  await run(specification, artefacts, true);
  const bytes = artefacts.kept.get('chip-x')!;
  const engine = await openEngine({ bytes: 2 ** 27 });
  const one = revived(chipOfBytes(bytes), split.training, engine);
  const memories = one.chip.parts.crossbars.map(({ memory }) => memory.map(part => [...part]));
  expect(memories[0]![0]![0]).toBeGreaterThan(0.5); // the mean
  expect(memories[0]![1]![0]).not.toBe(4); // the first full scale
  const saved = chipOfBytes(chipToBytes(one.chip, one.classifier, specification));
  saved.memories.forEach((memory, l) => {
    expect([...memory!]).toEqual(memories[l]!.flat());
  });
  expect(() => one.chip.remember([new Float32Array(2)])).toThrow('remember');
});

describe('the file', () => {
  const file = async () => {
    const artefacts = shelf();
    await run(specificationOf('ff'), artefacts, true);
    return artefacts.kept.get('chip-x')!;
  };

  test('has weights, conductances in siemens and what they were made with, for readers elsewhere', async () => {
    const { tensors, metadata } = decode(await file());
    expect(metadata).toMatchObject({ kind: 'mortal chip', seed: '1', learner: 'ff', age_seconds: '0' });
    expect(Number(metadata.cells_written)).toBeGreaterThan(0);
    const [w, plus, minus] = ['weights', 'conductance-plus', 'conductance-minus'].map(
      each => tensors[`layer/1/${each}`]!,
    );
    expect(plus!.shape).toEqual(w!.shape);
    w!.data.forEach((weight, k) => {
      expect(((plus!.data[k]! - minus!.data[k]!) / 25e-6) * 1).toBeCloseTo(weight, 4);
    });
  });

  test('is refused when it is damaged, or something else', async () => {
    const bytes = await file();
    expect(() => chipOfBytes(bytes.slice(0, -8))).toThrow('cut off or damaged');
    expect(() => chipOfBytes(bytes.with(bytes.length - 9, bytes.at(-9)! ^ 64))).toThrow('damaged');
    const { decode: _, encode } = await import('../../src/engine/safetensors.ts');
    expect(() => chipOfBytes(encode({ tensors: {}, metadata: {} }))).toThrow('not those of a chip');
  });
});

const transfer: Omit<Distillation, 'teacher'> = {
  samples: 100,
  images: 'spare',
  without: [],
  targets: 'soft',
  trueShare: 0,
  temperature: 4,
  reads: 1,
  start: 'fresh',
  student: 'another',
  population: 20,
  teachers: 1,
  teacherAge: 0,
  generations: 1,
};
const teacherOf = ({ chip, learner, options, seed }: TrialSpecification) =>
  ({ chip, learner, options, seed, readout: 'principal' }) as const;
const made = specificationOf('ff', { seed: 5001 });

describe('weights for a population', () => {
  test('suit a stranger better than a copy of one chip does, where chips differ without being strangers', async () => {
    const chip = chipModel({
      layers: [24, 20],
      cell: linearCell({ variation: 0.3 }),
      crossbar: crossbarOf(1),
      neuron: rectifier({ gain: 0.5, offset: 0.5 }),
    });
    const teacher = { ...specificationOf('ff', { chip, seed: 5001 }), readout: 'principal' as const };
    const errorOf = async (start: Distillation['start']) => {
      const errors = [];
      for (const seed of [1, 2]) {
        const distill = { ...transfer, teacher, start, samples: 0, population: 8 };
        const { readouts } = await run(specificationOf('ff', { chip, seed, distill }), shelf());
        errors.push(readouts[0]!.testErrorPercent);
      }
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    };
    expect(await errorOf('robust')).toBeLessThan(await errorOf('copy'));
  });

  test('are made once for all that share them', async () => {
    const artefacts = shelf();
    const distill = {
      ...transfer,
      teacher: teacherOf(made),
      start: 'robust' as const,
      samples: 0,
      population: 2,
    };
    const first = await run(specificationOf('ff', { distill }), artefacts);
    expect(artefacts.kept.size).toBe(2); // the teacher's reading, and the weights
    expect(await run(specificationOf('ff', { distill }), artefacts)).toEqual(first);
    const more = await run(specificationOf('ff', { distill: { ...distill, population: 3 } }), artefacts);
    expect(more.weightsDigest).not.toBe(first.weightsDigest);
  });
});

describe('a teacher out of a file', () => {
  test('teaches as one that is made anew, and not when the file is another', async () => {
    const artefacts = shelf();
    await run(made, artefacts, true);
    const bytes = artefacts.kept.get('chip-x')!;
    const path = join(mkdtempSync(join(tmpdir(), 'mortal-')), 'teacher.safetensors');
    writeFileSync(path, bytes);
    const student = (teacher: Distillation['teacher']) =>
      run(specificationOf('ff', { distill: { ...transfer, teacher } }), shelf());
    const fresh = await student(teacherOf(made));
    const saved = { path, sha256: digestOfFile(bytes) };
    const old = await student({ ...teacherOf(made), saved });
    expect(old.readouts).toEqual(fresh.readouts);
    expect(old.distillation!.agreementPercent).toBe(fresh.distillation!.agreementPercent);
    const other = { path, sha256: saved.sha256.replace(/^./, c => (c === '0' ? '1' : '0')) };
    await expect(student({ ...teacherOf(made), saved: other })).rejects.toThrow('SHA-256 differs');
  });

  test('is asked once: a second student finds what it said, and comes to the same', async () => {
    const artefacts = shelf();
    const asked = specificationOf('local-softmax', { distill: { ...transfer, teacher: teacherOf(made) } });
    const first = await run(asked, artefacts);
    expect(artefacts.kept.size).toBe(1);
    expect(await run(asked, artefacts)).toEqual(first);
    const [key] = artefacts.kept.keys();
    artefacts.kept.set(key!, artefacts.kept.get(key!)!.slice(0, 1000)); // torn: made again
    expect(await run(asked, artefacts)).toEqual(first);
  });

  test('students have more of it than strangers, copies on the same chip all of it, and lines have a chip for each generation', async () => {
    const of = (more: Partial<Distillation>, learner = 'ff') =>
      run(specificationOf(learner, { distill: { ...transfer, teacher: teacherOf(made), ...more } }), shelf());
    const told = await of({ samples: 400 });
    expect(told.distillation!.agreementPercent).toBeGreaterThan(50);
    expect(told.distillation!.teacher.floor.agreementPercent).toBe(100); // nothing on this chip is noisy
    const same = await of({ student: 'same', start: 'copy', samples: 0 });
    expect(same.distillation!.agreementPercent).toBeGreaterThan(90); // but for the programming error
    const stranger = await of({ start: 'copy', samples: 0 });
    expect(stranger.distillation!.agreementPercent).toBeLessThan(told.distillation!.agreementPercent - 10);
    const line = await of({ generations: 3, samples: 200 });
    expect(line.distillation!.line.length).toBe(3);
    expect(line.distillation!.line.at(-1)!.testErrorPercent).toBe(line.readouts[0]!.testErrorPercent);
    // every generation is another individual: what is copied from chip to chip is of no use to any of them
    const copies = await of({ start: 'copy', samples: 0, generations: 3 });
    for (const { withPredecessorPercent } of copies.distillation!.line)
      expect(withPredecessorPercent).toBeLessThan(80);
    const heads = await of(
      {
        student: 'same',
        start: 'copy',
        samples: 0,
        teacher: teacherOf(specificationOf('local-softmax', { seed: 5001 })),
      },
      'local-softmax',
    );
    expect(heads.distillation!.agreementPercent).toBeGreaterThan(90); // what stands outside the chip is copied as well
    const left = await of({ without: [2], samples: 300 });
    expect(left.distillation!.leftOut!.corrected.onThemPercent).toBeLessThanOrEqual(
      left.distillation!.leftOut!.asAnswered.onThemPercent,
    );
  });
});

test('what cells store of scaled weights, and their factors, are in the file', async () => {
  const engine = await openEngine({ product: 'plain', bytes: 2 ** 25 });
  const weightScaling = { per: 'column' as const, omega: 1 };
  const chip = chipOf(chipModel({ crossbar: { ...crossbarOf(1), weightScaling } }), engine);
  writeWeights(chip, engine, 0.01);
  const specification = specificationOf('ff', { chip: chip.parts.model });
  const { states, weights } = chipOfBytes(chipToBytes(chip, { readouts: [] } as never, specification));
  chip.parts.crossbars.forEach((crossbar, l) => {
    expect(states[l]).toEqual(crossbar.state());
    expect(Math.max(...states[l]!.stored!.map(Math.abs))).toBe(1);
    expect(weights[l]!.data).toEqual(crossbar.weights.data);
  });
});
