/**
 * @file Where the energy goes: a bar for each learner, by term, of the whole training and of one answer, with the error beside it. Bars stand on
 * a linear axis from zero, as parts of a sum must; who pays a hundredth of another is read from the number at its end.
 */
import { type EnergyTerm, energyTerms } from '../../chips/energy.ts';
import { billed, billOf, type Occasion, paidTerms, termNames, totalOf } from '../bill.ts';
import { commonScale, percent, quantityIn } from '../numbers.ts';
import { type Cell, quoted, type Study } from '../study.ts';
import { anyColours, faint, ink, rule } from './colours.ts';
import { bySetting, chipsBehind, detailedWords } from './encodings.ts';
import type { Figure, Frame, Panel, Specification } from './figure.ts';
import { look } from './vega.ts';

const [vermilion, blue, green, purple, orange, sky, black] = anyColours;
const colours: Readonly<Record<EnergyTerm, string>> = {
  cells: vermilion!,
  wires: orange!,
  lines: ink,
  drivers: purple!,
  dac: green!,
  adc: blue!,
  measuring: sky!,
  goodness: '#332288',
  squarers: '#8c510a',
  generators: '#aa4499',
  digital: '#7a7f87',
  memory: rule,
  writing: black!,
};

export const energyOfTraining: Figure = {
  name: 'energy-training',
  panel: study => panel(study, 'training'),
};

export const energyOfAnswer: Figure = {
  name: 'energy-answer',
  panel: study => panel(study, 'answer'),
};

/** Clipped, for Vega overestimates their width and would move panels apart. */
const sums = { type: 'text', clip: true, align: 'left', dx: 5, color: faint };

function panel(study: Study, occasion: Occasion): Panel | undefined {
  const cells = billed(study);
  if (cells.length === 0) return undefined;
  return {
    title: title(cells, occasion),
    caption: [
      occasion === 'training'
        ? 'Joules of the whole training, by what they go into.'
        : 'Joules of one image answered by the principal readout, by what they go into.',
      `Means over ${chipsBehind(study)}. At the end of each bar its sum and, in brackets, the test error.`,
      'Where each term comes from stands under the table of costs.',
      ...detailedWords(study),
    ].join(' '),
    numbers: cells.map(cell => ({
      learner: cell.learner.name,
      setting: cell.setting.label,
      error_percent: cell.error?.mean ?? null,
      ...Object.fromEntries(energyTerms.map(term => [`${term}_J`, billOf(cell, occasion)[term]] as const)),
      total_J: totalOf(billOf(cell, occasion)),
    })),
    drawing: { kind: 'vega-lite', specification: specify(study, cells, occasion) },
  };
}

/** "A training costs between 17 µJ (`readout-only`) and 1.2 mJ (`ff`), most of it for digital multiply-adds" */
function title(cells: readonly Cell[], occasion: Occasion): string {
  const bills = cells.map(cell => ({ cell, bill: billOf(cell, occasion) }));
  const sorted = bills.toSorted((a, b) => totalOf(a.bill) - totalOf(b.bill));
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const told = ({ cell, bill }: (typeof bills)[number]) =>
    `${quantityIn(Number(totalOf(bill).toPrecision(2)), 'J')} (${quoted(cell.learner)})`;
  const largest = ({ bill }: (typeof bills)[number]) =>
    energyTerms.reduce((best, term) => (bill[term] > bill[best] ? term : best));
  const what = occasion === 'training' ? 'Training' : 'An answer';
  const first = largest(most);
  const where = bills.every(each => largest(each) === first)
    ? `, most of it for ${termNames[first]} throughout`
    : `, there most for ${termNames[first]}`;
  return least === most
    ? `${what} costs ${told(least)}, most for ${termNames[first]}`
    : `${what} costs from ${told(least)} to ${told(most)}${where}`;
}

const specify =
  (study: Study, cells: readonly Cell[], occasion: Occasion) =>
  (frame: Frame): Specification => {
    const terms = paidTerms(study);
    const letters = Math.max(...cells.map(cell => cell.learner.name.length));
    const names = 12 + 6.2 * letters; // pixels
    const left = 14 + (frame.narrow ? 8.4 : 9.2) * letters; // by Vega's estimate
    const most = Math.max(...cells.map(cell => totalOf(billOf(cell, occasion))));
    const scale = commonScale([most], 'J');
    const parts = cells.flatMap(cell => {
      const bill = billOf(cell, occasion);
      return terms.map((term, order) => ({
        part: 'term',
        learner: cell.learner.name,
        setting: cell.setting.label,
        term: termNames[term],
        order,
        joules: bill[term] / scale.factor,
        text: `${cell.learner.name}, ${cell.setting.label}: ${quantityIn(Number(bill[term].toPrecision(3)), 'J')} for ${termNames[term]}`,
      }));
    });
    const ends = cells.map(cell => {
      const total = totalOf(billOf(cell, occasion));
      const error = cell.error ? ` (${percent(cell.error.mean)})` : '';
      return {
        part: 'end',
        learner: cell.learner.name,
        setting: cell.setting.label,
        joules: total / scale.factor,
        text: `${quantityIn(Number(total.toPrecision(3)), 'J')}${error}`,
      };
    });
    const y = {
      field: 'learner',
      type: 'nominal',
      sort: study.learners.map(each => each.name),
      axis: { title: null, labelLimit: 0, minExtent: names, maxExtent: names },
    };
    const x = {
      field: 'joules',
      type: 'quantitative',
      scale: { domain: [0, (most / scale.factor) * (frame.narrow ? 2 : 1.5)], nice: false },
      axis: { title: `energy, ${scale.unit}`, tickCount: 5 },
    };
    const drawn = {
      layer: [
        {
          transform: [{ filter: "datum.part === 'term'" }],
          mark: { type: 'bar', height: { band: 0.68 } },
          encoding: {
            y,
            x: { ...x, stack: 'zero' },
            order: { field: 'order' },
            color: {
              field: 'term',
              type: 'nominal',
              sort: null,
              scale: { domain: terms.map(term => termNames[term]), range: terms.map(term => colours[term]) },
              legend: { columns: frame.narrow ? 1 : 3 },
            },
            description: { field: 'text' },
          },
        },
        {
          transform: [{ filter: "datum.part === 'end'" }],
          mark: { ...sums, fontSize: frame.narrow ? 10 : 11 },
          encoding: { y, x, text: { field: 'text' } },
        },
      ],
    };
    const height = 24 * new Set(cells.map(cell => cell.learner)).size;
    const shown = study.detailed.filter(setting => cells.some(cell => cell.setting === setting));
    return {
      ...look(frame),
      data: { values: [...parts, ...ends] },
      ...bySetting({ settings: shown }, frame, drawn, height, left),
    };
  };
