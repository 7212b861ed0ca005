/**
 * @file Colours and shapes. Learners are told apart by both, in the order of the scenario: Okabe & Ito's palette, made for
 * colour-blind readers. Figures are written with the colours for paper; in the page each becomes a variable with a second
 * value for dark screens.
 * @see Okabe & Ito 2008, "Color Universal Design"; without yellow, which is lost on white
 */
import type { Learner } from '../study.ts';

/** A colour on paper and on a dark screen, and the name of its variable. */
interface Colour {
  readonly name: string;
  readonly light: string;
  readonly dark: string;
}

const series: readonly Colour[] = [
  { name: 'vermilion', light: '#d55e00', dark: '#f3782a' },
  { name: 'blue', light: '#0072b2', dark: '#4aa3e0' },
  { name: 'green', light: '#009e73', dark: '#25bd92' },
  { name: 'purple', light: '#cc79a7', dark: '#dd94bd' },
  { name: 'orange', light: '#e69f00', dark: '#f0b429' },
  { name: 'sky', light: '#56b4e9', dark: '#8bd0f7' },
  { name: 'black', light: '#000001', dark: '#f4f4f5' },
];

/** The control is grey: it is a yardstick, not a competitor. */
const control: Colour = { name: 'grey', light: '#7a7f87', dark: '#9aa0a8' };

/** Lines and letters of figures. */
export const ink = '#24272c';
export const faint = '#666c75';
export const rule = '#dcdee2';
const roles: readonly Colour[] = [
  { name: 'ink', light: ink, dark: '#e4e2dd' },
  { name: 'faint', light: faint, dark: '#a3a8b0' },
  { name: 'rule', light: rule, dark: '#363b43' },
];

const shapes = [
  'circle',
  'square',
  'diamond',
  'triangle-up',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];

/** Colour of a learner's marks, for paper. */
export const colourOf = (learner: Learner): string =>
  learner.role === 'control' ? control.light : series[learner.index % series.length]!.light;

/** Vega's name of a learner's shape. */
export const shapeOf = (learner: Learner): string =>
  learner.role === 'control'
    ? 'cross'
    : shapes[(learner.index + Math.floor(learner.index / series.length)) % shapes.length]!;

/** Colours for lines that stand for nothing but themselves. */
export const anyColours: readonly string[] = series.map(colour => colour.light);

/** Shapes likewise. */
export const anyShapes: readonly string[] = shapes;

const all = [...roles, ...series, control];

/** "--ink: #24272c; …" for a style sheet. */
export const variables = (screen: 'light' | 'dark'): string =>
  all.map(colour => `--${colour.name}: ${colour[screen]};`).join(' ');

/** A drawing whose colours follow the page: `#24272c` becomes `var(--ink)`. */
export const themed = (svg: string): string =>
  all.reduce((text, colour) => text.replaceAll(`"${colour.light}"`, `"var(--${colour.name})"`), svg);
