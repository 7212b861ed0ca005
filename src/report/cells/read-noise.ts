/** @file How far reads of one cell are apart, by its conductance and its age. */
import { anyColours } from '../figures/colours.ts';
import { fitted, look } from '../figures/vega.ts';
import { commonScale, quantityIn, space } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';
import { aimChannel } from './conductance-axis.ts';

const agesInWords: Readonly<Record<number, string>> = {
  0: 'first read',
  3600: '1 hour later',
  86400: '1 day later',
  31536000: '1 year later',
};

/** Lines that are closer to each other, as a share of the largest noise, are one. */
const leastChange = 0.02;

export const readNoise: CellFigure = {
  name: 'read-noise',
  panel({ noise: rows, cell }) {
    if (!rows) return undefined;
    const aims = aimChannel(cell);
    const conductances = rows.filter(({ age }) => age === 0).length;
    const scale = commonScale([Math.max(...rows.map(({ sigma }) => sigma))], 'S');
    const most = (age: number) => Math.max(...rows.filter(row => row.age === age).map(({ sigma }) => sigma));
    const said = (sigma: number) => quantityIn(Number(sigma.toPrecision(3)), 'S');
    const changes = rows.map(({ sigma }, i) => Math.abs(sigma - rows[i % conductances]!.sigma));
    const isTimed = Math.max(...changes) > leastChange * most(0);
    const shown = isTimed ? rows : rows.filter(({ age }) => age === 0);
    const values = shown.map(({ age, aim, sigma }) => ({
      age: agesInWords[age]!,
      aim: aims.shown(aim),
      sigma: sigma / scale.factor,
    }));
    return {
      title: isTimed
        ? `Reads have a noise of up to ${said(most(0))}, a year later of up to ${said(most(rows.at(-1)!.age))}`
        : `Reads have a noise of up to ${said(most(0))}`,
      caption: [
        'One standard deviation σ of a single read of one cell, by the conductance it was programmed to',
        isTimed ? ' and the time since the first read' : '',
        isTimed && cell.drift ? '; a cell that has drifted is read where it is by then' : '',
        !isTimed && changes.length > conductances
          ? `; a year changes it by less than ${100 * leastChange}${space}% of the largest`
          : '',
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
              legend: isTimed ? { columns: frame.narrow ? 2 : 4 } : null,
            },
          },
        }),
      },
    };
  },
};
