/** @file The step against the weight, up and down, and where both are alike. */
import { ink } from '../figures/colours.ts';
import { directionColour } from '../figures/directions.ts';
import { fitted, look } from '../figures/vega.ts';
import { significant } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';

export const stepSize: CellFigure = {
  name: 'step-size',
  panel({ pulses: sheet }) {
    if (!sheet) return undefined;
    const { isLowered, stepsAt, downStep, steps, symmetryPoint, devices } = sheet;
    const rows = steps.flatMap(({ weight, up, down }) => [
      ...(isLowered ? [] : [{ direction: 'up', weight, change: up.nominal, low: up.low, high: up.high }]),
      { direction: 'down', weight, change: -down.nominal, low: -down.high, high: -down.low },
    ]);
    const number = (x: number) => (Math.abs(x) < 1e-6 ? '0' : x < 0 ? `−${significant(-x)}` : significant(x));
    return {
      title: isLowered
        ? `A pulse takes ${number(downStep)} from a cell at ${number(stepsAt)}, where a reset leads`
        : symmetryPoint
          ? `Up and down pulses are alike at weight ${number(symmetryPoint.nominal)}`
          : 'Nowhere in the range are up and down pulses alike',
      caption:
        `Size of the mean change by one pulse against the weight it starts from: the nominal cell (lines), and the middle 80 % of ${devices} cells (bands). ` +
        (symmetryPoint
          ? `Dashed: the symmetry point, where pulses up and down in turn lead; the middle 80 % of the cells have theirs between ${number(symmetryPoint.low)} and ${number(symmetryPoint.high)}.`
          : isLowered
            ? 'Pulses go down only.'
            : 'Pulses up and down in turn lead to one end.'),
      numbers: rows,
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const color = isLowered ? { ...directionColour, legend: null } : directionColour;
          const x = {
            field: 'weight',
            type: 'quantitative',
            scale: { nice: false },
            axis: { title: 'weight, in units of its range', tickCount: 6 },
          };
          const y = (field: string) => ({
            field,
            type: 'quantitative',
            axis: {
              title: 'size of a step, in units of the range',
              tickCount: 5,
              format: '~g',
              minExtent: 44,
              maxExtent: 44,
            },
          });
          const point = symmetryPoint
            ? [
                {
                  data: { values: [{ weight: symmetryPoint.nominal }] },
                  mark: { type: 'rule', color: ink, strokeDash: [4, 3], aria: false },
                  encoding: { x },
                },
              ]
            : [];
          return {
            ...look(frame),
            ...fitted(frame.width),
            height: frame.narrow ? 220 : 280,
            layer: [
              {
                data: { values: rows },
                mark: { type: 'area', opacity: 0.18, aria: false },
                encoding: { x, y: y('low'), y2: { field: 'high' }, color },
              },
              {
                data: { values: rows },
                mark: { type: 'line', strokeWidth: 2, aria: false },
                encoding: { x, y: y('change'), color },
              },
              ...point,
            ],
          };
        },
      },
    };
  },
};
