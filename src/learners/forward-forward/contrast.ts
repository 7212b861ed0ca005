/**
 * @file The trainer of Forward-Forward without labels. A step: real images (positive), data that only look real (negative), and every layer
 * changes its own weights by what it measured in the two passes. Softmaxes on the activities learn beside, from the positive pass; no layer
 * knows of them.
 */
import type { Pass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow, type Progress } from '../parts/course.ts';
import type { TrainingOptions } from '../parts/options.ts';
import type { Plastic } from '../parts/plastic.ts';
import { localRule } from './layer.ts';
import type { LayerHeads } from './layer-heads.ts';
import { peers } from './peers.ts';

export interface ContrastOptions extends TrainingOptions {
  readonly headRate: number;
  /** θ, goodness per unit */
  readonly threshold: number;
  /** λ of peer normalisation */
  readonly peerStrength: number;
}

/** What tells the members of the family apart. */
export interface Contrast {
  /** the plastic crossbars, with the optimiser of the learner */
  readonly layers: readonly Plastic[];
  /** softness of the loss of a layer, in units of goodness */
  temperatureOf(units: number): number;
  readonly heads: LayerHeads;
  /**
   * Makes negative data, pixels in [0, 1].
   * @param seen what the chip made of the images @param before what it made of the last negative data
   * @param out [batch, inputs], and as it was left by the last call
   * @param anneal share of the learning rate that this step has
   */
  negatives(images: Matrix, seen: Pass, before: Pass, out: Matrix, anneal: number): void;
  /** epochs in which only the softmaxes learn, when the layers have ended */
  readonly refit: number;
}

export function trainContrast(lesson: Lesson<Access, ContrastOptions>, member: Contrast): Classifier {
  const { chip, engine, options } = lesson;
  const { layers, heads } = member;
  const { batch } = options;
  const rules = chip.layers.map(({ units }) => {
    const rule = { loss: 'threshold', goodness: 'squares', blocks: 1, sign: 1 } as const;
    const scales = { threshold: options.threshold * units, temperature: member.temperatureOf(units) };
    return localRule(units, batch, { ...rule, ...scales }, engine);
  });
  const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
  const [positive, negative] = [chip.newInnerPass(batch), chip.newInnerPass(batch)];
  const made = engine.matrix(batch, chip.inputs);

  function learnLayer(l: number): number {
    const rule = rules[l]!;
    rule.measure(positive.outputs[l]!, negative.outputs[l]!);
    const loss = rule.judge();
    const common = circles[l]!.push(positive.outputs[l]!, -1 / batch);
    const terms = [
      { pass: positive, delta: rule.positiveDelta, common },
      { pass: negative, delta: rule.negativeDelta },
    ];
    layers[l]!.collect(terms);
    return loss;
  }

  /** The softmaxes learn, the layers only answer. @returns cross-entropy of the principal one, nats */
  function learnToRead({ images, labels, taught }: Batch, anneal: number): number {
    send(images, positive);
    return heads.learn(positive, labels, options.headRate * anneal, taught);
  }

  function step(drawn: Batch, anneal: number): number {
    learnToRead(drawn, anneal);
    member.negatives(drawn.images, positive, negative, made, anneal);
    send(made, negative);
    let loss = 0;
    // the first layer's images are held no more for the positive pass; its product is made from what drove the rows
    for (let l = 0; l < layers.length; l++) loss += learnLayer(l) / layers.length;
    for (const layer of layers) layer.step(options.rate * anneal);
    return loss;
  }

  function send(images: Matrix, pass: Pass): void {
    chip.hold(images);
    chip.send({ kind: 'off' }, pass);
  }

  const { classifier } = heads;
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  const tell = (progress: Progress) => lesson.epoch({ ...progress, classifier });
  if (member.refit === 0) follow(lesson, options.epochs, batches, step, tell);
  else followThenFit();
  return classifier;

  /** A course for the layers, then one for the softmaxes alone; in later life all learn again. */
  function followThenFit(): void {
    const epochs = options.epochs + member.refit;
    const { later: _ofAll, ...inYouth } = lesson;
    follow(inYouth, options.epochs, batches, step, progress => tell({ ...progress, epochs }));
    let left = member.refit * batches.perEpoch;
    engine.keep(
      () => left,
      kept => {
        left = kept;
      },
    );
    follow(
      lesson,
      member.refit,
      batches,
      (drawn, anneal) => (left-- > 0 ? learnToRead : step)(drawn, anneal),
      progress => tell({ ...progress, epoch: options.epochs + progress.epoch, epochs }),
    );
  }
}
