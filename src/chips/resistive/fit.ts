/**
 * @file What of a chip's description a resistive network takes, and what it has no room for.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { LayerShape, ResistiveRequest } from '../access.ts';
import type { Adc } from '../converters/converter.ts';
import { isRandom } from '../converters/index.ts';
import { isDirect } from '../mappings/index.ts';
import type { ChipModel } from '../model.ts';
import { buildRectifiers, type Rectifiers } from '../neurons/rectifier.ts';

/** What of a model a resistive network has no room for, in words. */
export function misfit(model: ChipModel): string | undefined {
  const { boxes, neuron, adc, dac, crossbar, wires, drive, driver, amplifier, scaling, layers } = model;
  if (layers.some(layer => typeof layer !== 'number')) return 'each of its layers is one crossbar';
  if (boxes.front.kind !== 'none' || boxes.between.kind !== 'none')
    return 'currents flow both ways, and a box lets nothing back';
  if (neuron.kind !== 'rectifier') return `its nodes have diodes (rectifiers), not ${neuron.kind} circuits`;
  if (crossbar.weightScaling) return 'its columns have no gains of their own';
  if (wires !== undefined && wires.kind !== 'none') return 'its wires are ideal';
  if (crossbar.faults || crossbar.curve || !isDirect(crossbar.mapping) || crossbar.mapping?.kind === 'offset')
    return 'its cells are sound and linear pairs of any conductance';
  if (drive !== undefined && drive.kind !== 'amplitude')
    return 'its rows are held at voltages while it settles';
  if (driver || amplifier) return 'its drivers and amplifiers are ideal';
  if (isRandom(dac)) return 'its DAC is the same at every read';
  if (scaling) return 'its voltages are not scaled sample by sample';
  if (adc.kind !== 'none' && adc.kind !== 'uniform') return `its ADC is uniform, not of kind "${adc.kind}"`;
  return undefined;
}

/** The model with what such a network does without: no ADC stands between its crossbars, its diodes are ideal. */
export function asNetwork(model: ChipModel): ChipModel {
  const wrong = misfit(model);
  if (wrong) throw new Error(`the chip cannot be a resistive network: ${wrong}`);
  return { ...model, adc: { kind: 'none' } };
}

/** The ADC that measures its nodes. */
export function measuring({ adc }: ChipModel): Extract<Adc, { kind: 'none' | 'uniform' }> {
  if (adc.kind !== 'none' && adc.kind !== 'uniform')
    throw new RangeError(`no network has an ADC of kind "${adc.kind}"`);
  return adc;
}

/** Nominal gain of the amplifiers behind a crossbar: a divider of n random weights passes on about 1/√n. */
export const gainBehind = ({ amplification }: ResistiveRequest, { rows }: LayerShape): number =>
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
