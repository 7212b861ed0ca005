/**
 * @file What a figure of the report is: a title that states a finding, a caption that names method and number of chips, and
 * something to draw, once for a wide page and once for a narrow one.
 */
import type { Markup } from '../html.ts';
import type { Study } from '../study.ts';

/** A Vega-Lite specification; plain JSON that opens in Altair and in the Vega editor. */
export type Specification = Readonly<Record<string, unknown>>;

/** The room a drawing has. */
export interface Frame {
  readonly narrow: boolean;
  /** pixels for everything, axes included */
  readonly width: number;
}

export const wide: Frame = { narrow: false, width: 760 };
export const narrow: Frame = { narrow: true, width: 340 };

/** What there is to see. */
export type Drawing =
  | { readonly kind: 'vega-lite'; readonly specification: (frame: Frame) => Specification }
  /** own markup that scales by itself, or changes its form by style */
  | { readonly kind: 'markup'; readonly markup: Markup };

/** One line of the numbers behind a figure: column → value, null where there is none. */
export type Numbers = Readonly<Record<string, string | number | null>>;

/** A figure of one study. */
export interface Panel {
  /** a finding, or what is seen; names in backticks */
  readonly title: string;
  readonly caption: string;
  readonly drawing: Drawing;
  /** what is drawn, for readers who compute */
  readonly numbers?: readonly Numbers[];
}

/** A kind of figure. */
export interface Figure {
  /** name of its file, and of what a reader saves */
  readonly name: string;
  /** undefined where the results hold nothing to draw */
  panel(study: Study): Panel | undefined;
}
