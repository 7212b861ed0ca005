/** @file The ways of writing, by the `kind` of a chip's `update`: one line each. */
import type { Static } from '@sinclair/typebox';
import { oneOfKinds } from '../../description.ts';
import { BufferedTransfer, buildBufferedTransfer } from './buffered-transfer.ts';
import { buildChoppedTransfer, ChoppedTransfer } from './chopped-transfer.ts';
import { buildDynamicTransfer, DynamicTransfer } from './dynamic-transfer.ts';
import { buildIdeal, Ideal } from './ideal.ts';
import { buildMixedPrecision, MixedPrecision } from './mixed-precision.ts';
import { buildOneSided, OneSided } from './one-sided.ts';
import { buildProgramVerify, ProgramVerify } from './program-verify.ts';
import { intoBounds } from './programming.ts';
import { buildPulsed, Pulsed } from './pulsed.ts';
import { buildStochastic, Stochastic } from './stochastic.ts';
import { buildTikiTaka, TikiTaka } from './tiki-taka.ts';
import type { Site, Writer } from './update.ts';

export type { Writer } from './update.ts';

/** How changes of weight reach the cells. */
export const Update = oneOfKinds(
  [
    Ideal,
    Pulsed,
    Stochastic,
    MixedPrecision,
    OneSided,
    TikiTaka,
    BufferedTransfer,
    ChoppedTransfer,
    DynamicTransfer,
    ProgramVerify,
  ],
  'how changes of weight reach the cells',
);
export type Update = Static<typeof Update>;

/** Updates that need a cell with a step response. */
export const isByPulses = ({ kind }: Update): boolean => kind !== 'ideal' && kind !== 'program-verify';

type Build<O> = (options: O, site: Site) => Writer;

const writers: { [K in Update['kind']]: Build<Extract<Update, { kind: K }>> } = {
  ideal: buildIdeal,
  pulsed: buildPulsed,
  stochastic: buildStochastic,
  'mixed-precision': buildMixedPrecision,
  'one-sided': buildOneSided,
  'tiki-taka': buildTikiTaka,
  'buffered-transfer': buildBufferedTransfer,
  'chopped-transfer': buildChoppedTransfer,
  'dynamic-transfer': buildDynamicTransfer,
  'program-verify': buildProgramVerify,
};

/** The writer of one crossbar, whose weights it first puts within the bounds of their cells. */
export function buildWriter(site: Site): Writer {
  const { model, weights, flaws } = site;
  if (flaws) intoBounds(weights, flaws);
  const build = writers[model.update.kind] as Build<Update>;
  return build(model.update, site);
}
