/**
 * @file The page of one individual: what is in its cells, what its wires take, how its circuits answer, where the noise of its outputs comes from, and what
 * a pass costs; of a trained chip also what each flaw costs in errors.
 */
import { energyTerms } from '../chips/energy.ts';
import type { Ablation } from '../scenarios/ablation.ts';
import type { Anatomy, Staircase } from '../scenarios/anatomy.ts';
import { termNames } from './bill.ts';
import { document } from './document.ts';
import { drawCurrents } from './figures/cell-currents.ts';
import { drawCells, image } from './figures/cell-maps.ts';
import { drawCircuits } from './figures/circuits.ts';
import { anyColours, faint } from './figures/colours.ts';
import { type Frame, narrow, type Specification, wide } from './figures/figure.ts';
import { fitted, look, render } from './figures/vega.ts';
import { html, type Markup, raw } from './html.ts';
import { counted, listed, percent, plural, quantityIn, significant } from './numbers.ts';

/** @param called name of the chip, as asked for @param trained where its weights come from, if they were learned */
export async function anatomyPage(
  called: string,
  anatomy: Anatomy,
  trained?: { readonly file: string; readonly learner: string; readonly ablation: Ablation },
): Promise<string> {
  const { seed } = anatomy;
  const title = `${called}, chip ${seed}`;
  const figures = [
    ...(trained ? [costOfFlaws(trained.ablation)] : []),
    noise(anatomy),
    pass(anatomy),
    drawCells(anatomy),
    currents(anatomy),
    drop(anatomy),
    curves(anatomy),
    stairs(anatomy),
  ].filter(figure => figure !== undefined);
  const drawn: Markup[] = [];
  for (const [k, figure] of figures.entries()) drawn.push(await placed(figure, k + 1)); // in order: the bytes repeat
  const body = html`<header>
<p class="kind">mortal: one chip, laid open</p>
<h1>${title}</h1>
<p class="question">${trained ? `Trained by ${trained.learner} (${trained.file}).` : 'Random weights N(0, 1)/√inputs, as learners begin with.'}</p>
</header>
<main>
<section id="figures">${drawn}</section>
</main>
<footer>Made by mortal from the chip’s model and seed${trained ? ', and its file' : ''}. One file, no network.</footer>`;
  return document(title, body);
}

interface Drawn {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** undefined where markup says it all */
  readonly specification?: (frame: Frame) => Specification;
  readonly markup?: Markup;
}

async function placed(
  { name, title, caption, specification, markup }: Drawn,
  number: number,
): Promise<Markup> {
  const drawing =
    specification &&
    html`<div class="wide">${raw(await render(specification(wide), `${name}-wide`))}</div>
<div class="narrow">${raw(await render(specification(narrow), `${name}-narrow`))}</div>`;
  return html`<figure class="figure" id="figure-${name}"><h3>${title}</h3>
<div class="drawing">${drawing}${markup}</div>
<figcaption><b>Figure ${number}.</b> ${caption}</figcaption></figure>
`;
}

/** Bars, longest first, each with its number at the end. */
function bars(
  rows: readonly { readonly name: string; readonly value: number; readonly text: string }[],
  axis: string,
  color = anyColours[1]!,
) {
  return (frame: Frame): Specification => {
    const letters = Math.max(...rows.map(({ name }) => name.length));
    const names = 12 + 6.2 * letters;
    const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
    const y = {
      field: 'name',
      type: 'nominal',
      sort: null,
      axis: { title: null, labelLimit: 0, minExtent: names, maxExtent: names },
    };
    const x = {
      field: 'value',
      type: 'quantitative',
      scale: { domain: [0, most * (frame.narrow ? 1.6 : 1.3)], nice: false },
      axis: { title: axis, tickCount: 5 },
    };
    return {
      ...look(frame),
      ...fitted(frame.width),
      height: 24 * rows.length,
      data: { values: rows },
      layer: [
        { mark: { type: 'bar', color, height: { band: 0.66 } }, encoding: { y, x } },
        {
          mark: { type: 'text', align: 'left', dx: 5, clip: true, color: faint, fontSize: 11 },
          encoding: { y, x, text: { field: 'text' } },
        },
      ],
    };
  };
}

