/**
 * @file The miswired lines inside a box: every output listens to `fanIn` inputs instead of its own. `mixer.ts` applies them.
 */
import type { Engine } from '../../engine/engine.ts';
import { gaussians, permutation, type Stream, words } from '../../engine/streams.ts';

/** Sparse mixing matrix: output i hears input indices[i·fanIn + k] with weights[i·fanIn + k]. */
export interface Mixing {
  readonly indices: Uint32Array;
  readonly weights: Float32Array;
  readonly fanIn: number;
}

/**
 * Draws M: one input of each output from a permutation, so that none is lost, fanIn − 1 others at random, all different;
 * weights N(0, 1); rows of unit length, so that with as many inputs as units entries are N(0, 1/units). With a strength s below 1, the rows of (1 − s) · 1 + s · M, again of unit length.
 */
export function drawMixing(
  units: number,
  fanIn: number,
  strength: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Mixing {
  const heard = Math.min(fanIn, units);
  const inputs = drawInputs(units, heard, stream('wiring'));
  const drawn = gaussians(stream('mixing'), units * heard);
  const entries = strength < 1 ? heard + 1 : heard; // one more for the unit's own line

  const weights = engine.matrix(units, entries).data;
  const place = engine.matrix(units, entries).data; // in the kernels' memory, as the weights
  const indices = new Uint32Array(place.buffer, place.byteOffset, place.length);
  for (let i = 0; i < units; i++) {
    const hears = inputs.subarray(i * heard, (i + 1) * heard);
    const full = unitLength(drawn.subarray(i * heard, (i + 1) * heard));
    const row = full.map(w => strength * w);
    if (strength < 1) {
      const own = hears.indexOf(i);
      row.push(0);
      row[own >= 0 ? own : heard]! += 1 - strength;
      indices[i * entries + heard] = i;
    }
    indices.set(hears, i * entries);
    weights.set(unitLength(row), i * entries);
  }
  return { indices, weights, fanIn: entries };
}

/** Gives the outputs `which` the wires and weights that they have in `other`, of the same size. */
export function rewire(mixing: Mixing, other: Mixing, which: readonly number[]): void {
  const { indices, weights, fanIn } = mixing;
  for (const i of which)
    for (let at = i * fanIn; at < (i + 1) * fanIn; at++) {
      indices[at] = other.indices[at]!;
      weights[at] = other.weights[at]!;
    }
}

/** For each unit a place in a permutation, then others at random (Floyd's sampling of Bentley 1987: no draw is wasted). [units, heard] */
function drawInputs(units: number, heard: number, stream: Stream): Uint32Array {
  const first = permutation(stream, units);
  const word = words(stream, units * (heard - 1));
  const inputs = new Uint32Array(units * heard);
  for (let i = 0, next = 0; i < units; i++) {
    const chosen = new Set<number>(); // among the units − 1 inputs that are not the first
    for (let last = units - heard; last < units - 1; last++) {
      const candidate = Math.floor((word[next++]! * (last + 1)) / 2 ** 32);
      chosen.add(chosen.has(candidate) ? last : candidate);
    }
    const others = Array.from(chosen, c => (c < first[i]! ? c : c + 1));
    inputs.set([first[i]!, ...others], i * heard);
  }
  return inputs;
}

/** The same direction, of length 1; zeros where a unit's own line and its mixing cancel exactly. */
function unitLength(row: ArrayLike<number>): number[] {
  const length = Math.hypot(...Array.from(row)) || 1;
  return Array.from(row, w => w / length);
}
