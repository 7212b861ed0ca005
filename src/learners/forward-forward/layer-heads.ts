/**
 * @file Softmaxes on what hidden layers make of an image without a label: one for each set of layers, on their normalised activities side
 * by side. All of them read one pass.
 */
import type { MeasuredView, Pass } from '../../chips/access.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Classifier, Lesson, Readout } from '../learner.ts';
import type { TaughtBatch } from '../parts/batches.ts';
import type { OptimiserKind } from '../parts/optimiser.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { largestOfRows, softmaxHead } from '../parts/softmax-head.ts';
import { headFeatures, upperLayers } from './classifier.ts';

/** What one softmax reads. */
export interface Audience {
  /** layers, from 0 */
  readonly layers: readonly number[];
  readonly readout: Readout;
}

export interface LayerHeads {
  readonly classifier: Classifier;
  /** One step of every softmax on a pass without labels. @returns mean cross-entropy of the first, nats */
  learn(pass: Pass, labels: Uint8Array, rate: number, taught?: TaughtBatch): number;
}

/** The layers ≥ 2 together, or the only one. */
export const upperTogether = (chip: MeasuredView): Audience => ({
  layers: upperLayers(chip),
  readout: { name: 'softmax, one pass', role: 'principal', passes: 1 },
});

/** All layers, and each alone where there are several. */
export function allTogetherEach({ layers }: MeasuredView): Audience[] {
  const all = layers.map((_, l) => l);
  const alone = layers.length > 1 ? all : [];
  return [
    { layers: all, readout: { name: 'softmax, all layers', role: 'principal', passes: 1 } },
    ...alone.map(one),
  ];
}

const one = (layer: number): Audience => ({
  layers: [layer],
  readout: { name: `softmax, layer ${layer + 1} alone`, role: 'single layer', passes: 1 },
});

/** The last three layers but never the first of several; all; and each alone: those of them that differ. */
export function lastThreeAllEach(chip: MeasuredView): Audience[] {
  const all = chip.layers.map((_, l) => l);
  const last = all.slice(Math.max(all.length > 1 ? 1 : 0, all.length - 3));
  const audiences: Audience[] = [
    { layers: last, readout: { name: `softmax, ${nameOf(last)}`, role: 'principal', passes: 1 } },
    { layers: all, readout: { name: 'softmax, all layers', role: 'all layers', passes: 1 } },
    ...all.map(one),
  ];
  return audiences.filter(
    ({ layers }, k) => audiences.findIndex(other => String(other.layers) === String(layers)) === k,
  );
}

const nameOf = (last: readonly number[]): string =>
  last.length === 1 ? `layer ${last[0]! + 1}` : `layers ${last[0]! + 1} to ${last.at(-1)! + 1}`;

/** @param batch most samples of a pass that is learnt from @param audiences the first is the principal one */
export function layerHeads(
  {
    chip,
    engine,
    digital,
    start,
  }: Pick<Lesson<'measured', unknown>, 'chip' | 'engine' | 'digital' | 'start'>,
  batch: number,
  audiences: readonly Audience[],
  optimiser?: OptimiserKind,
): LayerHeads {
  const most = Math.max(batch, evaluationBatch);
  const heads = audiences.map(({ layers, readout }, k) => {
    const features = headFeatures(chip, most, engine, layers);
    const head = softmaxHead(features.columns, chip.classes, most, engine, digital, optimiser);
    const name = k === 0 ? 'head' : readout.name;
    head.restore(name, start?.outside);
    return { features, head, name };
  });
  const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));

  function passed(images: Matrix): Pass {
    const pass = passOf(images.rows);
    chip.hold(images);
    chip.send({ kind: 'off' }, pass);
    return pass;
  }

  return {
    learn(pass, labels, rate, taught) {
      const losses = heads.map(({ head, features }) =>
        head.learn(features.read(pass), labels, rate, undefined, taught),
      );
      return losses[0]!;
    },
    classifier: {
      readouts: audiences.map(({ readout }) => readout),
      classify(images, answers) {
        const pass = passed(images);
        heads.forEach(({ head, features }, k) => {
          largestOfRows(head.logits(features.read(pass)), answers[k]!);
        });
      },
      scores(images, readout, out) {
        const { head, features } = heads[readout]!;
        out.data.set(head.logits(features.read(passed(images))).data);
      },
      outside: Object.assign({}, ...heads.map(({ head, name }) => head.outside(name))),
    },
  };
}