function noise({ disturbances, together, model }: Anatomy): Drawn {
  const sum = disturbances.reduce((all, { share }) => all + share, 0);
  if (sum === 0)
    return {
      name: 'noise',
      title: 'Nothing disturbs the outputs',
      caption: 'The chip has no flaw that this program knows of.',
    };
  const acting = disturbances.filter(({ share }) => share > 0);
  const idle = disturbances.filter(({ share }) => share === 0).map(({ name }) => name);
  const rows = acting.map(({ name, share }) => ({
    name,
    value: (100 * share) / sum,
    text: `${significant((100 * share) / sum)} %`,
  }));
  const [first] = disturbances;
  const boxes = model.boxes.between.kind !== 'none' || model.boxes.front.kind !== 'none';
  return {
    name: 'noise',
    title: `Most of what the outputs are off by comes from ${first!.name}: ${percent((100 * first!.share) / sum)}`,
    caption: [
      'Mean square by which the chip’s outputs are off when it has this flaw and no other, as a share of the sum over all of them; images of the data set, no label.',
      `All at once they are off by ${percent(100 * Math.sqrt(together))} of their root mean square${boxes ? ', boxes apart' : ''}; the sum of the single ones would make ${percent(100 * Math.sqrt(sum))}.`,
      ...(idle.length > 0 ? [`Nothing comes of ${listed(idle)} in these weights.`] : []),
      ...(boxes
        ? [
            'Boxes are not flaws here: they make something else of an activity, and a learner has to live with it; only their noise is.',
          ]
        : []),
    ].join(' '),
    specification: bars(rows, 'share of the mean square, %'),
  };
}

function pass({ pass: energy, sources }: Anatomy): Drawn {
  const paid = energyTerms.filter(term => energy[term] > 0);
  const rows = paid
    .map(term => ({
      name: termNames[term],
      value: energy[term] * 1e12,
      text: `${quantityIn(Number(energy[term].toPrecision(3)), 'J')} (${percent((100 * energy[term]) / energy.total)})`,
    }))
    .sort((a, b) => b.value - a.value);
  return {
    name: 'pass',
    title: `One pass costs ${quantityIn(Number(energy.total.toPrecision(3)), 'J')}`,
    caption:
      'Joules of one image that passes and whose outputs are measured. Where each term comes from stands below.',
    specification: bars(rows, 'energy, pJ', anyColours[0]),
    markup: html`<details><summary>Where these numbers come from</summary><dl class="facts">${energyTerms.map(term => html`<dt>${termNames[term]}</dt><dd>${sources[term]}</dd>`)}</dl></details>`,
  };
}

function costOfFlaws({ images, readout, whole, none, flaws }: Ablation): Drawn {
  const rows = flaws.flatMap(({ name, without, alone }) => [
    { flaw: name, kind: 'switched off', error: without },
    { flaw: name, kind: 'this alone', error: alone },
  ]);
  const best = [...flaws].sort((a, b) => a.without - b.without)[0];
  return {
    name: 'ablation',
    title:
      best && best.without < whole
        ? `Without ${best.name} it would err on ${percent(best.without)} instead of ${percent(whole)}`
        : `It errs on ${percent(whole)}; no single flaw taken away makes that less`,
    caption: [
      `Test error of the readout “${readout}” on ${plural(images, 'image')}: the trained chip with one flaw switched off, and with that one alone.`,
      `Rules: as it is (${percent(whole)}, drawn through) and without any flaw but its boxes (${percent(none)}, dashed). Weights are those of training, nothing is learned anew: a chip that has learned to live with a flaw may err more without it.`,
      images < 2000 ? `One image is ${significant(100 / images)} percentage points.` : '',
    ].join(' '),
    specification: frame => {
      const letters = Math.max(...flaws.map(({ name }) => name.length));
      const names = 12 + 6.2 * letters;
      const errors = [whole, none, ...rows.map(({ error }) => error)];
      const [least, most] = [Math.min(...errors), Math.max(...errors)];
      const margin = 0.06 * (most - least) + 0.2;
      const x = {
        type: 'quantitative',
        scale: { domain: [Math.max(0, least - margin), most + margin], nice: false, zero: false },
        axis: { title: 'test error, % (the axis need not begin at 0)', tickCount: 6 },
      };
      const rule = (error: number, strokeDash: readonly number[]) => ({
        data: { values: [{ error }] },
        mark: { type: 'rule', strokeDash, color: faint },
        encoding: { x: { field: 'error', ...x } },
      });
      return {
        ...look(frame),
        ...fitted(frame.width),
        height: 26 * flaws.length,
        layer: [
          rule(whole, [1, 0]),
          rule(none, [4, 3]),
          {
            data: { values: rows },
            mark: { type: 'point', filled: true, size: 80, opacity: 1 },
            encoding: {
              y: {
                field: 'flaw',
                type: 'nominal',
                sort: null,
                axis: { title: null, labelLimit: 0, minExtent: names, maxExtent: names, grid: true },
              },
              x: { field: 'error', ...x },
              color: {
                field: 'kind',
                type: 'nominal',
                sort: null,
                scale: { range: [anyColours[1]!, anyColours[0]!] },
              },
              shape: {
                field: 'kind',
                type: 'nominal',
                sort: null,
                scale: { range: ['circle', 'diamond'] },
              },
            },
          },
        ],
      };
    },
  };
}

