/**
 * @file The step sizes of the pairs of one crossbar, drawn once, at manufacture: nominal size 2·range/states; the up step larger than the
 * down step by the factor 1 + asymmetry, their mean nominal; then what differs from cell to cell, for up and down apart (stepVariation), alike
 * (gainVariation) and opposite (asymmetryVariation). A cell answers upward to up pulses: sizes are absolute values.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { PulsedCell } from './cell.ts';
import type { Flaws } from './flaws.ts';
import { scattered } from './scattered.ts';
import type { Steps } from './step-response.ts';

/** Change of weight by a nominal pulse. @param range largest weight of a nominal pair */
export const nominalStep = ({ states }: PulsedCell, range: number): number => (2 * range) / states;

/** Shares of the nominal step that an up and a down pulse have, 2 together. */
export function shares({ asymmetry }: PulsedCell): { up: number; down: number } {
  const down = 2 / (2 + asymmetry);
  return { up: 2 - down, down };
}

export function drawSteps(
  cell: PulsedCell,
  range: number,
  { low, high, response }: Flaws,
  engine: Engine,
  stream: (path: string) => Stream,
): Steps {
  const cells = response.data.length;
  const share = shares(cell);
  const isLogNormal = cell.gainDistribution === 'log-normal';
  const gain = scattered(cells, cell.gainVariation, stream, 'gain', deviation =>
    isLogNormal ? Math.exp(deviation) - 1 : deviation,
  );
  const imbalance = scattered(cells, cell.asymmetryVariation, stream, 'imbalance');
  const sizes = (nominal: number, side: 1 | -1, name: string) => {
    const own = scattered(cells, cell.stepVariation, stream, name, deviation => nominal * (1 + deviation));
    const steps = engine.matrix(response.rows, response.columns);
    for (let k = 0; k < cells; k++) {
      const relative = Math.abs(own(k) + gain(k) + side * imbalance(k));
      steps.data[k] = nominalStep(cell, range) * relative * response.data[k]!;
    }
    return steps;
  };
  return { up: sizes(share.up, 1, 'up-step'), down: sizes(share.down, -1, 'down-step'), low, high };
}
