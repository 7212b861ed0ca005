/**
 * @file Holds what was written against its schema, and turns it into what the program works with: quantities become numbers in SI
 * units, formulas become trees, files become what is in them, defaults are filled in. Keywords of our own mark the texts to turn;
 * they are gathered while ajv runs and turned afterwards, so that what is slow to load is loaded only where it is needed.
 */
import type { TSchema } from '@sinclair/typebox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataValidationCxt, SchemaValidateFunction } from 'ajv/dist/types/index.js';
import { readCurves } from './csv.ts';
import { explain, outOfRange, pathOf, problem, type Schema, shown } from './explain.ts';
import { type Path, placeOf, plain, type Written } from './locate.ts';
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
      const { folder } = placeOf(written, pathOf(text.pointer)).source;
      text.holder[text.key] = await turned(text, folder);
    } catch (error) {
      const link = links[text.meaning.keyword];
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
  readonly meaning:
    | { keyword: 'unit'; unit: string; range: Schema }
    | { keyword: 'formula'; variables: readonly string[] }
    | { keyword: 'csv' }
    | { keyword: 'file'; which: 'onnx' | 'dotted' };
}

/** Between what was found and why it will not do. */
const links = { unit: ',', formula: ': the formula', csv: ':', file: ':' } as const;

/** @param folder that file names are relative to */
async function turned({ text, meaning }: Found, folder: string): Promise<unknown> {
  if (meaning.keyword === 'formula') {
    const { parseFormula } = await import('./formula.ts');
    return parseFormula(text, meaning.variables);
  }
  if (meaning.keyword === 'csv') return readCurves(text, folder);
  if (meaning.keyword === 'file') {
    const { onnxFile, wordOfCommand } = await import('./named.ts');
    return meaning.which === 'onnx' ? onnxFile(text, folder) : wordOfCommand(text, folder);
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

ajv.addKeyword({ keyword: 'links', schemaType: 'boolean' }); // of boxes, that names may stand for: says nothing to a validator
ajv.addKeyword({
  keyword: 'unit',
  type: 'string',
  schemaType: 'string',
  errors: false,
  validate: gathering((unit, range) => ({ keyword: 'unit', unit, range })),
});
ajv.addKeyword({
  keyword: 'formula',
  type: 'string',
  schemaType: 'array',
  errors: false,
  validate: gathering(variables => ({ keyword: 'formula', variables })),
});
ajv.addKeyword({
  keyword: 'csv',
  type: 'string',
  schemaType: 'boolean',
  errors: false,
  validate: gathering(() => ({ keyword: 'csv' })),
});
ajv.addKeyword({
  keyword: 'file',
  type: 'string',
  schemaType: 'string',
  errors: false,
  validate: gathering((which: 'onnx' | 'dotted') => ({ keyword: 'file', which })),
});
