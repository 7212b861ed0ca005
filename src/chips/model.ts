/**
 * @file The chip model: the description shared by all individuals of a kind. `build.ts` makes an individual of it.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, provenance, quantity, ratio, strict } from '../description.ts';
import { Amplifier } from './amplifier.ts';
import { Backward } from './backward.ts';
import { BoxModel } from './boxes/box.ts';
import { Cell } from './cells/cell.ts';
import { Compensation } from './compensation.ts';
import { Adc, Dac } from './converters/converter.ts';
import { AdcPrice } from './costs/adc.ts';
import { DacPrice } from './costs/dac.ts';
import { DigitalPrice } from './costs/digital.ts';
import { Timing } from './costs/timing.ts';
import { Drive } from './drive.ts';
import { Driver } from './driver.ts';
import { Faults } from './faults.ts';
import { LayerModel } from './fields/local-fields.ts';
import { Generators } from './generators.ts';
import { GoodnessCircuits } from './goodness.ts';
import { MappingModel } from './mappings/mapping.ts';
import { Neuron } from './neurons/neuron.ts';
import { Normaliser } from './normaliser.ts';
import { Scaling } from './scaling.ts';
import { Update } from './updates/index.ts';
import { WeightScaling } from './weight-scaling.ts';
import { Curve } from './wires/cell-curve.ts';
import { Wires } from './wires/wires.ts';

/** Joules of each metered event, as numbers (the sources stand in the chip's file) or by a model of it, and how long things take. */
export const EnergyTable = strict({
  dacConversion: quantity('J', 'one digital-to-analog conversion', { minimum: 0 }),
  adcConversion: quantity('J', 'one analog-to-digital conversion', { minimum: 0 }),
  digitalMac: quantity('J', 'one digital multiply-add', { minimum: 0 }),
  readVoltage: quantity('V', 'row voltage of an input of 1', { exclusiveMinimum: 0 }),
  readTime: quantity('s', 'how long the rows are driven at a read', { exclusiveMinimum: 0 }),
  pulseVoltage: quantity('V', 'amplitude of a programming pulse', { exclusiveMinimum: 0 }),
  pulseTime: quantity('s', 'length of a programming pulse', { exclusiveMinimum: 0 }),
  adcPrice: Type.Optional(AdcPrice),
  dacPrice: Type.Optional(DacPrice),
  digitalPrice: Type.Optional(DigitalPrice),
  accounting: Type.Optional(
    choice(
      ['at the end', 'metered'],
      'whose conductances the bill has: the mean cell of each layer when it is written; or those at every read, row by row, and at every write, and with wires what these take; the former when absent',
    ),
  ),
  lines: Type.Optional(
    strict(
      {
        wordCapacitance: quantity('F', 'of a word line, a cell', { minimum: 0, default: 0.03e-15 }),
        bitCapacitance: quantity('F', 'of a bit line, a cell', { minimum: 0, default: 0.03e-15 }),
      },
      {
        description:
          'lines are charged once a read; some 0.2 fF a micrometre (NeuroSim), so 0.03 fF for a pitch of 150 nm; not counted when absent',
      },
    ),
  ),
  drivers: Type.Optional(
    strict(
      {
        supply: quantity('V', 'that linear drivers take the currents of the rows from', {
          exclusiveMinimum: 0,
          default: 0.9,
        }),
      },
      { description: 'drivers of the rows; need metered accounting; not counted when absent' },
    ),
  ),
  timing: Type.Optional(Timing),
});
export type EnergyTable = Static<typeof EnergyTable>;

/** Description of a chip. */
export const ChipModel = strict(
  {
    ...provenance,
    layers: Type.Array(LayerModel, {
      minItems: 1,
      maxItems: 64,
      description: 'the hidden layers, first to last: units, or local fields',
    }),
    cell: Cell,
    crossbar: strict({
      weightRange: ratio('largest weight a nominal pair of cells can hold, either way; 0 for no bound', {
        minimum: 0,
        default: 1,
      }),
      tileRows: count('largest rows of one tile', { default: 1024, maximum: 65536 }),
      tileColumns: count('largest columns of one tile', { default: 1024, maximum: 65536 }),
      summation: Type.Optional(
        choice(
          ['digital', 'analog'],
          'how tiles of rows add up where there are ADCs: each has its own, or their currents meet before one; digital when absent',
        ),
      ),
      mapping: Type.Optional(MappingModel),
      weightScaling: Type.Optional(WeightScaling),
      faults: Type.Optional(Faults),
      curve: Type.Optional(Curve),
      noise: Type.Optional(
        choice(
          ['output', 'cells'],
          'where the read noise of cells is drawn: once for every output, which is the same and fast, or for every cell at every read, which is slow and for tests; output when absent',
        ),
      ),
      compensation: Type.Optional(Compensation),
      currentLimit: Type.Optional(
        quantity('A', 'largest current that a column takes, either way; no limit when absent', {
          exclusiveMinimum: 0,
        }),
      ),
    }),
    wires: Type.Optional(Wires),
    drive: Type.Optional(Drive),
    driver: Type.Optional(Driver),
    amplifier: Type.Optional(Amplifier),
    scaling: Type.Optional(Scaling),
    backward: Type.Optional(Backward),
    dac: Dac,
    adc: Adc,
    neuron: Neuron,
    goodness: Type.Optional(GoodnessCircuits),
    generators: Type.Optional(Generators),
    normaliser: Type.Optional(Normaliser),
    boxes: strict(
      { front: BoxModel, between: BoxModel },
      {
        description:
          "front: before the first crossbar; between: behind every layer (the last one too, before the chip's output lines)",
      },
    ),
    update: Update,
    energy: EnergyTable,
  },
  { title: 'chip' },
);
export type ChipModel = Static<typeof ChipModel>;

/** What a learner may know and do with a chip, from least to most. */
export const accesses = ['measured', 'reversible', 'documented', 'transparent'] as const;
export type Access = (typeof accesses)[number];
export const AccessSchema = choice(accesses, 'what a learner may know and do with a chip');
