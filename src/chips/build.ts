/**
 * @file From a model and a seed to an individual: every flaw is drawn from a stream of its own, named after the part
 * (`layer/2/crossbar/plus-range`), so that two chips of one seed are the same chip whatever else differs, and no two seeds
 * share a flaw. Label rows stand last in a crossbar, so a learner that asks for them does not change the other cells' names.
 */
import type { Engine } from '../engine/engine.ts';
import type { Stream } from '../engine/streams.ts';
import type {
  LabelEntry,
  LayerShape,
  NetworkRequest,
  NormaliserRequest,
  RecurrentRequest,
  ResistiveRequest,
} from './access.ts';
import { buildBox } from './boxes/index.ts';
import { Chip } from './chip.ts';
import { nominalAdc } from './converters/nominal.ts';
import { correlationScratch } from './correlate.ts';
import { buildCrossbar, type Crossbar } from './crossbar.ts';
import { buildFieldCrossbars } from './fields/crossbars.ts';
import { isFielded } from './fields/gather.ts';
import { type LayerModel, unitsOf } from './fields/local-fields.ts';
import { tilingOf } from './fields/tiles.ts';
import { fieldsOf, shapeOf } from './fields/windows.ts';
import { buildFront } from './front.ts';
import { nominalGenerators } from './generators.ts';
import { nominalGoodness } from './goodness.ts';
import { newMeter } from './meter.ts';
import type { ChipModel } from './model.ts';
import { buildNeurons } from './neurons/index.ts';
import { buildNormaliser, epsilonOf } from './normaliser.ts';
import { buildRecurrent, type RecurrentParts } from './recurrent/network.ts';
import { recurrentShapes } from './recurrent/shapes.ts';
import { buildLocalCircuits } from './reinforce.ts';
import { asNetwork, buildDiodes, gainBehind } from './resistive/fit.ts';
import { buildNetwork } from './resistive/network.ts';

export interface ChipRequest {
  readonly inputs: number;
  readonly classes: number;
  readonly labels: LabelEntry;
  /** where layers are not to be sent through one after the other */
  readonly network?: NetworkRequest;
  /** where layers in a chain are not to be normalised as wholes and by their length */
  readonly normaliser?: NormaliserRequest;
  /** whether every layer has to have one crossbar, from all inputs to all units */
  readonly dense?: boolean;
  /** most samples of one pass */
  readonly batch: number;
}

/** @param stream names a stream below this chip, keyed from its seed */
export function buildChip(
  model: ChipModel,
  request: ChipRequest,
  engine: Engine,
  stream: (path: string) => Stream,
): Chip {
  const { inputs, classes, labels, batch, network } = request;
  if (network?.kind === 'resistive') return buildResistive(model, request, network, engine, stream);
  if (request.dense && model.layers.some(layer => typeof layer !== 'number'))
    throw new RangeError('a learner that needs whole crossbars cannot have a chip of local fields');
  if (network && labels !== 'lines')
    throw new RangeError('labels stand above the last layer of a recurrent network');
  const shapes = network
    ? recurrentShapes(model.layers, inputs, classes)
    : layerShapes(model.layers, inputs, labels === 'lines' ? classes : 0);
  const meter = newMeter(shapes.length);
  const samples = Math.max(2 * batch + 2, network?.samples ?? 0); // two passes, and what is common to each
  const streams: Stream[] = [];
  const under = (path: string) => (name: string) => {
    const named = stream(`${path}/${name}`);
    streams.push(named);
    return named;
  };
  const crossbars = shapes.map((shape, l): Crossbar => {
    const named = under(`layer/${l + 1}/crossbar`);
    return isFielded(shape)
      ? buildFieldCrossbars(
          model,
          l,
          shape,
          tilingOf(model, l, samples, network),
          batch,
          engine,
          meter,
          named,
        )
      : buildCrossbar(model, l, shape.rows, shape.units, batch, engine, meter, named);
  });
  const neurons = shapes.map((shape, l) =>
    buildNeurons(model.neuron, shape.units, engine, under(`layer/${l + 1}/neurons`)),
  );
  const circuits = shapes.map((shape, l) =>
    buildLocalCircuits(model, l, shape, batch, engine, under(`layer/${l + 1}`)),
  );
  const normalisers = shapes.map(shape =>
    buildNormaliser(shape, request.normaliser, epsilonOf(model), batch, engine),
  );
  const boxes = shapes.map((shape, l) =>
    buildBox(model.boxes.between, shape.units, batch, engine, under(`box/${l + 1}`)),
  );
  const frontBox = buildBox(model.boxes.front, inputs, batch, engine, under('box/front'));
  const entry = network ? 'none' : labels; // of the first layer
  const front = buildFront(model, shapes[0]!, entry, classes, batch, crossbars[0]!, frontBox, engine);
  const most = (of: (shape: LayerShape) => number) => Math.max(...shapes.map(of));
  const scratch = correlationScratch(
    samples,
    most(s => s.rows),
    most(s => s.units),
    engine,
    network?.passes,
  );
  const parts = { model, shapes, classes, batch, front, crossbars, neurons, boxes, meter, scratch };
  return new Chip({
    ...parts,
    normalisers,
    engine,
    entry: labels,
    frontBox,
    streams,
    ...(network ? seeingEachOther(parts, network, engine, under) : { circuits }),
  });
}

