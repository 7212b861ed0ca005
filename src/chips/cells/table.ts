/** @file Something measured at a few conductances, with straight lines between and the nearest value beyond. */
import { type TSchema, Type } from '@sinclair/typebox';
import { quantity } from '../../description.ts';

const points = { minItems: 2, maxItems: 1000 };

/** Two lists of equal length: `conductances` and what was measured there, under `name` in the plural. */
export const tableOf = <N extends string, S extends TSchema>(name: N, value: S) => {
  const values = Type.Array(value, { ...points, description: 'one for each conductance' });
  return {
    conductances: Type.Array(quantity('S', 'where it was measured', { minimum: 0 }), {
      ...points,
      description: 'increasing',
    }),
    ...({ [`${name}s`]: values } as { [K in `${N}s`]: typeof values }),
  };
};

/** @throws RangeError where the lists differ in length or conductances do not increase */
export function interpolated(at: readonly number[], values: readonly number[]): (g: number) => number {
  if (at.length !== values.length)
    throw new RangeError(`a table has ${at.length} conductances but ${values.length} values`);
  if (at.some((g, k) => k > 0 && !(g > at[k - 1]!)))
    throw new RangeError('the conductances of a table must increase');
  return g => {
    let k = 0;
    while (k < at.length - 2 && g > at[k + 1]!) k++;
    const share = Math.min(1, Math.max(0, (g - at[k]!) / (at[k + 1]! - at[k]!)));
    return values[k]! + share * (values[k + 1]! - values[k]!);
  };
}
