/**
 * @file Numbers of a paper that a scenario stands beside: no part of what is asked of a trial, only of what the report shows.
 */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../description.ts';

export const PaperNumber = strict(
  {
    errorPercent: Type.Number({ minimum: 0, maximum: 100, description: 'test error in the paper, percent' }),
    where: Type.String({ minLength: 1, description: 'paper and place: section, table' }),
    note: Type.Optional(Type.String({ description: 'what was done there: size, epochs, other conditions' })),
    learner: Type.Optional(
      Type.String({
        description: "entry that it is about, as tables call it (default: the scenario's first)",
      }),
    ),
    readout: Type.Optional(
      Type.String({
        description: 'beginning of the name of the readout that it is about (default: the principal one)',
      }),
    ),
    setting: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'varied path → value in words: the setting that it is about (default: every one)',
      }),
    ),
    set: Type.Optional(
      Type.String({
        description: 'data set that it is about: not shown beside errors on another',
        default: 'mnist',
      }),
    ),
  },
  { description: 'a number of a paper' },
);
export type PaperNumber = Static<typeof PaperNumber>;
