/**
 * @file Absorbing a case in one step (Hinton 2022, section 7). The update of a layer for one case moves all its activities by the same proportion, so
 * its normalised output for that case stays, and every layer can jump to a desired goodness at once:
 * ΔW = ε y xᵀ/|x|², ε = √(S/S_L) − 1 (eqs. 3 and 4; there |x| = 1, here x has mean square 1 and the bias line counts). Exact in the first layer;
 * above it as exact as a normaliser is blind to length: what it adds to the root mean square (`normaliser.epsilon` of the chip) makes a jump miss, and
 * next to nothing there leaves what float32 rounds.
 */
import type { MeasuredView, Pass } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

/** What a jump came to: the worst over the layers. */
export interface Landing {
  /** |S_L/S − 1| after it */
  readonly missed: number;
  /** largest change of a unit's normalised output, of root mean square 1 */
  readonly turned: number;
}

/** Makes the jump for the one image that the chip holds, as one of `label`. Two passes: one to know, one to see. */
export type Jump = (label: number) => Landing;

/**
 * @param desired goodness per unit
 * @param strength value of a label that is on
 */
export function oneShot(chip: MeasuredView, desired: number, strength: number, engine: Engine): Jump {
  const pass = chip.newInnerPass(1);
  const after = chip.newInnerPass(1);
  const classes = new Uint8Array(1);
  const deltas = chip.layers.map(({ units }) => engine.matrix(1, units));
  const changes = chip.layers.map(({ rows, units }) => engine.matrix(rows, units));

  function send(to: Pass): void {
    chip.send({ kind: 'classes', classes, strength }, to);
  }

  return label => {
    classes[0] = label;
    send(pass);
    chip.layers.forEach(({ units }, l) => {
      const y = pass.outputs[l]!;
      const goodness = squares(y);
      if (goodness === 0) return; // a silent layer has no direction to keep
      const epsilon = Math.sqrt((desired * units) / goodness) - 1;
      const factor = epsilon / squares(pass.inputs[l]!);
      for (let j = 0; j < units; j++) deltas[l]!.data[j] = factor * y.data[j]!;
      chip.correlate(l, [{ pass, delta: deltas[l]! }], changes[l]!);
    });
    chip.layers.forEach((_, l) => {
      if (squares(pass.outputs[l]!) > 0) chip.update(l, changes[l]!);
    });
    send(after);
    return landing(chip, pass, after, desired);
  };
}

function landing(chip: MeasuredView, before: Pass, after: Pass, desired: number): Landing {
  let [missed, turned] = [0, 0];
  chip.layers.forEach(({ units }, l) => {
    const [y, z] = [before.outputs[l]!, after.outputs[l]!];
    const [was, is] = [squares(y), squares(z)].map(sum => Math.sqrt(sum / units)) as [number, number];
    missed = Math.max(missed, Math.abs((is * is) / desired - 1));
    for (let j = 0; j < units; j++)
      turned = Math.max(turned, Math.abs(z.data[j]! / (is + 1e-12) - y.data[j]! / (was + 1e-12)));
  });
  return { missed, turned };
}

function squares({ data }: Matrix): number {
  let sum = 0;
  for (const v of data) sum += v * v;
  return sum;
}
