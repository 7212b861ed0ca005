/**
 * @file Arrays that are no matrix: curved cells behind wires, cells that are each bent in their own way, and arrays whose cells the inputs connect to supply lines. What
 * they give is solved sample by sample, which is exact and slow: for small tiles and a few samples. So is read noise that is drawn for every cell
 * instead of every output.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { gaussians, type Stream } from '../engine/streams.ts';
import { serialBits } from './drive.ts';
import type { Mapping } from './mappings/mapping.ts';
import type { ChipModel } from './model.ts';
import { isInterleaved, type Tile, type Tiles } from './tiles.ts';
import { bendsInputs, curveOf } from './wires/cell-curve.ts';
import { solveCurved } from './wires/curved.ts';
import { buildNodal } from './wires/nodal.ts';
import { type Lines, linesOf } from './wires/wires.ts';

export interface SolvedArrays {
  /** The cells have changed. */
  refresh(): void;
  /** out [batch, columns] = what x [batch, rows] on the rows from `from` on gives. @param slice of one slice in its own units; all together when undefined */
  multiply(x: Matrix, from: number, slice: number | undefined, out: Matrix): void;
  /** out [batch, rows of x] = d [batch, columns] pulled back through `multiply` at x; absent where inputs only switch. */
  readonly pullBack:
    | ((x: Matrix, from: number, slice: number | undefined, d: Matrix, out: Matrix) => void)
    | undefined;
}

/** Whether reads of such a chip have to be solved. */
export function isSolved({ wires, crossbar }: ChipModel): boolean {
  const lines = linesOf(wires);
  const { curve } = crossbar;
  return (
    crossbar.noise === 'cells' ||
    lines?.topology === 'separate-supply' ||
    (curve !== undefined && (lines !== undefined || !bendsInputs(curve)))
  );
}

/** @param noise of the cells, where it is drawn for each */
export function buildSolved(
  model: ChipModel,
  mapping: Mapping,
  { tiles, conduct }: Tiles,
  engine: Engine,
  noise: Stream,
): SolvedArrays {
  const { minimumConductance, maximumConductance, readNoise } = model.cell;
  const sigma = model.crossbar.noise === 'cells' ? readNoise * (maximumConductance - minimumConductance) : 0;
  const lines: Lines = linesOf(model.wires) ?? { word: 0, bit: 0, source: 0, sense: 0 };
  const isGated = lines.topology === 'separate-supply';
  const isPaired = isInterleaved(model);
  const curve = curveOf(model.crossbar.curve);
  const volt = model.energy.readVoltage;
  const full = model.drive?.kind === 'bit-serial' ? serialBits(model.dac).range : undefined;
  // bits meet one voltage only: what it makes of a bend that is common to all cells is part of the gain
  const gain =
    full && model.crossbar.curve && bendsInputs(model.crossbar.curve)
      ? (full * volt) / curve.current(1, full * volt)
      : 1;
  const rest = mapping.unit === undefined ? mapping.rest : 0;
  const held = new Map(tiles.map(tile => [tile, new Float64Array(tile.wordLines * tile.bitLines)] as const));
  engine.keepArrays(...held.values());

  const inputOf = (x: Matrix, b: number, from: number, tile: Tile, i: number) =>
    x.data[b * x.columns + tile.fromRow - from + i]!;

  /** The state of a tile that sample b is on. */
  function solve(tile: Tile, x: Matrix, b: number, from: number) {
    const { rows, wordLines, bitLines } = tile;
    let G = noisy(tile);
    const word = new Float64Array(isGated ? bitLines : wordLines);
    if (isGated) {
      G = G.map((g, k) => (inputOf(x, b, from, tile, Math.floor(k / bitLines)) === 0 ? 0 : g));
      word.fill(signOf(tile, x, b, from) * full! * volt);
    } else
      for (let i = 0; i < rows; i++) {
        const v = inputOf(x, b, from, tile, i) * volt;
        if (isPaired) {
          word[2 * i] = v;
          word[2 * i + 1] = -v;
        } else word[i] = v;
      }
    return solveCurved(G, wordLines, bitLines, lines, curve, word, new Float64Array(bitLines));
  }

  /** What the cells conduct at this read; a column of reference is silent, as in `reading.ts`. */
  function noisy(tile: Tile): Float64Array {
    const G = held.get(tile)!;
    if (sigma === 0) return G;
    const z = gaussians(noise, G.length);
    const cells = mapping.unit === undefined ? tile.bitLines : tile.bitLines - 1;
    return G.map((g, k) => (k % tile.bitLines < cells ? Math.max(0, g + sigma * z[k]!) : g));
  }

  /** A supply has one sign: inputs of both do not meet in one read. */
  function signOf(tile: Tile, x: Matrix, b: number, from: number): number {
    let sign = 0;
    for (let i = 0; i < tile.rows; i++) {
      const value = inputOf(x, b, from, tile, i);
      if (value * sign < 0)
        throw new Error('a supply line drives inputs of one sign only, but a read has both');
      sign = Math.sign(value) || sign;
    }
    return sign;
  }

  function weigh(o: number, slice: number | undefined): number {
    const of = o % mapping.slices.length;
    if (slice === undefined) return mapping.slices[of]!;
    return of === slice ? 1 : 0;
  }

  function pullBack(x: Matrix, from: number, slice: number | undefined, d: Matrix, out: Matrix): void {
    out.data.fill(0);
    for (const tile of tiles) {
      if (tile.fromRow < from || tile.fromRow >= from + x.columns) continue;
      for (let b = 0; b < x.rows; b++) {
        const { slopes } = solve(tile, x, b, from);
        const bit = new Float64Array(tile.bitLines);
        let all = 0;
        tile.outputs.forEach((output, o) => {
          const j = tile.fromColumn + Math.floor(o / mapping.slices.length);
          const error = weigh(o, slice) * d.data[b * d.columns + j]!;
          all += error;
          for (const { bit: at, factor } of output) bit[at]! -= gain * factor * error;
        });
        const nodal = buildNodal(slopes, tile.wordLines, tile.bitLines, lines);
        const { into } = nodal(new Float64Array(tile.wordLines), bit);
        for (let i = 0; i < tile.rows; i++)
          out.data[b * x.columns + tile.fromRow - from + i]! +=
            (isPaired ? into[2 * i]! - into[2 * i + 1]! : into[i]!) - rest * all;
      }
    }
  }

  return {
    refresh() {
      for (const tile of tiles) held.get(tile)!.set(conduct(tile));
    },
    multiply(x, from, slice, out) {
      out.data.fill(0);
      for (const tile of tiles) {
        if (tile.fromRow < from || tile.fromRow >= from + x.columns) continue;
        for (let b = 0; b < x.rows; b++) {
          const { out: currents } = solve(tile, x, b, from);
          let sum = 0;
          for (let i = 0; i < tile.rows; i++) sum += inputOf(x, b, from, tile, i);
          tile.outputs.forEach((output, o) => {
            const weight = weigh(o, slice);
            if (weight === 0) return;
            let y = -rest * sum;
            for (const { bit, factor } of output) y += (gain * factor * currents[bit]!) / volt;
            const j = tile.fromColumn + Math.floor(o / mapping.slices.length);
            out.data[b * out.columns + j]! += weight * y;
          });
        }
      }
    },
    pullBack: isGated ? undefined : pullBack,
  };
}