/** What makes layers that see each other of the parts of a chain: the way back, with boxes of its own. */
function seeingEachOther(
  parts: Omit<RecurrentParts, 'boxesBack' | 'damping'>,
  { damping }: RecurrentRequest,
  engine: Engine,
  under: (path: string) => (name: string) => Stream,
) {
  const { model, shapes, batch } = parts;
  const boxesBack = shapes.map(({ units }, l) =>
    l === 0 ? undefined : buildBox(model.boxes.between, units, batch, engine, under(`box/${l + 1}/back`)),
  );
  return { boxesBack, ...buildRecurrent({ ...parts, boxesBack, damping }, engine) };
}

/** The same parts as a network in which currents flow both ways, with a last layer of a unit a class. */
function buildResistive(
  given: ChipModel,
  { inputs, classes, labels, batch }: ChipRequest,
  network: ResistiveRequest,
  engine: Engine,
  stream: (path: string) => Stream,
): Chip {
  if (labels !== 'none') throw new RangeError('a resistive network has no label entry');
  const model = asNetwork(given);
  const shapes = layerShapes([...model.layers, classes], inputs, 0).map(shape =>
    Object.freeze({ ...shape, gain: gainBehind(network, shape) }),
  );
  const meter = newMeter(shapes.length);
  const streams: Stream[] = [];
  const under = (path: string) => (name: string) => {
    const named = stream(`${path}/${name}`);
    streams.push(named);
    return named;
  };
  const crossbars = shapes.map(({ rows, units }, l) =>
    buildCrossbar(model, l, rows, units, batch, engine, meter, under(`layer/${l + 1}/crossbar`)),
  );
  const circuits = shapes.map(({ units }, l) =>
    buildDiodes(model, units, engine, under(`layer/${l + 1}/neurons`)),
  );
  const front = buildFront(model, shapes[0]!, labels, classes, batch, crossbars[0]!, undefined, engine);
  const parts = { model: given, shapes, crossbars, front, circuits, batch, meter };
  const resistive = buildNetwork(parts, engine, (l, path) => under(`layer/${l + 1}/neurons`)(path));
  const widest = Math.max(...shapes.flatMap(({ rows, units }) => [rows, units]));
  return new Chip({
    model: given,
    engine,
    shapes: Object.freeze(shapes),
    entry: labels,
    classes,
    batch,
    front,
    crossbars,
    network: { countsItself: true, send: (_labels, pass, nudges) => resistive.settle(pass, nudges) },
    neurons: circuits,
    normalisers: [],
    boxes: shapes.map(() => undefined),
    frontBox: undefined,
    meter,
    streams,
    scratch: correlationScratch(2 * batch + 2, widest, widest, engine),
  });
}

/**
 * Sizes of every layer: features, then one bias row, then the label rows. Frozen, for learners see them.
 * @throws RangeError where local fields do not fit what is below them
 */
export function layerShapes(
  layers: readonly LayerModel[],
  inputs: number,
  labelLines: number,
): readonly LayerShape[] {
  const shapes = layers.map((layer, l) => {
    const features = l === 0 ? inputs : unitsOf(layers[l - 1]!);
    const fields = typeof layer === 'number' ? undefined : fieldsOf(layer, features, { lines: labelLines });
    return Object.freeze({
      ...shapeOf(features, unitsOf(layer), labelLines, fields),
      labelRow: labelLines > 0 ? features + 1 : -1,
    });
  });
  return Object.freeze(shapes);
}

/** The nominal chip of a model, as its data sheet describes it: no flaw, no noise, ideal wires, every box a plain wire, converters as meant to be. */
export function nominal(given: ChipModel): ChipModel {
  const wire = { kind: 'none' as const };
  const { wires, driver, amplifier, goodness, generators, backward, ...model } = given;
  const { faults, curve, compensation, ...crossbar } = model.crossbar;
  return {
    ...model,
    ...(goodness && { goodness: nominalGoodness(goodness) }),
    ...(generators && { generators: nominalGenerators(generators) }),
    crossbar,
    adc: nominalAdc(model.adc),
    cell: {
      kind: 'linear',
      minimumConductance: model.cell.minimumConductance,
      maximumConductance: model.cell.maximumConductance,
      variation: 0,
      readNoise: 0,
      programmingNoise: 0,
      stuck: 0,
      stuckRange: 0,
    },
    neuron: { kind: 'rectifier', gain: 0, offset: 0, knee: 0, compression: 0 },
    boxes: { front: wire, between: wire },
    update: { kind: 'ideal' },
  };
}
