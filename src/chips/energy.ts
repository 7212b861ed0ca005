/**
 * @file From counts to joules, term by term, each with its source. Cells: a line at voltage V over its cells for a time t dissipates t V² ΣG (Joule's
 * law); writing: t V² G per pulse. Conductances are those of the run, row by row at every read and layer by layer at every write, where
 * the chip's accounting is "metered"; else they are taken as they are when the bill is written, averaged over a layer. With wires, drivers
 * deliver less than t V² ΣG and lines take a part of it: both shares are those of Kirchhoff's exact solution for some of the inputs that
 * were driven, with conductances as they are when the bill is written. Control, boxes, neuron circuits, half-selected cells and the
 * arithmetic of optimisers are not counted; of other arithmetic outside the chip products with matrices are, and nothing that is done number by number, as
 * adding up squares. Nor are normalisers, through which all passes go alike.
 */
import { adcPrice, type Price } from './costs/adc.ts';
import { dacPrice } from './costs/dac.ts';
import { digitalPrice } from './costs/digital.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import type { PowerShares } from './wires/power.ts';

/** What energy goes into. */
export const energyTerms = [
  'cells',
  'wires',
  'lines',
  'drivers',
  'dac',
  'adc',
  'measuring',
  'goodness',
  'squarers',
  'generators',
  'digital',
  'memory',
  'writing',
] as const;
export type EnergyTerm = (typeof energyTerms)[number];

/** Joules by cause; `adc` are those between layers, `measuring` those that a learner asks for, `goodness` the converters behind squarers. */
export type Energy = Record<EnergyTerm | 'total', number>;

/** A layer when the bill is written. */
export interface BilledLayer {
  readonly rows: number;
  readonly columns: number;
  /** of one weight, all its cells together, siemens */
  readonly weightConductance: number;
  /** cells of one weight */
  readonly cells: number;
  /** what of V² G the drivers deliver and the cells get; undefined where wires are ideal or not looked at */
  readonly shares?: PowerShares | undefined;
}

type Priced = Pick<ChipModel, 'energy' | 'adc' | 'dac' | 'drive' | 'goodness' | 'generators'>;

/** Prices of single events. @throws RangeError where a model of them does not reach */
export function pricesOf(model: Priced, columnConductance: number) {
  const { energy, adc, dac } = model;
  const { readVoltage } = energy;
  return {
    ...localPrices(model),
    dac: dacPrice(energy.dacPrice, energy.dacConversion, dac),
    adc: adcPrice(energy.adcPrice, energy.adcConversion, { adc, readVoltage, columnConductance }),
    ...digitalPrice(energy.digitalPrice, energy.digitalMac),
  };
}

/** Squarers draw their current while a layer settles and is read; their converter is priced by its own bits, as the chip's others are where nothing else is said. */
function localPrices({
  energy,
  goodness,
  generators,
}: Priced): Record<'weighing' | 'squarer' | 'train', Price> {
  const nothing = { joules: 0, source: 'there are none' };
  const train =
    generators?.kind === 'holding'
      ? { joules: generators.energy, source: "given in the chip's file" }
      : nothing;
  if (goodness?.kind !== 'squarers') return { weighing: nothing, squarer: nothing, train };
  const { bits, range, power, price } = goodness;
  const adc = bits > 0 ? { kind: 'uniform' as const, bits, range } : { kind: 'none' as const };
  const circumstances = { adc, readVoltage: energy.readVoltage, columnConductance: 0 };
  const usual = energy.adcPrice && withoutBits(energy.adcPrice);
  const time = energy.readTime + (energy.timing?.settling ?? 0);
  return {
    weighing: adcPrice(price ?? usual, energy.adcConversion, circumstances),
    squarer: { joules: power * time, source: `${short(power * 1e6)} µW for ${short(time * 1e9)} ns` },
    train,
  };
}

/** A model of prices by itself, for a converter of other bits. */
function withoutBits(price: NonNullable<ChipModel['energy']['adcPrice']>): typeof price {
  if (!('bits' in price)) return price;
  const { bits: _, ...rest } = price;
  return rest;
}

