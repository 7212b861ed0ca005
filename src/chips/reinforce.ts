/**
 * @file What a layer makes of factors, one a sample: outer products of what drove its rows with its own activities times the factor, and on every
 * column a push towards the mean activity of its peers. Activities never leave the layer where its lines hold them (`generators.ts`).
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import type { LayerShape, Reinforcement } from './access.ts';
import { buildLines, type Generators, type Lines } from './generators.ts';
import { buildWeighing, type GoodnessCircuits, type Weighing } from './goodness.ts';
import type { Driven } from './imprint.ts';
import { fullPassOf } from './pass.ts';

/** Circuits of a layer for learning that needs no more than goodness. */
export interface LocalCircuits {
  readonly weigh: Weighing;
  /** whether lines hold values */
  readonly holds: boolean;
  /** What drives rows and columns for these passes, until the next call. */
  drive(terms: readonly Reinforcement[]): readonly Driven[];
}

/** What of a chip's description makes them. */
interface LocalModel {
  readonly goodness?: GoodnessCircuits;
  readonly generators?: Generators;
}

export function buildLocalCircuits(
  model: LocalModel,
  index: number,
  { units, rows }: LayerShape,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): LocalCircuits {
  const { kernels } = engine;
  const { generators } = model;
  const named = (part: string) => (path: string) => stream(`${part}/${path}`);
  const holding = generators?.kind === 'holding' ? generators : undefined;
  const rowLines = holding && buildLines(holding, rows, engine, named('generators/rows'));
  const columnLines = holding && buildLines(holding, units, engine, named('generators/columns'));
  const running = new Float32Array(units).fill(0.5); // as peer normalisation begins
  engine.keepArrays(running);
  const push = engine.matrix(1, units);
  const means = engine.matrix(1, units);
  const rooms: { x?: Matrix; delta: Matrix }[] = []; // made when somebody first asks

  function roomOf(k: number): (typeof rooms)[number] {
    rooms[k] ??= { delta: engine.matrix(batch, units), ...(holding && { x: engine.matrix(batch, rows) }) };
    return rooms[k];
  }

  /** Through lines that hold values, or as it was measured. */
  function through(lines: Lines | undefined, values: Matrix, room: Matrix | undefined): Matrix {
    if (!lines || !room) return values;
    const out = rowsOf(room, 0, values.rows);
    lines(values, out);
    return out;
  }

  /** The push of peer normalisation on every sample of a pass (as `learners/forward-forward/peers.ts`): strength · (mean − running mean). */
  function pushOf(y: Matrix, { strength, keep }: NonNullable<Reinforcement['peers']>): Matrix {
    kernels.columnMeans(y, means);
    let sum = 0;
    for (let j = 0; j < units; j++)
      sum += running[j] = Math.fround(keep * running[j]! + (1 - keep) * means.data[j]!);
    const mean = sum / units;
    for (let j = 0; j < units; j++) push.data[j] = strength * (mean - running[j]!);
    return push;
  }

  return {
    weigh: buildWeighing(model.goodness, units, engine, named('goodness')),
    holds: holding !== undefined,
    drive: terms =>
      terms.map(({ pass, factors, peers }, k) => {
        const full = fullPassOf(pass);
        const room = roomOf(k);
        const y = full.outputs[index]!;
        const delta = rowsOf(room.delta, 0, y.rows);
        kernels.scaleRows(through(columnLines, y, room.delta), factors, delta);
        const common = peers && pushOf(y, peers);
        if (common && holding) kernels.addRow(delta, common); // every sample is written when it passes
        return {
          pass: full,
          x: through(rowLines, full.inputs[index]!, room.x),
          delta,
          ...(common && !holding && { common }),
        };
      }),
  };
}
