/** @file A distillation as it is written: arms that say what differs, lessons without a size, and what does not fit together. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bequestOf, bequestToBytes } from '../../src/distill/bequest.ts';
import { encode } from '../../src/engine/safetensors.ts';
import { learners } from '../../src/learners/index.ts';
import { load } from '../../src/scenarios/load.ts';
import { plan } from '../../src/scenarios/plan.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { plainChip, scenario } from '../fixtures/world.ts';

const folder = freshFolder();
const real = { ...known, learners };
const data = { set: 'tiny', train: 100, validation: 40, test: 100, spare: 60 };
const arm = (label: string, value: Record<string, unknown>) => ({ label, value });

/** Trials of a scenario with one chip, the arms of `vary` and what else is given. */
async function trialsOf(changes: Record<string, unknown>, overrides: string[] = []) {
  const content = scenario({ data, learners: [{ learner: 'ff', epochs: 7 }], seeds: 1, ...changes });
  write(folder, { 'scenarios/test.json': content });
  return plan(await load('scenarios/test.json', real, { cwd: folder, overrides }));
}
const distill = { teacher: { learner: 'ff', epochs: 5 }, temperature: 3, samples: 30 };

describe('arms', () => {
  test('start from what the scenario says, unless they have a teacher of their own', async () => {
    const other = { teacher: { learner: 'ff', epochs: 9 }, samples: 20 };
    const vary = { distill: [arm('soft', {}), arm('true', { targets: 'true' }), arm('other', other)] };
    const [soft, hard, own] = (await trialsOf({ distill, vary })).map(t => t.specification.distill!);
    expect(soft).toMatchObject({ temperature: 3, samples: 30, targets: 'soft' });
    expect(hard).toMatchObject({ temperature: 3, samples: 30, targets: 'true' });
    expect(own).toMatchObject({ temperature: 4, samples: 20 });
    expect([soft, hard, own].map(each => each!.teacher.options.epochs)).toEqual([5, 5, 9]);
  });

  test('may be changed together from the command line, but for what they say themselves', async () => {
    const vary = { distill: [arm('soft', {}), arm('true', { targets: 'true' })] };
    const changed = await trialsOf({ distill, vary }, ['distill.teacher.epochs=2']);
    expect(changed.map(t => t.specification.distill!.teacher.options.epochs)).toEqual([2, 2]);
    await expect(trialsOf({ distill, vary }, ['distill.targets=argmax'])).rejects.toThrow('would overrule');
  });

  test('of one teacher have its seed, the others each a teacher of their own', async () => {
    const seeds = async (more: object) =>
      (await trialsOf({ distill: { ...distill, ...more }, seeds: 3 })).map(
        t => t.specification.distill!.teacher.seed,
      );
    expect(await seeds({ teacherSeed: 77 })).toEqual([77, 77, 77]);
    expect(new Set(await seeds({})).size).toBe(3);
  });
});

describe('a lesson', () => {
  test('of nothing, or of all that the teacher had, is one trial at any size of the transfer set', async () => {
    const vary = {
      distill: [
        arm('copied', { start: 'copy', lesson: 'none' }),
        arm('all', { lesson: 'all' }),
        arm('soft', {}),
      ],
    };
    const zip = { 'distill.samples': [10, 20, 30], 'learners.ff.epochs': [3, 2, 1] };
    const trials = await trialsOf({ distill, vary, zip });
    const ids = (label: string) =>
      new Set(trials.filter(t => t.settings.distill === label).map(t => t.id)).size;
    expect([ids('copied'), ids('all'), ids('soft')]).toEqual([1, 1, 3]);
    const of = (label: string) => trials.find(t => t.settings.distill === label)!.specification;
    expect(of('copied')).toMatchObject({ options: { epochs: 0 }, distill: { samples: 0 } });
    // as long as the teacher, on as much
    expect(of('all')).toMatchObject({
      options: { epochs: 5 },
      distill: { samples: 100, images: 'training', targets: 'true' },
    });
  });

  test('of nothing needs something to start from', async () => {
    await expect(trialsOf({ distill: { ...distill, lesson: 'none' } })).rejects.toThrow(
      'starts from something',
    );
  });
});

describe('weights', () => {
  test('are given to those learners alone whose labels go in where the teacher’s do', async () => {
    const two = [
      { learner: 'ff', epochs: 1 },
      { learner: 'local-softmax', epochs: 1 },
    ];
    const vary = {
      distill: [arm('told', {}), arm('copied', { start: 'copy' }), arm('robust', { start: 'robust' })],
    };
    const trials = await trialsOf({ distill, vary, learners: two });
    expect(trials.map(t => `${t.settings.distill} ${t.learner}`)).toEqual([
      'told ff',
      'told local-softmax',
      'copied ff',
      'robust ff',
    ]);
    await expect(
      trialsOf({ distill: { ...distill, start: 'copy' }, learners: two.slice(1) }),
    ).rejects.toThrow('ff has labels on lines of every crossbar, and no learner here has them there');
  });

  test('and what stood outside come out of a file as they went in', () => {
    const tensor = (...data: number[]) => ({ shape: [data.length, 1], data: Float32Array.from(data) });
    const left = { weights: [tensor(1, 2), tensor(3)], outside: { 'head/bias': tensor(4, 5) } };
    expect(bequestOf(bequestToBytes(left))).toEqual(left);
  });
});

describe('a teacher', () => {
  /** A file that says it is a chip of two layers for images of so many pixels. */
  const saved = (pixels: number) => {
    const specification = {
      chip: { ...plainChip, layers: [5, 4] },
      learner: 'ff',
      options: { epochs: 1 },
      seed: 3,
      data: { set: 'mnist' },
    };
    const layer = (rows: number, units: number) => ({
      shape: [rows, units],
      data: new Float32Array(rows * units),
    });
    const bytes = encode({
      tensors: { 'layer/1/weights': layer(pixels + 1 + 2, 5), 'layer/2/weights': layer(5 + 1 + 2, 4) },
      metadata: { kind: 'mortal chip', format: '1', specification: JSON.stringify(specification) },
    });
    writeFileSync(join(folder, `scenarios/of-${pixels}.safetensors`), bytes);
    return { saved: `of-${pixels}.safetensors` };
  };

  test('from a file teaches about images of its own size, and is refused for others', async () => {
    const [trial] = await trialsOf({ distill: { ...distill, teacher: saved(16) } });
    expect(trial!.specification.distill!.teacher).toMatchObject({ seed: 3, learner: 'ff' });
    await expect(trialsOf({ distill: { ...distill, teacher: saved(784) } })).rejects.toThrow(
      'is a chip that learned mnist: its first crossbar has 787 rows, where images of 16 pixels and 2 classes need 19',
    );
  });

  test('on a chip that is too large is refused at its own place', async () => {
    const teacherChip = { model: 'reference', layers: [90000, 90000] };
    await expect(trialsOf({ distill: { ...distill, teacherChip } })).rejects.toThrow(
      /teacherChip\.layers.*GiB/,
    );
  });
});
