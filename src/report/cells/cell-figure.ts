/** @file What a figure of a cell is: drawn from the data sheet, or not there where the cell says nothing of the kind. */
import type { CellSheet } from '../../scenarios/cell-sheet.ts';
import type { Panel } from '../figures/figure.ts';

export interface CellFigure {
  readonly name: string;
  panel(sheet: CellSheet): Panel | undefined;
}
