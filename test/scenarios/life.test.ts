/** @file What happens to a chip after training: it ages and is judged, learning stops or goes on, and watching changes nothing. */
import { describe, expect, test } from 'vitest';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { learners } from '../../src/learners/index.ts';
import type { Classifier } from '../../src/learners/learner.ts';
import { type Life, live } from '../../src/scenarios/life.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import { chipModel, crossbarOf, scattering } from '../fixtures/chips.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { optionsOf } from '../fixtures/lessons.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const split = syntheticSplit({ training: 300, validation: 60, test: 100 });
const life = (given: Partial<Life> = {}): Life => ({
  steps: 3,
  interval: 86400,
  accident: 0,
  learning: true,
  rate: 0.5,
  ...given,
});
const quiet = chipModel({ layers: [24, 20] });
const boxed: ChipModel = {
  ...quiet,
  boxes: { front: { kind: 'none' }, between: { ...scattering, noise: 0.05 } },
};

function run(learner: string, chip: ChipModel, lived: Life | undefined, pictures = false) {
  const specification = {
    format: 1 as const,
    data: { set: 'synthetic', train: 300, validation: 60, test: 100 },
    chip,
    learner,
    options: optionsOf(learners[learner]!, { batch: 30, epochs: 6, rate: 0.004 }),
    seed: 1,
    checkpoints: 2,
    ...(lived && { life: lived }),
  };
  return runTrial({ id: 'test', specification, pictures }, split, { progress() {} });
}

/** Leads a life and writes down what happens. */
function diary(lived: Life) {
  const events: string[] = [];
  const note = (event: string) => () => void events.push(event);
  const chip = {
    unnoticed: <T>(work: () => T) => work(),
    age: (seconds: number) => note(`ages ${seconds}`)(),
    reprogram: note('programmed'),
    rewire: (share: number) => note(`accident ${share}`)(),
  } as unknown as Chip;
  const classifier = {} as Classifier;
  let error = 0;
  const living = live(
    lived,
    chip,
    () => classifier,
    () => {
      events.push('judged');
      return ++error;
    },
    note('grown up'),
    { keep() {} },
  );
  return { events, living, classifier };
}

describe('a life', () => {
  test('with learning: age, judge, learn, judge, at every step', () => {
    const { events, living, classifier } = diary(life({ steps: 2, accident: 0.3 }));
    expect(living.later).toMatchObject({ epochs: 2, rate: 0.5 });
    for (let k = 0; k < 2; k++) {
      living.later!.older();
      events.push('learns');
    }
    expect(living.finish(classifier)).toEqual({
      seconds: [86400, 172800],
      agedErrorPercent: [1, 3],
      relearnedErrorPercent: [2, 4],
    });
    expect(events).toEqual([
      'grown up',
      'accident 0.3',
      'ages 86400',
      'judged',
      'learns',
      'judged',
      'ages 86400',
      'judged',
      'learns',
      'judged',
    ]);
  });

  test('without: age and judge, when the learner has gone', () => {
    const { events, living, classifier } = diary(
      life({ learning: false, interval: 0, accident: 0.1, steps: 2 }),
    );
    expect(living.later).toBeUndefined();
    expect(living.finish(classifier)).toEqual({
      seconds: [0, 0],
      agedErrorPercent: [1, 2],
      relearnedErrorPercent: [],
    });
    expect(events).toEqual(['grown up', 'accident 0.1', 'judged', 'judged']);
  });
});

test('intervals may grow, and weights be programmed once more before time passes', () => {
  const { events, living, classifier } = diary(
    life({ learning: false, interval: 10, growth: 3, programmed: true, steps: 3 }),
  );
  expect(living.finish(classifier).seconds).toEqual([10, 40, 130]);
  expect(events.slice(0, 3)).toEqual(['grown up', 'programmed', 'ages 10']);
  expect(events.filter(event => event.startsWith('ages'))).toEqual(['ages 10', 'ages 30', 'ages 90']);
});

