/** @file How far from its aim a conductance lands, by the conductance aimed at. */
import { anyColours } from '../figures/colours.ts';
import { fitted, look } from '../figures/vega.ts';
import { commonScale, quantityIn } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';
import { aimChannel } from './conductance-axis.ts';

export const programmingError: CellFigure = {
  name: 'programming-error',
  panel({ programming: rows, cell }) {
    if (!rows) return undefined;
    const sigmas = rows.map(({ sigma }) => sigma);
    const [least, most] = [Math.min(...sigmas), Math.max(...sigmas)];
    const scale = commonScale([most], 'S');
    const aims = aimChannel(cell);
    const said = (sigma: number) => quantityIn(Number(sigma.toPrecision(3)), 'S');
    const values = rows.map(({ aim, sigma }) => ({ aim: aims.shown(aim), sigma: sigma / scale.factor }));
    return {
      title:
        least < most
          ? `Cells land up to σ = ${said(most)} from their aim`
          : `Cells land σ = ${said(most)} from their aim, whatever it is`,
      caption: [
        'One standard deviation σ of a programmed conductance, by the conductance aimed at; errors are drawn from a normal distribution, and what would be negative is 0.',
        ...(cell.source ? [`Source: ${cell.source}.`] : []),
      ].join(' '),
      numbers: rows.map(({ aim, sigma }) => ({ 'aim (S)': aim, 'sigma (S)': sigma })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => ({
          ...look(frame),
          ...fitted(frame.width),
          height: frame.narrow ? 200 : 240,
          data: { values },
          mark: { type: 'line', color: anyColours[1], strokeWidth: 2.2, aria: false },
          encoding: {
            x: aims.channel,
            y: {
              field: 'sigma',
              type: 'quantitative',
              scale: { zero: true },
              axis: { title: `σ of programming, ${scale.unit}`, tickCount: 5 },
            },
          },
        }),
      },
    };
  },
};
