/** @file The figures of a fit, in the order of the page. */
import { courses } from './courses.ts';
import { devices } from './devices.ts';
import type { FitFigure } from './fit-figure.ts';
import { residuals } from './residuals.ts';
import { steps } from './steps.ts';

export const fitFigures: readonly FitFigure[] = [courses, steps, residuals, devices];
