/** @file The figures of a cell, in the order of the page. To add one: its file, and its line here; it returns nothing for cells without it. */
import type { CellFigure } from './cell-figure.ts';
import { drift } from './drift.ts';
import { endurance } from './endurance.ts';
import { programmingError } from './programming-error.ts';
import { pulseResponse } from './pulse-response.ts';
import { readNoise } from './read-noise.ts';
import { stepSize } from './step-size.ts';

export const cellFigures: readonly CellFigure[] = [
  pulseResponse,
  stepSize,
  programmingError,
  drift,
  readNoise,
  endurance,
];
