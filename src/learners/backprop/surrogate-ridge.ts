/**
 * @file Physics-aware training with a linear twin of every box: a ridge regression from what went into it to what came out. Refreshed,
 * it is fitted again after every epoch, from that epoch's own passes.
 */
import { ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { ridge } from '../parts/ridge.ts';
import { passesOf, type Twin, trainWithTwins, twinOption } from './physics-aware.ts';

/** @param count told the multiply-adds */
function ridgeTwin(
  units: number,
  batch: number,
  penalty: number,
  engine: Engine,
  count: (multiplyAdds: number) => void,
): Twin {
  const fit = ridge(units, batch, penalty, engine);
  const observe: Twin['observe'] = (x, z) => {
    fit.observe(x, z);
    count(2 * x.data.length * units);
  };
  return {
    observe,
    fit: () => fit.fit(),
    refresh: observe,
    endEpoch: () => fit.fit(),
    pullBack(_x, d, out) {
      engine.gemm.multiply(d, fit.slope, out);
      count(d.data.length * units);
    },
  };
}

export const surrogateRidge = defineLearner({
  name: 'surrogate-ridge',
  summary: 'forward on the chip, backward through a linear twin of every box, learned from its own passes',
  source: 'Wright et al. 2022, Nature 601:549 (physics-aware training); a ridge regression as the twin',
  access: 'measured',
  memory: "all layers' activities, a copy of all weights, a matrix for every box",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    twin: twinOption,
    penalty: ratio('λ of the ridge, as a share of the mean variance', { exclusiveMinimum: 0, default: 0.01 }),
  }),
  passes: passesOf,
  needs: () => ({ labels: 'none', dense: true }),
  train: lesson =>
    trainWithTwins(lesson, units =>
      ridgeTwin(units, lesson.options.batch, lesson.options.penalty, lesson.engine, lesson.digital),
    ),
});
