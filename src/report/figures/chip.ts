/**
 * @file The chip that all learners share, drawn: what a signal passes on its way through one layer. On a wide page the stages
 * stand side by side, on a narrow one they follow each other downwards.
 */
import { unitsOfLayers } from '../../scenarios/describe-chip.ts';
import { escaped, html, raw } from '../html.ts';
import { listed, plural } from '../numbers.ts';
import { distinct, type Study } from '../study.ts';
import type { Figure } from './figure.ts';
import { icons } from './icons.ts';

interface Stage {
  readonly icon: keyof typeof icons;
  readonly title: string;
  /** short lines below the title */
  readonly notes: readonly string[];
}

export const chip: Figure = {
  name: 'chip',
  panel: study => ({
    title: 'The chip, and where its unknown parts sit',
    caption:
      'One layer, from left to right (on a phone downwards). Activity is measured behind the neuron circuits, before the box; ' +
      'normalisers divide a layer’s activities by their root mean square. Every chip is another individual: its flaws are fixed for life, its noise is fresh at every pass.',
    drawing: {
      kind: 'markup',
      markup: html`<div class="wide">${raw(side(stages(study)))}</div><div class="narrow">${raw(down(stages(study)))}</div>`,
    },
  }),
};

/** What a signal meets, in order. */
function stages(study: Study): { before: Stage[]; layer: Stage[]; layers: string; label: Stage } {
  const models = distinct(study.trials.map(trial => JSON.stringify(trial.planned.specification.chip))).map(
    text => JSON.parse(text) as Study['trials'][number]['planned']['specification']['chip'],
  );
  const kinds = (of: (model: (typeof models)[number]) => { kind: string }) =>
    distinct(models.map(model => of(model).kind));
  const front = kinds(model => model.boxes.front);
  const between = kinds(model => model.boxes.between);
  const adc = kinds(model => model.adc);
  const units = distinct(models.flatMap(model => unitsOfLayers(model).map(String)));
  const hasFields = models.some(({ layers }) => layers.some(layer => typeof layer !== 'number'));
  const depths = distinct(models.map(model => String(model.layers.length)));
  const bits = (of: (model: (typeof models)[number]) => { kind: string; bits?: number }) =>
    distinct(models.map(model => (of(model).kind === 'none' ? 'none' : `${of(model).bits} bits`)));
  const normaliser: Stage = { icon: 'normaliser', title: 'normaliser', notes: ['÷ root mean', 'square'] };
  const named = (of: readonly string[]) =>
    of.map((kind, k) => `${kind === 'none' ? 'nothing' : kind}${k < of.length - 1 ? ' or' : ''}`);
  return {
    before: [
      { icon: 'image', title: 'image', notes: ['pixels'] },
      ...(front.some(kind => kind !== 'none')
        ? [{ icon: 'box', title: 'front box', notes: named(front) } as const]
        : []),
    ],
    layer: [
      { icon: 'dac', title: 'DAC', notes: bits(model => model.dac) },
      {
        icon: 'crossbar',
        title: 'crossbar',
        notes: [
          ...distinct(models.map(model => `${model.cell.kind} cells`)),
          ...(hasFields ? ['one a field'] : []),
        ],
      },
      ...(adc.some(kind => kind !== 'none')
        ? [{ icon: 'adc', title: 'ADC', notes: bits(model => model.adc) } as const]
        : []),
      { icon: 'neuron', title: 'neurons', notes: [`${units.join(' or ')} circuits`] },
      normaliser,
      { icon: 'box', title: 'black box', notes: named(between) },
      normaliser,
    ],
    layers: depths.length === 1 ? plural(Number(depths[0]), 'layer') : `${listed(depths)} layers`,
    label: { icon: 'labels', title: 'label lines', notes: ['join here,', 'for learners that ask'] },
  };
}

const ink = 'var(--ink)';
const faint = 'var(--faint)';
const size = 56;

