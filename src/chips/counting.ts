/**
 * @file What a chip's passes and lessons cost besides the reads of its crossbars: rows that DACs drive, lines that somebody looks at, and what layers do by
 * themselves. A learner pays for what it measures, once.
 */
import type { LayerShape, Nudges } from './access.ts';
import { goesOnInAnalog } from './converters/uniform.ts';
import type { Parts } from './parts.ts';
import type { FullPass } from './pass.ts';

export interface Counting {
  /** One forward pass: rows driven, and what is measured of it. */
  pass(pass: FullPass): void;
  /** Currents that a learner pushes into columns come from DACs. */
  nudges(samples: number, nudges: Nudges | undefined): void;
  /** Trains on rows and columns come from DACs like anything that drives them. */
  trains(l: number, samples: number): void;
  /** Trains that lines make of what they hold, the factor of each sample being one conversion more. */
  generated(l: number, samples: number): void;
  /** What layer l wrote by was measured: its activities, unless goodness was worked out of them already, and what drove its rows. */
  digitised(l: number, pass: FullPass): void;
  /** Arithmetic with what drove the rows of layer l needs it measured, once a pass; without a box before them it is known from the layer below. */
  inputs(l: number, pass: FullPass): void;
}

export function buildCounting({ meter, model, shapes, entry, boxes, boxesBack, frontBox }: Parts): Counting {
  const hasDac = model.dac.kind !== 'none';
  const hasSquarers = model.goodness?.kind === 'squarers';
  const isAnalog = goesOnInAnalog(model.dac);
  // labels among the pixels change the size of every pixel
  const isKept = model.dac.kind === 'uniform' && model.dac.held === 'kept' && entry !== 'pixels';
  let kept = -1; // the images that DACs stand at

  /** Rows that are converted for a pass. */
  function converted(l: number, shape: LayerShape, version: number): number {
    const isNew = l === 0 ? !isKept || version !== kept : !isAnalog;
    if (l === 0) kept = version;
    return isNew ? driven(shape) : entering(shape);
  }

  /** Somebody looks at so many lines of layer l. */
  function measured(l: number, samples: number, lines: number): void {
    meter.adcConversions += samples * lines;
    meter.measuredConversions += samples * lines;
    meter.measured[l]! += samples;
  }

  /** Goodness of layer l, by its own circuits or worked out. */
  function appraised(l: number, samples: number): void {
    const { units } = shapes[l]!;
    if (hasSquarers) {
      meter.squarings += samples * units;
      meter.goodnessConversions += samples;
      meter.weighed[l]! += samples;
      return;
    }
    measured(l, samples, units);
  }

  return {
    pass({ batch, isSeen, delivered, goodness, inputsSeen, held }) {
      meter.forwardPasses += batch;
      inputsSeen.fill(0);
      const last = shapes.length - 1;
      shapes.forEach((shape, l) => {
        const { units } = shape;
        if (hasDac) meter.dacConversions += batch * converted(l, shape, held.version);
        if (goodness) appraised(l, batch);
        else if (isSeen || (l === last && !boxes[l])) measured(l, batch, units); // what leaves the chip is arithmetic away
        if (l === last && boxes[l] && delivered) measured(l, batch, units);
      });
    },
    nudges(samples, nudges) {
      if (!nudges || !hasDac) return;
      shapes.forEach(({ units }, l) => {
        if (nudges[l]) meter.dacConversions += samples * units;
      });
    },
    trains(l, samples) {
      const shape = shapes[l]!;
      if (hasDac) meter.dacConversions += samples * (driven(shape) + shape.units);
    },
    generated(l, samples) {
      const shape = shapes[l]!;
      meter.generatedTrains += samples * (driven(shape) + shape.units);
      if (hasDac) meter.dacConversions += samples;
    },
    digitised(l, pass) {
      if (hasSquarers) measured(l, pass.batch, shapes[l]!.units);
      inputs(l, pass);
    },
    inputs,
  };

  function inputs(l: number, pass: FullPass): void {
    const above = boxesBack?.[l + 1] ? shapes[l + 1]!.units : 0;
    const isBoxed = (l === 0 ? frontBox : boxes[l - 1]) !== undefined;
    const lines = (isBoxed ? shapes[l]!.inputs : 0) + above;
    if (lines === 0 || pass.inputsSeen[l]) return;
    pass.inputsSeen[l] = 1;
    measured(l, pass.batch, lines);
  }
}

/** Those that carry what comes from outside the chain: bias and labels. */
const entering = ({ rows, inputs, fields, places }: LayerShape): number =>
  fields ? places.reduce((sum, place) => sum + place.rows - place.inputs, 0) : rows - inputs;

/** Word lines of a layer, each with a driver: every field has its own. */
const driven = ({ rows, fields, matrix }: LayerShape): number => (fields ? matrix.rows : rows);
