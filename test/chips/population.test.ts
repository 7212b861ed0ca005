/** @file Many individuals seen as one chip: everyone has a turn, and the weights are nobody's. */
import { expect, test } from 'vitest';
import { populationOf } from '../../src/chips/population.ts';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { learners } from '../../src/learners/index.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  gaussianMatrix,
  pixels,
  rectifier,
} from '../fixtures/chips.ts';
import { optionsOf } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const noSheet = () => {
  throw new Error('no data sheet is asked for here');
};
const turns = (round: number) => streamOf(1, `round/${round}`);

/** Individuals with circuits of their own. */
function population(count: number) {
  const model = chipModel({ crossbar: crossbarOf(1), neuron: rectifier({ gain: 0.5 }) });
  const chips = Array.from({ length: count }, (_, k) =>
    chipOf(model, engine, { labels: 'lines', inputs: 6, batch: 4, seed: k + 1 }),
  );
  const views = chips.map(chip => viewOf(chip, 'measured', noSheet));
  return { chips, ...populationOf(chips, views, turns, engine) };
}

test('every individual has its turn once a round, holds the common weights, and answers by itself', () => {
  engine.arena.reset();
  const { chips, view, weights } = population(5);
  weights.forEach((layer, l) => {
    view.write(l, gaussianMatrix(engine, layer.rows, layer.columns, `w${l}`, 0.3));
  });
  const pass = view.newInnerPass(4);
  const images = pixels(engine, 4, 6, 'images');
  const answers: Float32Array[] = [];
  for (let k = 0; k < 10; k++) {
    const before = chips.map(({ meter }) => meter.forwardPasses);
    view.hold(images);
    view.send({ kind: 'off' }, pass);
    const after = chips.map(({ meter }) => meter.forwardPasses);
    expect(after.filter((count, i) => count !== before[i]).length).toBe(1);
    answers.push(pass.outputs[1]!.data.slice());
  }
  expect(chips.map(({ meter }) => meter.forwardPasses)).toEqual([8, 8, 8, 8, 8]);
  expect(apart(answers[0]!, answers[1]!)).toBeGreaterThan(1e-3); // flaws differ
  for (const { parts } of chips) expect(parts.crossbars[0]!.weights.data).toEqual(weights[0]!.data);
});

test('a change that one has asked for reaches all of them, and stays within the range of the cells', () => {
  engine.arena.reset();
  const { chips, view, weights } = population(3);
  const change = engine.matrix(weights[0]!.rows, weights[0]!.columns);
  change.data.fill(0.4);
  for (let k = 0; k < 3; k++) view.update(0, change);
  expect(Math.max(...weights[0]!.data)).toBe(1);
  for (let k = 0; k < 3; k++) view.hold(pixels(engine, 4, 6, 'images'));
  for (const { parts } of chips) expect(Math.min(...parts.crossbars[0]!.weights.data)).toBe(1);
});

test.each<[string, Record<string, unknown>]>([
  ['ff', {}],
  ['ff', { writes: 'outer-products' }],
  ['local-softmax', {}],
  ['backprop-loop', {}],
])('a population of one perfect chip teaches %s %j what the chip would', (name, given) => {
  const learner = learners[name]!;
  const training = syntheticImages(60, 'population');
  const options = optionsOf(learner, { batch: 20, epochs: 2, ...given });
  const model = chipModel({ layers: [12, 9] });
  const weightsAfter = (isPopulation: boolean) => {
    engine.arena.reset();
    const { labels } = learner.needs(options);
    const chip = chipOf(model, engine, {
      labels,
      inputs: training.inputs,
      classes: training.classes,
      batch: 500,
    });
    const own = viewOf(chip, learner.access, noSheet);
    const all = populationOf([chip], [own], turns, engine);
    learner.train({
      chip: (isPopulation ? all.view : own) as never,
      options,
      training,
      engine,
      stream: path => streamOf(3, path),
      digital() {},
      epoch() {},
    });
    return isPopulation ? all.weights[1]!.data.slice() : chip.parts.crossbars[1]!.weights.data.slice();
  };
  expect(apart(weightsAfter(true), weightsAfter(false))).toBeLessThan(1e-6);
});