function currents({ currents: found, model }: Anatomy): Drawn | undefined {
  if (!found) return undefined;
  const { full, volts, cells } = found;
  const isMilo = model.crossbar.curve?.kind === 'milo';
  const ends = cells.flatMap(({ conductance, amperes }) =>
    [volts.length - 1, 0].map(i => ({ volts: volts[i]!, off: amperes[i]! / (conductance * volts[i]!) - 1 })),
  );
  const worst = ends.reduce((most, each) => (Math.abs(each.off) > Math.abs(most.off) ? each : most));
  return {
    name: 'currents',
    title: `At ${quantityIn(worst.volts, 'V').replace('-', '−')} cells carry up to ${percent(100 * Math.abs(worst.off))} ${worst.off < 0 ? 'less' : 'more'} than by Ohm’s law`,
    caption: [
      `Current against voltage of a cell of low, of middle and of the largest conductance (curve ${model.crossbar.curve!.kind}). Dashed: the conductance times the voltage. The axis spans what inputs can reach; an input of 1 is ${quantityIn(model.energy.readVoltage, 'V')}.`,
      isMilo && full > 0.5 ? 'The fit is to measurements up to 0.5 V.' : '',
      model.drive && model.drive.kind !== 'amplitude'
        ? 'Rows are driven by the full voltage or not at all, so cells meet the ends of these curves only.'
        : '',
    ].join(' '),
    specification: frame => drawCurrents(found, frame),
  };
}

function drop({ drop: found, model }: Anatomy): Drawn {
  if (!found)
    return {
      name: 'drop',
      title: 'Wires take nothing',
      caption:
        model.wires === undefined || model.wires.kind === 'none'
          ? 'This chip’s wires are ideal.'
          : 'Drawn for pairs of cells only.',
    };
  const { across, columns, wires, rows, bitLines } = found;
  const least = Math.min(...across.values);
  const values = columns.map((ratio, line) => ({ line, loss: 100 * (1 - ratio) }));
  return {
    name: 'drop',
    title: `The farthest cell of the first tile sees ${percent(100 * least)} of its row’s voltage`,
    caption: `Kirchhoff’s exact solution of the first tile (${counted(rows)} rows, ${counted(bitLines)} bit lines) with the same voltage on all rows, the worst case. Picture: what each cell sees of it, from ${percent(100 * least)} (black) to all (white); rows are driven from the left and bit lines sensed at the bottom. Curve: what the current of each bit line loses against ideal wires. Of the power that drivers deliver, ${percent(100 * wires)} goes into wires.`,
    markup: html`<div class="fields"><figure>${image(across, 1, least, 'Voltages across the cells of the first tile')}</figure></div>`,
    specification: frame => ({
      ...look(frame),
      ...fitted(Math.min(frame.width, 480)),
      height: 150,
      data: { values },
      mark: { type: 'line', strokeWidth: 1.2, color: anyColours[1], aria: false },
      encoding: {
        x: { field: 'line', type: 'quantitative', scale: { nice: false }, axis: { title: 'bit line' } },
        y: { field: 'loss', type: 'quantitative', axis: { title: 'lost, %', tickCount: 4 } },
      },
    }),
  };
}

const unitsShown = 7;

function curves({ curves: { transferCurves, boxCurves }, seed, model }: Anatomy): Drawn | undefined {
  if (!transferCurves) return undefined;
  const panel = (label: string, { input, units }: typeof transferCurves) => ({
    label,
    seed,
    input,
    units: units.slice(0, unitsShown),
  });
  const panels = [
    panel('neuron circuits', transferCurves),
    ...(boxCurves ? [panel('first box between layers', boxCurves)] : []),
  ];
  return {
    name: 'curves',
    title: boxCurves ? 'How its circuits and its first box answer' : 'How its neuron circuits answer',
    caption: `Output against input of ${unitsShown} units of the first layer (kind ${model.neuron.kind})${boxCurves ? '; and of the box behind it, all units given the same input, mean over passes' : ''}. Colours only tell units apart.`,
    specification: frame =>
      drawCircuits(panels, frame, { input: 'input', output: 'output', nominal: undefined }),
  };
}

function stairs({ dac, adc, seed }: Anatomy): Drawn | undefined {
  const found = [
    ['DAC', dac],
    ['ADCs of some columns', adc],
  ].filter((pair): pair is [string, Staircase] => pair[1] !== undefined);
  if (found.length === 0) return undefined;
  const panels = found.map(([label, { input, units, step }]) => ({
    label,
    seed,
    input: input.map(x => x / step),
    units: units.map(unit => unit.map(y => y / step)),
  }));
  return {
    name: 'stairs',
    title: `Steps of the ${listed(found.map(([label]) => (label === 'DAC' ? 'DAC' : 'ADCs')))} around zero`,
    caption:
      'Output against input, both in steps of the nominal converter. Lines that differ are converters of different columns.',
    specification: frame =>
      drawCircuits(panels, frame, { input: 'input, steps', output: 'output, steps', nominal: undefined }),
  };
}
