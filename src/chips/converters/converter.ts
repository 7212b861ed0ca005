/**
 * @file DACs at the rows and ADCs at the columns: their descriptions, one member a kind of circuit. Capacitors and comparators differ from their nominal
 * values by draws of their own for every converter, fixed for life (Spear et al. 2023, IEEE JXCDC, whose circuits these are; as in CrossSim, but each
 * group of columns has draws of its own here). A circuit's output is the nominal value of its code: what is wrong with it are its decisions.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, oneOfKinds, ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';

const NoConverter = strict({ kind: Type.Literal('none') }, { description: 'analog values pass unconverted' });

const range = ratio('full scale: values are clipped to ± range, in units of the activity', {
  exclusiveMinimum: 0,
  default: 6,
});
const uniform = {
  kind: Type.Literal('uniform'),
  bits: count('resolution', { maximum: 16, default: 8 }),
  range,
  low: Type.Optional(ratio('lowest value, for signals of one sign; −range when absent', { maximum: 0 })),
  levels: Type.Optional(
    choice(
      ['odd', 'even'],
      'odd: 2^bits − 1 levels (sign and magnitude), of which 0 is one; even: 2^bits levels, with 0 between two of them; odd when absent',
    ),
  ),
};
const rounding = Type.Optional(
  choice(
    ['nearest', 'stochastic'],
    'stochastic: up or down at random, right in the mean; nearest when absent',
  ),
);
const rows = Type.Optional(
  choice(
    ['all', 'entering'],
    'which rows have a DAC: all; or those that values enter by from outside (images, biases, labels), while activities go on from layer to layer as they are and only end at ± range. The latter needs a chip without ADCs; all when absent',
  ),
);
const held = Type.Optional(
  choice(
    ['converted', 'kept'],
    'what DACs do in further passes of an image that is held, with labels on lines of their own: convert it anew, or keep what they give, so that only labels and biases are converted; converted when absent',
  ),
);
const Clip = strict(
  { kind: Type.Literal('clip'), range },
  { description: 'no levels: values are clipped to ± range and pass as they are' },
);
const UniformDac = strict(
  { ...uniform, rounding, rows, held },
  { description: 'evenly spaced levels from −range to +range' },
);

const fullScale = {
  range,
  ranging: Type.Optional(
    choice(
      ['given', 'maximal', 'granular', 'calibrated'],
      'given: `range` is the full scale; maximal: what all rows of a tile can give at most is; granular: a step is what the smallest input step and one level of a cell give. These two need a DAC. calibrated: as measured, see calibration; given when absent',
    ),
  ),
  calibration: Type.Optional(
    strict(
      {
        percentile: ratio('share of the sizes of the currents that the full scale is to hold', {
          exclusiveMinimum: 0,
          maximum: 1,
          default: 0.999,
        }),
        each: choice(['tile', 'column'], 'what has a full scale of its own', { default: 'tile' }),
        every: count(
          'samples after which it is measured anew, on the batch that is read then; the first is always',
          { default: 10000, maximum: 1000000000 },
        ),
      },
      {
        description:
          'how calibrated ranges are measured: the currents of a batch are read and converted once more for it, which is on the bill',
      },
    ),
  ),
};
const UniformAdc = strict(
  {
    ...uniform,
    ...fullScale,
    rounding,
  },
  { description: 'evenly spaced levels from −range to +range' },
);

const circuit = {
  // every code has a level in a table
  bits: count('resolution', { maximum: 12, default: 8 }),
  ...fullScale,
  comparatorOffset: ratio('spread of the offsets of comparators, as a fraction of the full scale', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  gain: ratio('gain of the amplifier, decibels; 100 is close to ideal', { minimum: 0, default: 100 }),
};
const group = count('neighbouring columns that share one converter', { default: 8, maximum: 65536 });
const capacitorMismatch = ratio(
  'spread of a unit capacitor, as a fraction of it; one of n units is off by √n times that',
  { minimum: 0, maximum: 0.3, default: 0 },
);
const RampAdc = strict(
  { kind: Type.Literal('ramp'), ...circuit, capacitorMismatch },
  {
    description:
      'one ramp from an array of capacitors for all columns of a tile, and a comparator for each: the code whose level is nearest',
  },
);
const SarAdc = strict(
  {
    kind: Type.Literal('sar'),
    ...circuit,
    capacitorMismatch,
    group,
    split: Type.Optional(
      Type.Boolean({
        description: 'the capacitors stand in two halves joined by a bridge; false when absent',
      }),
    ),
  },
  { description: 'successive approximation: binary search against an array of capacitors' },
);
const stage = {
  ...circuit,
  group,
  samplingMismatch: ratio('spread of the capacitors that sample, C1, as a fraction', {
    minimum: 0,
    maximum: 0.3,
    default: 0,
  }),
  feedbackMismatch: ratio('spread of the capacitors of the other half of the doubling, C2, as a fraction', {
    minimum: 0,
    maximum: 0.3,
    default: 0,
  }),
  parasitic: ratio('spread of the parasitic capacitance at the amplifier, in units of C1', {
    minimum: 0,
    maximum: 0.3,
    default: 0,
  }),
};
const PipelineAdc = strict(
  { kind: Type.Literal('pipeline'), ...stage },
  { description: 'a stage for every bit: two comparisons, and the doubled residue goes on to the next' },
);
const CyclicAdc = strict(
  { kind: Type.Literal('cyclic'), ...stage },
  { description: 'the stage of a pipeline, whose residue goes round through itself' },
);

/** Description of a DAC. */
export const Dac = oneOfKinds([NoConverter, Clip, UniformDac], 'a converter');
export type Dac = Static<typeof Dac>;

/** Description of an ADC. */
export const Adc = oneOfKinds(
  [NoConverter, Clip, UniformAdc, RampAdc, SarAdc, PipelineAdc, CyclicAdc],
  'a converter',
);
export type Adc = Static<typeof Adc>;
export type AdcOf<K extends Adc['kind']> = Extract<Adc, { kind: K }>;

/** Converts currents in place, every column by its own converter. x [batch, columns], in units of the activity */
export type Conversion = (x: Matrix) => void;
