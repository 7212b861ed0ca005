/** @file What a figure of a fit is given: the fit and its numbers, conductances in one scale. */
import type { Fit } from '../../fit/fit.ts';
import type { FitWords } from '../../fit/words.ts';
import type { Panel } from '../figures/figure.ts';
import type { Scale } from '../numbers.ts';

export interface FitShown {
  readonly fit: Fit;
  readonly words: FitWords;
  readonly scale: Scale;
}

export interface FitFigure {
  readonly name: string;
  /** undefined where there is nothing to draw */
  panel(shown: FitShown): Panel | undefined;
}

/** A conductance in units of the fit, in those of the figure. */
export const shownAt = ({ fit, scale }: FitShown, x: number): number =>
  (fit.measured.least + fit.measured.width * x) / scale.factor;

/** A difference of conductances likewise. */
export const stepShown = ({ fit, scale }: FitShown, x: number): number =>
  (fit.measured.width * x) / scale.factor;
