/**
 * @file Training in software for a chip that will differ from its data sheet: at every step the data sheet's chip gets weights that are
 * off, other ones each time, while the learner's own stay as they are. What is learned bears with that. How much they are off is a number that
 * the user states; nothing of the true chip is looked at.
 */
import type { DocumentedView } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';

/**
 * none: as the data sheet says.
 * noise: every weight off by N(0, s²) times the largest of its layer, anew at every step (hardware-aware training; Joshi et al. 2020, Nature
 * Communications 11:2473).
 * population: every step another chip of a population whose gains are log-normal, offsets normal and weights relatively off, all by s
 * (weights robust over individuals; Vadlamani, Englund and Hamerly 2023, Science Advances 9:eadh3436).
 */
export const awarenessKinds = ['none', 'noise', 'population'] as const;
export type Awareness = (typeof awarenessKinds)[number];

/** A data sheet's chip whose weights are off whenever images are put on it. */
export interface AwareSheet {
  readonly view: DocumentedView;
  /** From now on the weights are off around these, of every layer [rows, units]. */
  follow(wanted: readonly Matrix[]): void;
  /** Puts the weights as they should be, to be judged. */
  settle(): void;
}

export function awareSheet(
  sheet: DocumentedView,
  kind: Awareness,
  spread: number,
  engine: Engine,
  stream: Stream,
): AwareSheet {
  const { kernels } = engine;
  const rooms = sheet.layers.map(({ rows, units }) => engine.matrix(rows, units));
  let followed: readonly Matrix[] = [];

  function disturb(l: number): void {
    const { rows, units, biasRow } = sheet.layers[l]!;
    const wanted = followed[l]!;
    const out = rooms[l]!;
    kernels.fill(out, 0);
    kernels.addGaussian(out, spread, stream);
    if (kind === 'noise') {
      const most = largest(wanted);
      for (let k = 0; k < out.data.length; k++) out.data[k] = wanted.data[k]! + most * out.data[k]!;
      return;
    }
    const individual = gaussians(stream, 2 * units);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < units; j++) {
        const k = i * units + j;
        const gain = Math.exp(spread * individual[j]!);
        const offset = i === biasRow ? spread * individual[units + j]! : 0;
        out.data[k] = gain * wanted.data[k]! * (1 + out.data[k]!) + offset;
      }
  }

  return {
    view: {
      ...sheet,
      hold(images) {
        if (kind !== 'none')
          followed.forEach((_, l) => {
            disturb(l);
            sheet.write(l, rooms[l]!);
          });
        sheet.hold(images);
      },
    },
    follow(wanted) {
      followed = wanted;
    },
    settle() {
      followed.forEach((wanted, l) => {
        kernels.copy(wanted, rooms[l]!);
        sheet.write(l, rooms[l]!);
      });
    },
  };
}

function largest({ data }: Matrix): number {
  let most = 0;
  for (let k = 0; k < data.length; k++) most = Math.max(most, Math.abs(data[k]!));
  return most;
}
