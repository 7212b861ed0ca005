/** @file The figures of a cell, in the order of the page. To add one: its file, and its line here; it returns nothing for cells without it. */
import type { CellFigure } from './cell-figure.ts';
import { pulseResponse } from './pulse-response.ts';
import { stepSize } from './step-size.ts';

export const cellFigures: readonly CellFigure[] = [pulseResponse, stepSize];
