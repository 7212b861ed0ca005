/**
 * @file What a schema found wrong, in words for people: what was found, what is allowed, what was probably meant.
 */
import type { ErrorObject } from 'ajv';
import { type Path, placeOf, placeOfKey, type Written, whereOf } from './locate.ts';
import { alternatives, didYouMean, type Problem } from './problems.ts';
import { needed } from './units.ts';

/** The parts of a schema that messages are made of. */
export interface Schema {
  type?: string | string[];
  unit?: string;
  description?: string;
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

/**
 * One of ajv's errors as a problem.
 * @param root what was validated, with its places
 * @param above path of `root` in the file that is spoken of
 */
export function explain(error: ErrorObject, root: Written, above: Path): Problem {
  const path = pathOf(error.instancePath);
  const schema = (error.parentSchema ?? {}) as Schema;
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    return keyProblem(root, [...path, key], above, unknownKey(key, Object.keys(schema.properties ?? {})));
  }
  if (error.keyword === 'required') {
    const key = String(error.params.missingProperty);
    return problem(
      root,
      path,
      above,
      `"${key}" is missing${inBrackets(schema.properties?.[key]?.description)}`,
    );
  }
  if (error.keyword === 'discriminator') {
    const kinds = (schema.oneOf ?? []).map(member => String(member.properties?.kind?.const));
    const kind = error.params.tagValue;
    if (kind === undefined) return problem(root, path, above, `"kind" is missing: ${alternatives(kinds)}`);
    return problem(root, [...path, 'kind'], above, oneOf(kind, kinds));
  }
  return problem(root, path, above, message(error, schema));
}

/** A problem of the value at `path`. */
export const problem = (root: Written, path: Path, above: Path, message: string): Problem => ({
  where: whereOf(placeOf(root, path)),
  path: [...above, ...path].join('.'),
  message,
});

/** A problem of the key at the end of `path`. */
export const keyProblem = (root: Written, path: Path, above: Path, message: string): Problem => ({
  where: whereOf(placeOfKey(root, path)),
  path: [...above, ...path].join('.'),
  message,
});

/** A key that is none of `known`. */
export function unknownKey(key: string, known: readonly string[]): string {
  const names = known.filter(name => name !== '$schema');
  const meant = didYouMean(key, names);
  const allowed = names.length === 0 ? '' : ` (allowed: ${names.join(', ')})`;
  return `unknown key "${key}"${meant === '' ? allowed : meant}`;
}

/** A word that is none of `known`. */
export const oneOf = (found: unknown, known: readonly string[]): string =>
  `found ${shown(found)}, needed is ${alternatives(known)}${typeof found === 'string' ? didYouMean(found, known) : ''}`;

/** Why a number is out of the range its schema allows; undefined where it is not. */
export function outOfRange(x: number, { minimum, maximum, exclusiveMinimum }: Schema): string | undefined {
  if (minimum !== undefined && x < minimum) return `${minimum} is the least allowed`;
  if (exclusiveMinimum !== undefined && x <= exclusiveMinimum)
    return `more than ${exclusiveMinimum} is needed`;
  if (maximum !== undefined && x > maximum) return `${maximum} is the most allowed`;
  return undefined;
}

/** A value as it would be written, cut to a line. */
export function shown(found: unknown): string {
  const text = typeof found === 'number' ? String(found) : (JSON.stringify(found) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function message(error: ErrorObject, schema: Schema): string {
  const { data: found, params } = error;
  const limit = Number(params.limit);
  switch (error.keyword) {
    case 'type':
      return `found ${shown(found)}, ${neededType(schema)}`;
    case 'enum':
      return oneOf(found, params.allowedValues.map(String));
    case 'const':
      return `found ${shown(found)}, needed is ${shown(params.allowedValue)}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return `found ${shown(found)}, ${outOfRange(Number(found), schema) ?? error.message}`;
    case 'minItems':
      return limit === 1 ? 'the list is empty' : `a list of at least ${limit} is needed`;
    case 'minLength':
      return limit === 1 ? 'the text is empty' : `a text of at least ${limit} characters is needed`;
    case 'maxItems':
      return `a list of at most ${limit} is allowed`;
    case 'maxLength':
      return `a text of at most ${limit} characters is allowed`;
    case 'uniqueItems':
      return `the list has ${shown((found as unknown[])[params.i])} twice`;
    default:
      return `found ${shown(found)}, ${error.message ?? `not allowed (${error.keyword})`}`;
  }
}

const typeNames: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function neededType(schema: Schema): string {
  if (schema.unit !== undefined) return needed(schema.unit);
  if (schema.oneOf !== undefined) return 'a name, or an object with a "kind", is needed';
  const types = [schema.type ?? []].flat().map(type => typeNames[type] ?? type);
  return `${types.join(' or ')} is needed`;
}

const inBrackets = (text: string | undefined) => (text === undefined ? '' : ` (${text})`);

/** The steps of a JSON pointer. */
export const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
