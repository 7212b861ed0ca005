/**
 * @file The one trainer of layer-local softmax learners. Every layer has a linear readout of its own on its measured activity and
 * learns by a cross-entropy that nothing but that layer's activity enters: nothing crosses a box, there are no negatives, one
 * pass is enough.
 *
 * Layer l: h = y/rms(y), z = h A + c, p = softmax(z + s), δ = 1[y > 0] · (rms′(y)ᵀ (p − t) Aᵀ), ΔW = −xᵀ δ, where s is what the
 * member counts of the layers below: nothing, or the sum of their logits, taken as given.
 */
import type { Pass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { adam } from '../parts/optimiser.ts';
import type { TrainingOptions, WriteKind } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { logSoftmaxRows, softmaxHead } from '../parts/softmax-head.ts';
import { countVotes, type Hearing, isHeard, voteReadouts } from '../parts/votes.ts';

/** What tells the members of the family apart. */
export interface LocalRule {
  /** whether the logits of the layers below count in the loss of `layer` (from 0) */
  isBoosted(layer: number): boolean;
  /** which layers the principal read-out hears */
  readonly hearing: Hearing;
  /** what heads read: activities over their root mean square, or as measured */
  readonly reads: 'normalised' | 'raw';
  /** whether crossbars learn; if not, heads alone do */
  readonly isPlastic: boolean;
}

export function trainLocally(
  lesson: Lesson<Access, TrainingOptions & { writes?: WriteKind }>,
  rule: LocalRule,
): Classifier {
  const { chip, engine, options } = lesson;
  const { kernels } = engine;
  const { batch } = options;
  const most = Math.max(batch, evaluationBatch);
  const layers = plasticLayers(chip, engine, lesson.stream, adam(), lesson.start, options.writes);
  const features = chip.layers.map(shape => engine.matrix(most, shape.units));
  const deltas = chip.layers.map(shape => engine.matrix(batch, shape.units));
  const heads = chip.layers.map(shape =>
    softmaxHead(shape.units, chip.classes, most, engine, lesson.digital),
  );
  heads.forEach((head, l) => {
    head.restore(`layer/${l + 1}/head`, lesson.start?.outside);
  });
  const below = engine.matrix(batch, chip.classes);
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  const pass = chip.newInnerPass(batch);

  function read(l: number, seen: Pass): Matrix {
    const h = rowsOf(features[l]!, 0, seen.batch);
    if (rule.reads === 'raw') kernels.copy(seen.outputs[l]!, h);
    else kernels.normaliseRows(seen.outputs[l]!, h, chip.epsilon);
    return h;
  }

  /** One layer's share of a step: its readout learns, its gradient is ready. */
  function learnLayer(l: number, { labels, taught }: Batch, rate: number): number {
    const h = read(l, pass);
    const head = heads[l]!;
    const delta = deltas[l]!;
    if (!rule.isBoosted(l)) kernels.fill(below, 0);
    const loss = head.learn(h, labels, rate, below, taught);
    kernels.copy(head.scores(), below); // own logits and those counted from below
    if (!rule.isPlastic) return loss;
    head.errorsBack(h);
    if (rule.reads === 'raw') kernels.copy(h, delta);
    else kernels.normaliseRowsBack(pass.outputs[l]!, h, delta, chip.epsilon);
    kernels.gate(pass.outputs[l]!, delta);
    layers[l]!.collect([{ pass, delta }]);
    return loss;
  }

  function step(batch: Batch, rate: number): number {
    chip.hold(batch.images);
    chip.send({ kind: 'off' }, pass);
    let loss = 0;
    for (let l = 0; l < layers.length; l++) loss += learnLayer(l, batch, rate);
    if (rule.isPlastic) for (const layer of layers) layer.step(rate);
    return loss / layers.length;
  }

  const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
  /** Log-probabilities of every layer, each row up to a constant. */
  function votesOf(images: Matrix): Matrix[] {
    const seen = passOf(images.rows);
    chip.hold(images);
    chip.send({ kind: 'off' }, seen);
    const votes = heads.map((head, l) => head.logits(read(l, seen)));
    votes.forEach(logSoftmaxRows);
    return votes;
  }

  const classifier: Classifier = {
    readouts: voteReadouts('log-probability', layers.length, 1, rule.hearing),
    classify: (images, answers) => countVotes(votesOf(images), answers, rule.hearing),
    scores(images, _principal, out) {
      kernels.fill(out, 0);
      votesOf(images).forEach((vote, l) => {
        if (isHeard(l, layers.length, rule.hearing)) kernels.addScaled(vote, 1, out);
      });
    },
    outside: Object.assign({}, ...heads.map((head, l) => head.outside(`layer/${l + 1}/head`))),
  };

  follow(
    lesson,
    options.epochs,
    batches,
    (drawn, anneal) => step(drawn, options.rate * anneal),
    progress => lesson.epoch({ ...progress, classifier }),
  );
  return classifier;
}