describe('a trial with a life', () => {
  test.each(['ff', 'local-softmax', 'backprop-loop', 'surrogate-ridge', 'readout-only'])(
    '%s: what is said of training is what a trial without says',
    async name => {
      const { life: none, ...plain } = await run(name, boxed, undefined);
      const { life: lived, ...rest } = await run(name, boxed, life());
      expect(none).toBeUndefined();
      expect(rest).toEqual({ ...plain, specification: rest.specification });
      expect(lived!.seconds).toEqual([86400, 172800, 259200]);
      expect(lived!.relearnedErrorPercent.length).toBe(3);
    },
  );

  test('a chip that does not age answers as it did, and one that goes on learning does not get worse for long', async () => {
    const idle = await run('local-softmax', quiet, life({ learning: false }));
    const before = idle.readouts[0]!.testErrorPercent;
    expect(idle.life!.agedErrorPercent).toEqual([before, before, before]);
    const learning = await run('local-softmax', quiet, life());
    expect(learning.life!.relearnedErrorPercent.at(-1)).toBeLessThan(before + 10);
  });

  test('an accident costs, and learning makes up for some of it', async () => {
    const { readouts, life: lived } = await run(
      'local-softmax',
      boxed,
      life({ accident: 0.5, interval: 0, steps: 8 }),
    );
    const before = readouts[0]!.testErrorPercent;
    expect(lived!.agedErrorPercent[0]).toBeGreaterThan(before + 5);
    expect(lived!.relearnedErrorPercent.at(-1)).toBeLessThan(lived!.agedErrorPercent[0]!);
  });

  test('whose weights were made in software is written once and then only ages', async () => {
    const { life: lived } = await run('backprop-blind', quiet, life());
    expect(lived!.agedErrorPercent.length).toBe(3);
    expect(lived!.relearnedErrorPercent).toEqual([]);
  });

  test('is the same whether it is drawn or not', async () => {
    const { pictures, ...drawn } = await run('ff', boxed, life({ accident: 0.2 }), true);
    expect(pictures).toBeDefined();
    expect(await run('ff', boxed, life({ accident: 0.2 }))).toEqual(drawn);
  });
});

test('an accident to boxes that know none is refused when the scenario is checked', async () => {
  const folder = freshFolder();
  const boxes = { front: { kind: 'none' }, between: { kind: 'gating' } };
  write(folder, {
    'scenarios/x.json': scenario({ chip: { ...plainChip, boxes }, life: { steps: 1, accident: 0.3 } }),
  });
  const { code, err } = await mortal(folder, ['check', 'scenarios/x.json']);
  expect(code).toBe(2);
  expect(err).toMatch(/scenarios\/x\.json:\d+:\d+ life\.accident: .*"gating" cannot be rewired/);
});

test('a trial says how far the mask of its wires is off, for its own images and for inputs of both signs', async () => {
  const ohms = { wordResistance: 4, bitResistance: 4, sourceResistance: 0, senseResistance: 0 };
  const masked = { ...quiet, crossbar: crossbarOf(1), wires: { kind: 'mask' as const, ...ohms } };
  const { maskErrors } = await run('local-softmax', masked, undefined);
  expect(maskErrors).toHaveLength(2);
  for (const { weights, outputs, bothSigns } of maskErrors!)
    for (const error of [weights, outputs, bothSigns]) {
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.1);
    }
  expect((await run('local-softmax', quiet, undefined)).maskErrors).toBeUndefined();
});

test('a trial says how worn its cells are, and one of cells that do not wear says nothing', async () => {
  const endurance = { writes: 20, spread: 0.5, death: 'value' as const };
  const mortalChip = { ...quiet, cell: { ...quiet.cell, endurance }, crossbar: crossbarOf(1) };
  const { wear, readouts } = await run('local-softmax', mortalChip, undefined);
  expect(wear!.dead).toBeGreaterThan(0.2 * wear!.cells); // sixty updates in six epochs
  expect(wear!.dead).toBeLessThan(wear!.cells);
  expect(wear!.mostWrites).toBeLessThanOrEqual(61);
  const immortal = await run('local-softmax', { ...quiet, crossbar: crossbarOf(1) }, undefined);
  expect(immortal.wear).toBeUndefined();
  expect(readouts[0]!.testErrorPercent).not.toBe(immortal.readouts[0]!.testErrorPercent);
});
