/** @file How far reads of one cell are apart, by its conductance and its age. */
import { anyColours } from '../figures/colours.ts';
import { fitted, look } from '../figures/vega.ts';
import { commonScale, quantityIn } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';
import { aimChannel } from './conductance-axis.ts';

const agesInWords: Readonly<Record<number, string>> = {
  0: 'first read',
  3600: '1 hour later',
  86400: '1 day later',
  31536000: '1 year later',
};

export const readNoise: CellFigure = {
  name: 'read-noise',
  panel({ noise: rows, cell }) {
    if (!rows) return undefined;
    const aims = aimChannel(cell);
    const scale = commonScale([Math.max(...rows.map(({ sigma }) => sigma))], 'S');
    const ages = [...new Set(rows.map(({ age }) => age))];
    const values = rows.map(({ age, aim, sigma }) => ({
      age: agesInWords[age]!,
      aim: aims.shown(aim),
      sigma: sigma / scale.factor,
    }));
    const most = (age: number) =>
      quantityIn(
        Number(Math.max(...rows.filter(row => row.age === age).map(({ sigma }) => sigma)).toPrecision(3)),
        'S',
      );
    return {
      title:
        ages.length > 1
          ? `Reads are up to ${most(0)} apart, a year later up to ${most(ages.at(-1)!)}`
          : `Reads are up to ${most(0)} apart`,
      caption: [
        'One standard deviation σ of a single read of one cell, by the conductance it was programmed to',
        ages.length > 1 ? ' and the time since the first read' : '',
        cell.drift ? '; a cell that has drifted is read where it is by then' : '',
        cell.readNoise > 0 ? '. The noise that is alike for all conductances is included' : '',
        '.',
      ].join(''),
      numbers: rows.map(({ age, aim, sigma }) => ({ 'age (s)': age, 'aim (S)': aim, 'sigma (S)': sigma })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => ({
          ...look(frame),
          ...fitted(frame.width),
          height: frame.narrow ? 200 : 240,
          data: { values },
          mark: { type: 'line', strokeWidth: 2, aria: false },
          encoding: {
            x: aims.channel,
            y: {
              field: 'sigma',
              type: 'quantitative',
              scale: { zero: true },
              axis: { title: `σ of a read, ${scale.unit}`, tickCount: 5 },
            },
            color: {
              field: 'age',
              type: 'nominal',
              sort: null,
              scale: { range: [anyColours[1]!, anyColours[5]!, anyColours[4]!, anyColours[0]!] },
              ...(ages.length === 1 && { legend: null }),
            },
          },
        }),
      },
    };
  },
};
