/**
 * @file What the first layer looks for: incoming weights of some of its units, one grid of small pictures for each learner.
 * @see Hinton 2022, figure 2; there 100 units of one network, here a few of each learner's
 */
import type { Pictures } from '../../scenarios/trial-files.ts';
import { html } from '../html.ts';
import { greys, png } from '../png.ts';
import type { Learner, Study } from '../study.ts';
import type { Figure } from './figure.ts';

type Fields = NonNullable<Pictures['receptiveFields']>;

interface Grid {
  readonly learner: Learner;
  readonly seed: number;
  readonly fields: Fields;
}

const mostUnits = 36;
const gap = 1;

export const receptiveFields: Figure = {
  name: 'receptive-fields',
  panel(study) {
    const { grids, setting } = gridsOf(study);
    if (grids.length === 0) return undefined;
    const where = study.settings.length > 1 ? ` in “${setting}”` : '';
    return {
      title: 'What the units of the first layer look for',
      caption:
        `Incoming weights of ${Math.min(mostUnits, grids[0]!.fields.units)} units of the first layer${where}, chip ${grids[0]!.seed}: ` +
        'grey is no weight, white positive, black negative. The chip starts with random weights; structure is what was learned.',
      drawing: {
        kind: 'markup',
        markup: html`<div class="fields">${grids.map(
          grid =>
            html`<figure><img src="${address(grid.fields)}" width="${sides(grid.fields).width}" height="${sides(grid.fields).height}" alt="Receptive fields of ${grid.learner.name}"><figcaption>${grid.learner.name}</figcaption></figure>`,
        )}</div>`,
      },
    };
  },
};

/** Pictures of the first chip of every learner, in the first setting where most learners have some. */
function gridsOf(study: Study): { grids: Grid[]; setting: string } {
  const candidates = study.detailed.map(setting => ({
    setting: setting.label,
    grids: study.cells
      .filter(cell => cell.setting === setting)
      .flatMap(cell => {
        const [first] = cell.done
          .filter(result => result.pictures?.receptiveFields)
          .sort((a, b) => a.specification.seed - b.specification.seed);
        return first
          ? [
              {
                learner: cell.learner,
                seed: first.specification.seed,
                fields: first.pictures!.receptiveFields!,
              },
            ]
          : [];
      }),
  }));
  return candidates.reduce((most, each) => (each.grids.length > most.grids.length ? each : most));
}

/** Units side by side in a square of pictures. */
function sides(fields: Fields): { columns: number; width: number; height: number } {
  const units = Math.min(mostUnits, fields.units);
  const columns = Math.ceil(Math.sqrt(units));
  const rows = Math.ceil(units / columns);
  return { columns, width: columns * (fields.width + gap) - gap, height: rows * (fields.height + gap) - gap };
}

/** The grid as the address of a picture. */
function address(fields: Fields): string {
  const { columns, width, height } = sides(fields);
  const bytes = Buffer.from(fields.bytes, 'base64');
  const pixels = new Uint8Array(width * height);
  const inputs = fields.width * fields.height;
  for (let unit = 0; unit < Math.min(mostUnits, fields.units); unit++) {
    const left = (unit % columns) * (fields.width + gap);
    const top = Math.floor(unit / columns) * (fields.height + gap);
    for (let k = 0; k < inputs; k++) {
      const at = (top + Math.floor(k / fields.width)) * width + left + (k % fields.width);
      pixels[at] = 1 + Math.floor(((bytes[unit * inputs + k] ?? 128) * greys) / 256);
    }
  }
  return `data:image/png;base64,${png(width, height, pixels).toString('base64')}`;
}
