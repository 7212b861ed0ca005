/** @file A fit as `mortal fit` prints it. */
import type { Fit } from '../fit/fit.ts';
import type { Parameter } from '../fit/words.ts';
import { si } from './si.ts';
import { table } from './table.ts';

/** @param fits all that were tried, the chosen one first */
export function fitText(best: Fit, fits: readonly Fit[], parameters: readonly Parameter[]): string {
  const of = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;
  const lines = parameters.map(({ key, value, error, unit }) => {
    const number = (x: number) => (unit === 'S' ? si(x, 'S') : String(Number(x.toPrecision(3))));
    return [key, number(value), error === undefined ? 'as measured' : `± ${number(error)}`];
  });
  const residual =
    Math.sqrt(best.noise.variance * best.noise.share + squareOfWalk(best)) * best.measured.width;
  return `${best.model.name}: ${of(best.devices.length, 'device')}, ${of(best.observations, 'step')}, R² ${best.rSquared.toFixed(4)}, residual ${si(residual, 'S')} a pulse

${table([['parameter', 'value', 'error'], ...lines], 1)}${fits.length > 1 ? `\n${modelsText(fits)}` : ''}`;
}

/** Variance of one typical prediction by cycle noise. */
const squareOfWalk = ({ noise }: Fit): number => noise.variance * (1 - noise.share);

function modelsText(fits: readonly Fit[]): string {
  const [best] = fits as readonly [Fit, ...Fit[]];
  const lines = fits.map(({ model, parameters, bic, aic, rSquared }) => [
    model.name,
    String(parameters),
    (bic - best.bic).toFixed(1),
    (aic - best.aic).toFixed(1),
    rSquared.toFixed(4),
  ]);
  return table([['model', 'parameters', 'BIC − best', 'AIC − best', 'R²'], ...lines], 1);
}
