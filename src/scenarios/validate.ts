/**
 * @file Holds what was written against its schema, and turns it into what the program works with: quantities become numbers in SI
 * units, formulas become trees, defaults are filled in. Two keywords of our own, `unit` and `formula`, mark the texts to turn;
 * they are gathered while ajv runs and turned afterwards, so that what is slow to load is loaded only where it is needed.
 */
import type { TSchema } from '@sinclair/typebox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataValidationCxt, SchemaValidateFunction } from 'ajv/dist/types/index.js';
import { explain, outOfRange, pathOf, problem, type Schema, shown } from './explain.ts';
import { type Path, plain, type Written } from './locate.ts';
import type { Problem } from './problems.ts';
import { inUnit } from './units.ts';

/** What came of a validation. The value is to be trusted only where there are no problems. */
export interface Checked {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Validates and converts.
 * @param above path of `written` in the file, for messages
 */
export async function check(schema: TSchema, written: Written, above: Path = []): Promise<Checked> {
  const holder = { value: plain(written) }; // what is turned in place needs something around it
  const found: Found[] = [];
  const validate = ajv.compile(schema);
  validate.call({ found }, holder.value, {
    instancePath: '',
    parentData: holder,
    parentDataProperty: 'value',
    rootData: holder as Record<string, unknown>,
    dynamicAnchors: {},
  });
  const problems = (validate.errors ?? []).map(error => explain(error, written, above));
  for (const text of found) {
    try {
      text.holder[text.key] = await turned(text);
    } catch (error) {
      const link = 'variables' in text.meaning ? ': the formula' : ',';
      const message = `found ${shown(text.text)}${link} ${(error as Error).message}`;
      problems.push(problem(written, pathOf(text.pointer), above, message));
    }
  }
  return { value: holder.value, problems };
}

/** A text that ajv came across and that stands for something else. */
interface Found {
  readonly text: string;
  readonly pointer: string;
  readonly holder: Record<string | number, unknown>;
  readonly key: string | number;
  readonly meaning: { unit: string; range: Schema } | { variables: readonly string[] };
}

async function turned({ text, meaning }: Found): Promise<unknown> {
  if ('variables' in meaning) {
    const { parseFormula } = await import('./formula.ts');
    return parseFormula(text, meaning.variables);
  }
  const number = await inUnit(text, meaning.unit);
  const wrong = outOfRange(number, meaning.range);
  if (wrong !== undefined) throw new Error(wrong);
  return number;
}

const ajv = new Ajv2020({
  allErrors: true,
  discriminator: true,
  strict: true,
  allowUnionTypes: true,
  useDefaults: true,
  verbose: true,
  passContext: true,
});

/** A keyword that lets its text pass and takes it down. */
const gathering = (meaning: (value: never, schema: Schema) => Found['meaning']) =>
  function (
    this: { found: Found[] },
    value: never,
    text: string,
    schema: unknown,
    at?: DataValidationCxt,
  ): boolean {
    const { instancePath: pointer, parentData: holder, parentDataProperty: key } = at!;
    this.found.push({ text, pointer, holder, key, meaning: meaning(value, schema as Schema) });
    return true;
  } as SchemaValidateFunction;

ajv.addKeyword({
  keyword: 'unit',
  type: 'string',
  schemaType: 'string',
  errors: false,
  validate: gathering((unit, range) => ({ unit, range })),
});
ajv.addKeyword({
  keyword: 'formula',
  type: 'string',
  schemaType: 'array',
  errors: false,
  validate: gathering(variables => ({ variables })),
});