export function energyOf(meter: Meter, model: Priced, layers: readonly BilledLayer[]): Energy {
  const { energy: table } = model;
  const prices = pricesOf(model, columnConductanceOf(layers));
  const perDrive = table.readTime * table.readVoltage ** 2;
  const perPulse = table.pulseTime * table.pulseVoltage ** 2;
  const isMetered = table.accounting === 'metered';
  const pairsInAll = layers.reduce((sum, l) => sum + l.rows * l.columns, 0);
  const meanCell =
    layers.reduce((sum, l) => sum + (l.weightConductance / l.cells) * (l.rows * l.columns), 0) / pairsInAll;

  let [cells, wires, delivered] = [0, 0, 0];
  layers.forEach(({ weightConductance, shares }, l) => {
    const ideal = isMetered ? meter.conducted[l]! * perDrive : meter.drive[l]! * perDrive * weightConductance;
    const inCells = ideal * (shares?.cells ?? 1);
    cells += inCells;
    delivered += ideal * (shares?.driver ?? 1);
    wires += shares ? ideal * (shares.driver - shares.cells) : 0;
  });
  const dac = meter.dacConversions * prices.dac.joules;
  const conversions = meter.adcConversions * prices.adc.joules;
  const measuring = meter.measuredConversions * prices.adc.joules;
  const goodness = meter.goodnessConversions * prices.weighing.joules;
  const squarers = meter.squarings * prices.squarer.joules;
  const generators = meter.generatedTrains * prices.train.joules;
  const digital = meter.digitalMacs * prices.mac.joules;
  const memory = meter.digitalMacs * prices.memory.joules;
  const writing = isMetered
    ? meter.written.reduce((sum, g) => sum + g, 0) * perPulse
    : (meter.pulses + meter.cellsWritten) * perPulse * meanCell;
  const lines = linesOf(meter, model, layers);
  const drivers = driversOf(meter, model, layers, delivered);
  const local = goodness + squarers + generators;
  const total = cells + dac + conversions + digital + writing + wires + lines + drivers + memory + local;
  return {
    cells,
    wires,
    lines,
    drivers,
    dac,
    adc: conversions - measuring,
    measuring,
    goodness,
    squarers,
    generators,
    digital,
    memory,
    writing,
    total,
  };
}

/** C V² of word lines that are charged to their voltage, and of bit lines to the read voltage, once a read. */
function linesOf(
  meter: Meter,
  { energy: { lines, readVoltage } }: Priced,
  layers: readonly BilledLayer[],
): number {
  if (!lines) return 0;
  return layers.reduce((sum, { rows, columns, cells }, l) => {
    const words = meter.drive[l]! * cells * lines.wordCapacitance; // drive: (input 1)² at every weight of a line
    const bits = meter.reads[l]! * columns * rows * cells * lines.bitCapacitance;
    return sum + (words + bits) * readVoltage ** 2;
  }, 0);
}

/** Linear drivers take a row's current from their supply and burn what is above the row's voltage: t Σ (V_supply − |V|) |V| G. */
function driversOf(
  meter: Meter,
  { energy: { drivers, readVoltage, readTime } }: Priced,
  layers: readonly BilledLayer[],
  delivered: number,
): number {
  if (!drivers) return 0;
  const taken = layers.reduce((sum, { shares }, l) => sum + meter.drawn[l]! * (shares?.driver ?? 1), 0);
  return Math.max(0, taken * readVoltage * drivers.supply * readTime - delivered);
}

/** Mean over the columns of all layers, siemens. */
const columnConductanceOf = (layers: readonly BilledLayer[]): number => {
  const columns = layers.reduce((sum, l) => sum + l.columns * l.cells, 0);
  return layers.reduce((sum, l) => sum + l.weightConductance * l.rows * l.columns, 0) / columns;
};

/** Where each term of a bill comes from, in words. */
export function sourcesOf(model: Priced & Pick<ChipModel, 'wires'>): Record<EnergyTerm, string> {
  const { energy } = model;
  const { dac, adc, mac, memory, weighing, squarer, train } = pricesOf(model, 0);
  const isMetered = energy.accounting === 'metered';
  const said = ({ joules, source }: Price) => `${picojoules(joules)}, ${source}`;
  const hasWires = model.wires !== undefined && model.wires.kind !== 'none';
  const when = isMetered ? 'at every read, row by row' : 'of the layer’s mean cell when the bill is written';
  const conversion = energy.adcPrice?.kind === 'neurosim-sar' ? adc.source : said(adc); // its price is the run's
  return {
    cells: `t V² G with conductances ${when}, ${energy.readVoltage} V for an input of 1, ${short(energy.readTime * 1e9)} ns`,
    wires:
      hasWires && isMetered
        ? 'share of the lines in Kirchhoff’s exact solution for some of the inputs driven'
        : 'within the cells’ term, not told apart',
    lines: energy.lines
      ? `C V² with ${short(energy.lines.wordCapacitance * 1e15)} fF a cell of a word line and ${short(energy.lines.bitCapacitance * 1e15)} fF of a bit line`
      : 'not counted',
    drivers: energy.drivers
      ? `linear drivers from a supply of ${energy.drivers.supply} V: (V_supply − |V|) |V| G t`
      : 'not counted',
    dac: `each ${said(dac)}`,
    adc: `each ${conversion}`,
    measuring: `the same converter, for what a learner measures`,
    goodness: weighing.joules > 0 ? `one a layer and sample, each ${said(weighing)}` : weighing.source,
    squarers: squarer.joules > 0 ? `each ${said(squarer)}` : squarer.source,
    generators: train.joules > 0 ? `a line and train, each ${said(train)}` : train.source,
    digital: `each ${said(mac)}`,
    memory: memory.joules === 0 ? memory.source : `each ${said(memory)}`,
    writing: `t V² G a pulse, ${energy.pulseVoltage} V for ${short(energy.pulseTime * 1e9)} ns, ${isMetered ? 'at the layer’s mean cell before and after each update' : 'at the mean cell when the bill is written'}`,
  };
}

const short = (value: number) => String(Number(value.toPrecision(3)));
const picojoules = (joules: number) => `${short(joules * 1e12)} pJ`;
