/** @file The figures of the report, in their order. */
import { agreementMatrix } from './agreement-matrix.ts';
import { alike } from './alike.ts';
import { boxCost } from './box-cost.ts';
import { boxes } from './boxes.ts';
import { chip } from './chip.ts';
import { differences } from './differences.ts';
import { energyOfAnswer, energyOfTraining } from './energy.ts';
import { errors } from './errors.ts';
import type { Figure } from './figure.ts';
import { giving } from './giving.ts';
import { heatMaps } from './heat-maps.ts';
import { layers } from './layers.ts';
import { learningCurves } from './learning-curves.ts';
import { life } from './life.ts';
import { lineage } from './lineage.ts';
import { neurons } from './neurons.ts';
import { passes } from './passes.ts';
import { receptiveFields } from './receptive-fields.ts';
import { sweep } from './sweep.ts';
import { transferAgreement, transferError } from './transfer.ts';
import { twoChips } from './two-chips.ts';

export const figures: readonly Figure[] = [
  errors,
  giving,
  transferError,
  transferAgreement,
  lineage,
  agreementMatrix,
  alike,
  twoChips,
  sweep,
  heatMaps,
  life,
  differences,
  passes,
  energyOfTraining,
  energyOfAnswer,
  learningCurves,
  boxCost,
  layers,
  chip,
  neurons,
  boxes,
  receptiveFields,
];