/** Stages side by side. */
function side({ before, layer, layers, label }: ReturnType<typeof stages>): string {
  const all = [...before, ...layer];
  const [width, top] = [760, 78];
  const pitch = (width - 40) / all.length;
  const x = (k: number) => 4 + k * pitch + (pitch - size) / 2;
  const middle = top + size / 2;
  const firstOfLayer = before.length;
  const crossbar = x(firstOfLayer + 1);
  const neuron = all.findIndex(stage => stage.icon === 'neuron');
  const parts = all.map((stage, k) => {
    const texts = [stage.title, ...stage.notes].map((line, row) =>
      text(x(k) + size / 2, top + size + 20 + row * 14, line, row === 0 ? 'title' : 'note', 'middle'),
    );
    const arrow = k === 0 ? '' : wire(x(k - 1) + size + 3, middle, x(k) - 4, middle);
    return `${arrow}${icon(stage, x(k), top)}${texts.join('')}`;
  });
  const end = x(all.length - 1) + size;
  const back = x(firstOfLayer) + size / 2;
  const loop =
    `<path d="M${end + 3} ${middle}H${end + 22}V22q0 -8 -8 -8H${back + 8}q-8 0 -8 8V${top - 5}" fill="none" stroke="${faint}" stroke-width="1.2" stroke-dasharray="3 3"/>` +
    head(back, top - 4, 'down') +
    text((end + back) / 2 + 40, 9, `on to the next layer; ${layers} in all`, 'note', 'middle', true);
  const lines =
    icon(label, crossbar + size / 2 - 28, 28) +
    wire(crossbar + size / 2, 52, crossbar + size / 2, top - 4, 'down') +
    text(crossbar + size + 8, 41, 'label lines', 'title', 'start');
  const tap = x(neuron) + size + (pitch - size) / 2;
  const measured =
    `<path d="M${tap} ${middle}V60" stroke="${ink}" stroke-width="1.2"/><circle cx="${tap}" cy="${middle}" r="3" fill="${ink}"/>` +
    text(tap + 6, 66, 'measured here', 'title', 'start');
  return drawing(
    width,
    top + size + 66,
    loop + lines + parts.join('') + measured,
    'The chip: one layer, stage by stage',
  );
}

/** Stages one below the other, with their words beside them. */
function down({ before, layer, layers, label }: ReturnType<typeof stages>): string {
  const [width, pitch] = [340, 78];
  const all = [...before, layer[0]!, label, ...layer.slice(1)];
  const parts = all.map((stage, k) => {
    const y = 6 + k * pitch;
    const words = stage.icon === 'neuron' ? [...stage.notes, 'measured here, before the box'] : stage.notes;
    const note = words.join(stage.icon === 'neuron' ? '; ' : ' ');
    const arrow = k === 0 ? '' : wire(34, y - pitch + size + 2, 34, y - 4, 'down');
    const high = stage.icon === 'labels' ? 14 : 0;
    return `${arrow}${icon(stage, 6, y + high)}${text(80, y + 24, stage.title, 'title', 'start')}${text(80, y + 40, note, 'note', 'start')}`;
  });
  const height = 6 + all.length * pitch;
  const end = text(80, height + 2, `then the next layer; ${layers} in all`, 'note', 'start');
  return drawing(
    width,
    height + 12,
    parts.join('') + wire(34, height - pitch + size + 2, 34, height - 2, 'down') + end,
    'The chip: one layer, stage by stage',
  );
}

const drawing = (width: number, height: number, content: string, label: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" font-family="system-ui, sans-serif">${content}</svg>`;

const icon = (stage: Stage, x: number, y: number): string =>
  `<g transform="translate(${round(x)} ${y})">${icons[stage.icon]}</g>`;

function text(
  x: number,
  y: number,
  words: string,
  kind: 'title' | 'note',
  anchor: 'start' | 'middle',
  halo = false,
): string {
  const style =
    kind === 'title' ? `font-size="12" font-weight="600" fill="${ink}"` : `font-size="11" fill="${faint}"`;
  const edge = halo ? ' stroke="var(--paper)" stroke-width="5" paint-order="stroke"' : '';
  return `<text x="${round(x)}" y="${y}" text-anchor="${anchor}" ${style}${edge}>${escaped(words)}</text>`;
}

/** A line with an arrow head at its end. */
function wire(x1: number, y1: number, x2: number, y2: number, direction: 'right' | 'down' = 'right'): string {
  return `<path d="M${round(x1)} ${y1}L${round(x2)} ${y2}" stroke="${ink}" stroke-width="1.2"/>${head(x2, y2, direction)}`;
}

const head = (x: number, y: number, direction: 'right' | 'down'): string =>
  direction === 'right'
    ? `<path d="M${round(x + 1)} ${y}l-5 -3v6z" fill="${ink}"/>`
    : `<path d="M${round(x)} ${y + 1}l-3 -5h6z" fill="${ink}"/>`;

const round = (value: number): number => Math.round(value * 10) / 10;
