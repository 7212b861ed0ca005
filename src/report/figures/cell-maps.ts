/** @file The cells of a chip as pictures of their conductances, those that do not answer in colour. */
import type { Condition } from '../../chips/condition.ts';
import type { Anatomy } from '../../scenarios/anatomy.ts';
import { conditions, type FieldMap } from '../../scenarios/cell-maps.ts';
import { html, type Markup } from '../html.ts';
import { counted, percent, quantityIn } from '../numbers.ts';
import { greys, png } from '../png.ts';
import { anyColours } from './colours.ts';

/** The pictures of all cells, one beside the other, and a key of what has befallen them. */
export function drawCells({ cells: layers, model }: Pick<Anatomy, 'cells' | 'model'>) {
  if (layers.length === 0) return undefined;
  const { minimumConductance: off, maximumConductance: on } = model.cell;
  const shown = layers.slice(0, 4);
  const all = shown.flatMap(({ maps }) => maps.flatMap(({ map }) => map.values)).sort((a, b) => a - b);
  const black = Math.min(on, all[Math.floor(0.995 * (all.length - 1))]!); // or a few cells would leave the rest white
  const present = conditions.filter(which =>
    shown.some(({ faulty }) => faulty.some(({ condition }) => condition === which)),
  );
  const picture = (name: string, map: FieldMap, layer: number) =>
    html`<figure>${image(lying(map), off, black, `${name} cells of layer ${layer}`)}<figcaption>layer ${layer}, ${name}: ${counted(map.rows)} × ${counted(map.columns)}</figcaption></figure>`;
  const told = (map: FieldMap) => map.width < map.columns || map.height < map.rows;
  const isBlocked = shown.some(({ maps }) => maps.some(({ map }) => told(map)));
  const weights =
    model.crossbar.mapping?.kind === 'offset'
      ? 'of the cell of every weight'
      : 'of the cells of every weight';
  return {
    name: 'cells',
    title:
      present.length === 0
        ? 'What the cells hold'
        : `What the cells hold, and the ${shareOf(layers)} that do not answer`,
    caption: [
      `Conductances ${weights}, as its weight says: rows of the crossbar across, bias and label rows last, units down. From ${quantityIn(Number(off.toPrecision(2)), 'S')} (white) to ${quantityIn(Number(black.toPrecision(2)), 'S')} (black), of ${quantityIn(Number(on.toPrecision(2)), 'S')} that a cell can have.`,
      isBlocked ? 'Large arrays are averaged over blocks.' : '',
      present.length > 0 ? 'Cells that do not answer are in colour, whatever was written to them.' : '',
      present.length > 0 && isBlocked
        ? 'A block is in colour where one of its cells is, in that of the most frequent: the picture shows where they are, the numbers how many.'
        : '',
      layers.length > shown.length ? `The first ${shown.length} of ${layers.length} layers.` : '',
    ].join(' '),
    markup: html`<div class="fields cells">${shown.map(({ layer, maps }) => maps.map(({ name, map }) => picture(name, map, layer)))}</div>${present.length > 0 ? key(present, layers) : ''}`,
  };
}

/** Colour and words of everything that can befall a cell. */
const marked: Readonly<Record<Exclude<Condition, 'sound'>, readonly [colour: string, words: string]>> = {
  on: [anyColours[0]!, 'stuck on'],
  off: [anyColours[1]!, 'stuck off'],
  open: [anyColours[4]!, 'open'],
  cut: [anyColours[3]!, 'on a broken row or column of a tile'],
  stuck: [anyColours[5]!, 'of a pair that never moves'],
  dead: [anyColours[2]!, 'worn out'],
};
const markColours = conditions.map(condition => (condition === 'sound' ? '#ffffff' : marked[condition][0]));

/** What the colours mean, and how many cells there are of each. */
function key(present: readonly Condition[], layers: Anatomy['cells']): Markup {
  const entries = present.flatMap(condition => {
    if (condition === 'sound') return [];
    const [colour, words] = marked[condition];
    const cells = layers
      .flatMap(({ faulty }) => faulty)
      .reduce((sum, one) => sum + (one.condition === condition ? one.cells : 0), 0);
    return [html`<li><span style="background:${colour}"></span>${words}: ${counted(cells)}</li>`];
  });
  return html`<ul class="key">${entries}</ul>`;
}

/** Of the cells of all layers. */
function shareOf(layers: Anatomy['cells']): string {
  const all = layers.reduce((sum, { count }) => sum + count, 0);
  const faulty = layers.flatMap(layer => layer.faulty).reduce((sum, { cells }) => sum + cells, 0);
  return percent((100 * faulty) / all);
}

/** Rows across, columns down: layers have more inputs than units as a rule, and pages are wide. */
const lying = ({ width, height, values, rows, columns, marks }: FieldMap): FieldMap => ({
  width: height,
  height: width,
  values: turned(values, width, height),
  rows: columns,
  columns: rows,
  ...(marks && { marks: turned(marks, width, height) }),
});
const turned = (values: readonly number[], width: number, height: number): number[] =>
  Array.from({ length: values.length }, (_, k) => values[(k % height) * width + Math.floor(k / height)]!);

/** Values from `white` to `black` as a picture, marks in their colours. */
export function image(
  { width, height, values, marks }: FieldMap,
  white: number,
  black: number,
  alt: string,
): Markup {
  const pixels = Uint8Array.from(values, (value, k) => {
    if (marks && marks[k]! > 0) return 1 + greys + marks[k]!;
    const dark = Math.max(0, Math.min(1, (value - white) / (black - white || 1)));
    return 1 + Math.round((greys - 1) * (1 - dark));
  });
  const bytes = png(width, height, pixels, marks ? markColours : []);
  const address = `data:image/png;base64,${bytes.toString('base64')}`;
  return html`<img src="${address}" width="${width}" height="${height}" alt="${alt}">`;
}
