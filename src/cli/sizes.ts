/** @file What estimates of time and memory have to know of learners and data sets. */
import type { Sizes } from '../lab/estimate.ts';
import type { Known } from '../scenarios/schema.ts';

export const sizesFor = ({ learners, dataSets }: Known): Sizes => ({
  inputs(set) {
    const found = dataSets[set];
    return found !== undefined && 'inputs' in found ? found.inputs : 784;
  },
  passes: ({ learner, options }) => learners[learner]?.passes(options as never).training ?? 1,
});
