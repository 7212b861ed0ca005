/**
 * @file What a trial paid for, term by term, as tables and figures of costs read it. Only results whose meter tells a learner's measurements
 * from the chip's own conversions have such a bill; older ones have a total.
 */
import { type EnergyTerm, energyTerms } from '../chips/energy.ts';
import type { MeterReading, TrialResult } from '../scenarios/trial-files.ts';
import { mean } from './statistics.ts';
import { type Cell, detailedCells, type Study } from './study.ts';

/** What is billed: the whole training, or one image answered by the principal readout. */
export type Occasion = 'training' | 'answer';

/** Joules by term. */
export type Bill = Readonly<Record<EnergyTerm, number>>;

/** What each term is called. */
export const termNames: Readonly<Record<EnergyTerm, string>> = {
  cells: 'cells, read',
  wires: 'wires',
  lines: 'charging of lines',
  drivers: 'drivers of rows',
  dac: 'DACs',
  adc: 'ADCs between layers',
  measuring: 'ADCs for the learner',
  goodness: 'ADCs of goodness',
  squarers: 'squarers',
  generators: 'pulse generators',
  digital: 'digital multiply-adds',
  memory: 'memory for arithmetic',
  writing: 'cells, written',
};

/** Cells with a bill. */
export const billed = (study: Study): Cell[] =>
  detailedCells(study).filter(cell => cell.done.some(({ meter }) => hasBill(meter?.training)));

const hasBill = (reading: MeterReading | undefined): boolean => reading?.energy.measuring !== undefined;

/** Shares of the test's meter that one answer of the principal readout has; all readouts answered, each in its own passes. */
const shareOf = ({ meter, readouts, specification }: TrialResult): number => {
  const passes = meter!.test.forwardPasses;
  return passes > 0 ? (readouts[0]?.passes ?? 1) / passes : 1 / specification.data.test;
};

/** How often training images were shown, all together; who sends none through the chip shows them to something else. */
const shownIn = ({ meter, trainingPasses, curve, specification }: TrialResult): number =>
  trainingPasses > 0
    ? meter!.training.forwardPasses / trainingPasses
    : specification.data.train * (curve.epoch.at(-1) ?? 1);

const valuesOf = (cell: Cell, of: (result: TrialResult) => number | undefined): number[] =>
  cell.done.filter(({ meter }) => hasBill(meter?.training)).flatMap(result => of(result) ?? []);

/** Mean over the chips. */
const meanOf = (cell: Cell, occasion: Occasion, of: (reading: MeterReading) => number | undefined): number =>
  mean(
    valuesOf(cell, result => {
      const value = of(occasion === 'training' ? result.meter!.training : result.meter!.test);
      return value === undefined ? undefined : occasion === 'training' ? value : value * shareOf(result);
    }),
  );

/** Mean joules by term over the chips of a cell. */
export const billOf = (cell: Cell, occasion: Occasion): Bill =>
  Object.fromEntries(
    energyTerms.map(term => [term, meanOf(cell, occasion, ({ energy }) => energy[term] ?? 0)]),
  ) as Record<EnergyTerm, number>;

export const totalOf = (bill: Bill): number => energyTerms.reduce((sum, term) => sum + bill[term], 0);

/** Mean seconds on the chip; not a number where its model does not say. */
export const chipTimeOf = (cell: Cell, occasion: Occasion): number =>
  meanOf(cell, occasion, ({ time }) => time?.total);

/** Mean of a count for one image: shown once in training, or answered. */
const eachImage = (cell: Cell, occasion: Occasion, of: (reading: MeterReading) => number): number =>
  occasion === 'answer'
    ? meanOf(cell, occasion, of)
    : mean(valuesOf(cell, result => of(result.meter!.training) / shownIn(result)));

/** Passes through the chip for one image, and how often errors went back through one of its crossbars. */
export const passesOf = (cell: Cell, occasion: Occasion) => ({
  forward: eachImage(cell, occasion, ({ forwardPasses }) => forwardPasses),
  backward: eachImage(cell, occasion, ({ reversePasses }) => reversePasses),
});

/** Conversions for one image: from digital to analog, and the other way between layers, for the learner and of goodness. */
export const conversionsOf = (cell: Cell, occasion: Occasion) => ({
  dac: eachImage(cell, occasion, ({ dacConversions }) => dacConversions),
  between: eachImage(
    cell,
    occasion,
    ({ adcConversions, measuredConversions = 0 }) => adcConversions - measuredConversions,
  ),
  measured: eachImage(cell, occasion, ({ measuredConversions = 0 }) => measuredConversions),
  goodness: eachImage(cell, occasion, ({ goodnessConversions = 0 }) => goodnessConversions),
});

/** Terms that anybody pays for, in their order. */
export const paidTerms = (study: Study): EnergyTerm[] =>
  energyTerms.filter(term =>
    billed(study).some(cell =>
      (['training', 'answer'] as const).some(occasion => billOf(cell, occasion)[term] > 0),
    ),
  );
