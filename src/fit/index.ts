/**
 * @file From a file of measured pulses to a fitted cell: reads, fits one model or all, refuses what no model describes.
 */
import { alternatives, didYouMean, InputError } from '../scenarios/problems.ts';
import { type Fit, fitModel, scaled } from './fit.ts';
import { models } from './models.ts';
import { type Pulses, readPulses } from './pulses.ts';
import { type FitWords, inWords } from './words.ts';

export interface Fitted {
  readonly pulses: Pulses;
  /** all that were tried, best first by the Bayesian criterion */
  readonly fits: readonly Fit[];
  readonly best: Fit;
  readonly words: FitWords;
}

export interface Choice {
  /** a model's name, or `best` */
  readonly model: string;
  /** also where no model explains the data */
  readonly force: boolean;
}

/** Courses that explain less of the variance than this are no description of a device. */
export const leastRSquared = 0.8;

/** Names that may be asked for. */
export const modelNames: readonly string[] = [...models.map(({ name }) => name), 'best'];

/** @throws InputError */
export function fitFile(path: string, { model, force }: Choice, cwd: string): Fitted {
  if (!modelNames.includes(model))
    throw new InputError([
      {
        where: `--model ${model}`,
        path: '',
        message: `no such model: there is ${alternatives(modelNames)}${didYouMean(model, modelNames)}`,
      },
    ]);
  const pulses = readPulses(path, cwd);
  const measured = scaled(pulses.devices);
  const wanted = models.filter(({ name }) => model === 'best' || name === model);
  const fits = wanted
    .map(each => fitModel(each, measured))
    .sort((a, b) => Number(isFit(b)) - Number(isFit(a)) || a.bic - b.bic);
  const best = fits[0]!;
  if (!isFit(best) && !force) {
    const which = wanted.length === 1 ? `the ${best.model.name} model` : 'any model';
    const device = standing(best);
    const why =
      best.rSquared < leastRSquared || device === undefined
        ? `R² ${best.rSquared.toFixed(2)}, at least ${leastRSquared} is needed`
        : `its pulses of one direction do not move device "${device}" that way`;
    const others = wanted.length === 1 ? ' (--model best tries the others)' : '';
    const message = `these data are not what ${which} says under these pulses: ${why}${others}; are directions and the order of rows right? --force takes the fit all the same`;
    throw new InputError([{ where: pulses.name, path: '', message }]);
  }
  return { pulses, fits, best, words: inWords(best) };
}

const isFit = (fit: Fit): boolean => fit.rSquared >= leastRSquared && standing(fit) === undefined;

/** A device that one direction of pulses does not move, or not in that direction. */
function standing({ model, devices, middle }: Fit): string | undefined {
  return devices.find(({ p }) => {
    const { up, down } = model.inWords(p, middle, (p[1]! - p[0]!) / 2);
    return !(up > 0 && down > 0);
  })?.name;
}
