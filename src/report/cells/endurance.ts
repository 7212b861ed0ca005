/** @file How many cells are alive after so many writes. */
import { anyColours, ink } from '../figures/colours.ts';
import { fitted, look } from '../figures/vega.ts';
import { counted, significant } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';

export const endurance: CellFigure = {
  name: 'endurance',
  panel({ endurance: rows, cell }) {
    if (!rows || !cell.endurance) return undefined;
    const { writes, spread, death } = cell.endurance;
    const values = rows.map(row => ({ writes: row.writes, alive: 100 * row.alive }));
    return {
      title: `Half of the cells are dead after ${counted(Math.round(writes))} writes`,
      caption:
        `Share of cells that still answer, against the writes that each has had, on a logarithmic axis; lifetimes are log-normally distributed, ` +
        `with a standard deviation of their natural logarithm of ${significant(spread)}. Dashed: the median. ` +
        (death === 'off'
          ? 'A dead cell stays at the smallest conductance.'
          : 'A dead cell stays at the conductance it has.'),
      numbers: rows.map(row => ({ writes: row.writes, alive: row.alive })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const x = {
            field: 'writes',
            type: 'quantitative',
            scale: { type: 'log', nice: false },
            axis: {
              title: 'writes of a cell',
              values: Array.from({ length: 16 }, (_, k) => 10 ** k),
              format: '~s',
            },
          };
          return {
            ...look(frame),
            ...fitted(frame.width),
            height: frame.narrow ? 200 : 240,
            layer: [
              {
                data: { values: [{ writes }] },
                mark: { type: 'rule', color: ink, strokeDash: [4, 3], aria: false },
                encoding: { x },
              },
              {
                data: { values },
                mark: {
                  type: 'line',
                  color: anyColours[1],
                  strokeWidth: 2.2,
                  aria: false,
                },
                encoding: {
                  x,
                  y: {
                    field: 'alive',
                    type: 'quantitative',
                    scale: { domain: [0, 100] },
                    axis: { title: 'cells alive, %', tickCount: 5 },
                  },
                },
              },
            ],
          };
        },
      },
    };
  },
};
