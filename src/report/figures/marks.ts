/**
 * @file A learner's sign in running text and tables: the colour and shape it has in the figures.
 */
import { type Markup, raw } from '../html.ts';
import type { Learner } from '../study.ts';
import { colourOf, shapeOf, themed } from './colours.ts';

const paths: Readonly<Record<string, string>> = {
  circle: 'M6 1.8A4.2 4.2 0 1 1 5.99 1.8Z',
  square: 'M2.2 2.2H9.8V9.8H2.2Z',
  diamond: 'M6 .8L10.6 6L6 11.2L1.4 6Z',
  'triangle-up': 'M6 1.6L10.8 10.2H1.2Z',
  'triangle-down': 'M6 10.4L1.2 1.8H10.8Z',
  'triangle-right': 'M10.4 6L1.8 10.8V1.2Z',
  'triangle-left': 'M1.6 6L10.2 1.2V10.8Z',
  cross: 'M4.3 1.4H7.7V4.3H10.6V7.7H7.7V10.6H4.3V7.7H1.4V4.3H4.3Z',
};

/** The sign, as high as a small letter. */
export const mark = (learner: Learner): Markup =>
  raw(
    themed(
      `<svg class="mark" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path d="${paths[shapeOf(learner)]}" fill="${colourOf(learner)}"/></svg>`,
    ),
  );
