/**
 * @file What of a chip's description a resistive network takes, and what it has no room for.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { LayerShape, NetworkRequest } from '../access.ts';
import type { ChipModel } from '../model.ts';
import { buildRectifiers, type Rectifiers } from '../neurons/rectifier.ts';

/** What of a model a resistive network has no room for, in words. */
export function misfit({ boxes, neuron }: ChipModel): string | undefined {
  if (boxes.front.kind !== 'none' || boxes.between.kind !== 'none')
    return 'currents flow both ways, and a box lets nothing back';
  if (neuron.kind !== 'rectifier') return `its nodes have diodes (rectifiers), not ${neuron.kind} circuits`;
  return undefined;
}

/** The model with what such a network does without: no ADC stands between its crossbars, its diodes are ideal. */
export function asNetwork(model: ChipModel): ChipModel {
  const wrong = misfit(model);
  if (wrong) throw new Error(`the chip cannot be a resistive network: ${wrong}`);
  return { ...model, adc: { kind: 'none' } };
}

/** Nominal gain of the amplifiers behind a crossbar: a divider of n random weights passes on about 1/√n. */
export const gainBehind = ({ amplification }: NetworkRequest, { rows }: LayerShape): number =>
  amplification * Math.sqrt(rows);

/** The circuits at the nodes of a layer, of which gain and offset count. */
export function buildDiodes(
  { neuron }: ChipModel,
  units: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Rectifiers {
  if (neuron.kind !== 'rectifier') throw new RangeError('nodes of a resistive network have rectifiers');
  return buildRectifiers({ ...neuron, knee: 0, compression: 0 }, units, engine, stream);
}
