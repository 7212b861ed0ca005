/**
 * @file The crossbars of a chip while their weights are being perturbed. Weights can be moved in one way only, by asking the cells for a
 * change: out and back are writes like any other, with their noise, their pulses, and a place on the meter. What is owed is kept in
 * books, so that ways back, ways out and what is learnt go in one write wherever nothing is measured in between.
 *
 * What the physics makes of it. Ideal cells come back to where they were. A cell that stood at its bound comes back to one
 * perturbation within it, and stays there. Pulsed cells are moved by whole pulses, rounded at random each way, so that a
 * perturbation smaller than a pulse walks them about; cells that are programmed and verified do not move within their tolerance.
 * Where that is too dear, perturb currents (`node-perturbation.ts`): that writes nothing.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import { adam } from '../parts/optimiser.ts';
import { initialWeights } from '../parts/plastic.ts';

/** All weights of a chip, W, and one perturbation of them, Δ. */
export interface PerturbedWeights {
  /** A new Δ: ±size for every weight; of only every `parts`th weight, and 0 elsewhere, where parts are asked for. */
  draw(part?: number, parts?: number): void;
  /** Puts the chip at W + share · Δ; writes only where it is not there already. */
  shift(share: number): void;
  /** G ← G + factor · Δ */
  accumulate(factor: number): void;
  /** W ← W + what Adam makes of G; G ← 0. The chip is put at W: the way back and the change are one write. */
  learn(rate: number): void;
  /** per layer, the sum so far [rows, units] */
  readonly gradients: readonly Matrix[];
}

interface Layer {
  readonly wanted: Matrix;
  readonly gradient: Matrix;
  readonly delta: Matrix;
  /** change that the books have and the chip has not been asked for */
  readonly owed: Matrix;
  readonly optimiser: ReturnType<ReturnType<typeof adam>>;
  readonly stream: Stream;
}

/** @param size of the perturbation, in units of weight @param digital told the multiply-adds of G */
export function perturbedWeights(
  chip: MeasuredView,
  size: number,
  engine: Engine,
  stream: (path: string) => Stream,
  digital: (multiplyAdds: number) => void,
): PerturbedWeights {
  const { kernels } = engine;
  const layers: Layer[] = initialWeights(chip, engine, stream).map((wanted, l) => {
    const [gradient, delta, owed] = [1, 2, 3].map(() => engine.matrix(wanted.rows, wanted.columns)) as [
      Matrix,
      Matrix,
      Matrix,
    ];
    const optimiser = adam()(wanted.rows, wanted.columns, engine);
    return { wanted, gradient, delta, owed, optimiser, stream: stream(`perturbation/layer/${l + 1}`) };
  });
  let standing = 0; // share of Δ that is on the chip, once it has what it is owed
  engine.keep(
    () => standing,
    kept => {
      standing = kept;
    },
  );

  function write(): void {
    layers.forEach(({ owed }, l) => {
      chip.update(l, owed);
      kernels.fill(owed, 0);
    });
  }

  /** In the books only. */
  function move(share: number): void {
    if (share !== standing)
      for (const { delta, owed } of layers) kernels.addScaled(delta, share - standing, owed);
    standing = share;
  }

  return {
    gradients: layers.map(layer => layer.gradient),
    draw(part = 0, parts = 1) {
      move(0);
      let first = part; // weights are counted through all layers
      for (const { delta, stream } of layers) {
        kernels.signs(delta, size, stream);
        if (parts > 1) first = keepOnly(delta.data, first, parts);
      }
    },
    shift(share) {
      if (share === standing) return;
      move(share);
      write();
    },
    accumulate(factor) {
      for (const { delta, gradient } of layers) {
        kernels.addScaled(delta, factor, gradient);
        digital(delta.data.length);
      }
    },
    learn(rate) {
      move(0);
      for (const { gradient, wanted, owed, optimiser } of layers) {
        optimiser.step(gradient, wanted, rate);
        kernels.addScaled(gradient, 1, owed);
        kernels.fill(gradient, 0);
      }
      write();
    },
  };
}

/** Clears all but elements first, first + step, … @returns the first of those in what follows */
function keepOnly(data: Float32Array, first: number, step: number): number {
  let next = first;
  for (let k = 0; k < data.length; k++) {
    if (k === next) next += step;
    else data[k] = 0;
  }
  return next - data.length;
}
