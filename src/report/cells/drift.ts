/** @file What time makes of a low, a middle and a high conductance: the nominal cell, and how far cells are apart. */
import { anyColours } from '../figures/colours.ts';
import { fitted, look } from '../figures/vega.ts';
import { commonScale, counted, percent, quantityIn } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';

const day = 86_400;
const ticks = [
  [1, '1 s'],
  [60, '1 min'],
  [3600, '1 h'],
  [day, '1 day'],
  [30 * day, '30 days'],
  [365 * day, '1 year'],
] as const;

export const drift: CellFigure = {
  name: 'drift',
  panel({ drift: sheet, cell }) {
    if (!sheet) return undefined;
    const scale = commonScale([cell.maximumConductance], 'S');
    const aims = [...new Set(sheet.rows.map(({ aim }) => aim))];
    const named = (aim: number) => `aimed at ${quantityIn(Number(aim.toPrecision(3)), 'S')}`;
    const values = sheet.rows
      .filter(({ age }) => age > 0)
      .map(({ aim, age, nominal, low, high }) => ({
        aim: named(aim),
        age,
        nominal: nominal / scale.factor,
        low: low / scale.factor,
        high: high / scale.factor,
      }));
    const middle = sheet.rows.filter(({ aim }) => aim === aims[1]);
    const change = (100 * middle.at(-1)!.nominal) / middle[0]!.nominal - 100;
    return {
      title:
        Math.abs(change) < 0.05
          ? 'In a year cells move apart, and their mean stays'
          : `In a year a cell at ${quantityIn(Number(aims[1]!.toPrecision(3)), 'S')} ${change < 0 ? 'loses' : 'gains'} ${percent(Math.abs(change))}`,
      caption:
        `Conductance against the time since the first read, on a logarithmic axis. Lines: the formula, for a cell that landed where it was aimed at and does as the mean of cells do. Bands: the middle 80 % of ${counted(sheet.devices)} cells that were programmed, error and all, and left alone.` +
        (cell.drift?.kind === 'retention'
          ? ` Nothing was measured beyond ${span(cell.drift.points.at(-1)!.age)}, and nothing changes there.`
          : ''),
      numbers: sheet.rows.map(({ aim, age, nominal, low, high }) => ({
        'aim (S)': aim,
        'age (s)': age,
        'formula (S)': nominal,
        '10 % (S)': low,
        '90 % (S)': high,
      })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const shown = ticks.filter((_, k) => !frame.narrow || k % 2 === 1);
          const x = {
            field: 'age',
            type: 'quantitative',
            scale: { type: 'log', nice: false },
            axis: {
              title: 'time since the first read',
              values: shown.map(([age]) => age),
              labelExpr: `{${shown.map(([age, label]) => `'${age}': '${label}'`).join(', ')}}[datum.value]`,
            },
          };
          const y = (field: string) => ({
            field,
            type: 'quantitative',
            axis: { title: `conductance, ${scale.unit}`, tickCount: 6 },
          });
          const color = {
            field: 'aim',
            type: 'nominal',
            sort: null,
            scale: { range: [anyColours[2]!, anyColours[0]!, anyColours[1]!] },
          };
          return {
            ...look(frame),
            ...fitted(frame.width),
            height: frame.narrow ? 240 : 320,
            data: { values },
            layer: [
              {
                mark: { type: 'area', opacity: 0.2, aria: false },
                encoding: { x, y: y('low'), y2: { field: 'high' }, color },
              },
              {
                mark: { type: 'line', strokeWidth: 2, aria: false },
                encoding: { x, y: y('nominal'), color },
              },
            ],
          };
        },
      },
    };
  },
};

/** "5 days", "20 min": a round time as it was measured. */
function span(seconds: number): string {
  if (seconds >= day) return `${Number((seconds / day).toPrecision(3))} days`;
  return seconds >= 3600 ? `${Number((seconds / 3600).toPrecision(3))} hours` : `${seconds} s`;
}
