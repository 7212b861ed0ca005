/** @file The learners and data sets that there are. */
import { dataSets } from '../data/index.ts';
import { learners } from '../learners/index.ts';
import type { Known } from './schema.ts';

export function known(): Known {
  const sizes = dataSets().map(({ name, found, problem }) => {
    if (found === undefined) return [name, { problem: problem ?? 'not found' }] as const;
    const { training, test, inputs, classes } = found;
    return [name, { training, test, inputs, classes }] as const;
  });
  return { learners, dataSets: Object.fromEntries(sizes) };
}
