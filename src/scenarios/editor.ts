/**
 * @file JSON Schemas for editors: completion, descriptions and red lines while a scenario or a device file is written. Made from the
 * descriptions that the program itself checks with, but for what people write: units in texts, names in place of devices, `model`
 * with the keys that differ, defaults left out.
 */
import type { TSchema } from '@sinclair/typebox';
import { type DeviceKind, deviceKinds, deviceNames } from './devices.ts';
import { entryKeys } from './entries.ts';
import { type Known, ScenarioFrame } from './schema.ts';
import { SlurmSettings } from './slurm-file.ts';
import { TuningFile } from './tuning-file.ts';
import { valuesForms } from './vary.ts';

/** A schema as plain JSON. */
type Json = { [key: string]: unknown };
interface Described extends Json {
  type?: unknown;
  properties?: Record<string, Described>;
  required?: string[];
  oneOf?: Described[];
  items?: Described;
  description?: string;
  unit?: string;
  links?: boolean;
  const?: unknown;
}

/** Path → text of every schema file. */
export function schemaFiles({ learners, dataSets }: Known): Map<string, string> {
  const text = (schema: Json) =>
    `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`;
  const files = new Map<string, string>([
    [
      'scenarios/scenario.schema.json',
      text({
        ...scenario(Object.keys(dataSets)),
        $defs: { learner: anyLearner(learners), chip: chip({ required: [] }), ...parts() },
      }),
    ],
    ['scenarios/slurm.schema.json', text(writable(plainSchema(SlurmSettings)))],
    ['scenarios/tuning.schema.json', text(plainSchema(TuningFile))],
    ['devices/chip.schema.json', text({ ...chipFile(), $defs: parts() })],
  ]);
  for (const kind of ['cell', 'neuron', 'box'] as const)
    files.set(`devices/${kind}.schema.json`, text(unionFile(kind)));
  return files;
}

/** The name of a learner, or one with its options. */
function anyLearner(learners: Known['learners']): Json {
  const entries = Object.values(learners).map(learner => {
    const { properties: options } = writable(plainSchema(learner.options));
    const { learner: name, as } = plainSchema(entryKeys).properties!;
    return {
      type: 'object',
      description: learner.summary,
      additionalProperties: false,
      properties: { learner: { ...name, const: learner.name }, as, ...options },
      required: ['learner'],
    };
  });
  const names = {
    type: 'string',
    enum: Object.keys(learners),
    description: 'a learner with its default options',
  };
  return { anyOf: [names, { oneOf: entries }] };
}

function scenario(dataSets: readonly string[]): Json {
  const { properties, ...frame } = writable(plainSchema(ScenarioFrame));
  const { data, learners: list, vary, zip, quick, distill } = properties as Record<string, Described>;
  const paths = {
    type: 'object',
    additionalProperties: { anyOf: valuesForms.map(form => writable(plainSchema(form))) },
  };
  const learner = { $ref: '#/$defs/learner' };
  const chip = { anyOf: [named('chip'), { $ref: '#/$defs/chip' }] };
  const told = transfer(distill!, learner, chip);
  const arm = { ...told, required: [] };
  return {
    ...frame,
    properties: {
      ...properties,
      data: {
        ...data,
        properties: { ...data!.properties, set: { ...data!.properties!.set, enum: dataSets } },
      },
      chip: { ...chip, description: (properties!.chip as Described).description },
      learners: { ...list, items: learner },
      distill: told,
      vary: { ...paths, properties: { distill: arms(arm) }, description: vary!.description },
      zip: { anyOf: [paths, { type: 'array', items: paths }], description: zip!.description },
      quick: { type: 'object', description: quick!.description, additionalProperties: {} },
    },
  };
}

/** A distillation, with what a teacher may be: a learner, or a chip in a file. */
function transfer(distill: Described, learner: Json, chip: Json): Json {
  const { teacher, teacherChip, ...others } = distill.properties!;
  const saved = {
    type: 'object',
    description: 'a chip that was kept (`mortal run --save-chip`)',
    additionalProperties: false,
    properties: { saved: { type: 'string', description: 'path of its file' } },
    required: ['saved'],
  };
  return {
    ...distill,
    properties: {
      teacher: { description: teacher!.description, anyOf: [learner, saved] },
      teacherChip: { ...chip, description: teacherChip!.description },
      ...others,
    },
  };
}

/** Ways of telling, as `vary` lists them: each says what differs from the scenario's own. */
const arms = (arm: Json): Json => ({
  type: 'array',
  minItems: 1,
  items: {
    anyOf: [
      {
        type: 'object',
        additionalProperties: false,
        properties: { label: { type: 'string', description: 'what tables call it' }, value: arm },
        required: ['label', 'value'],
      },
      arm,
    ],
  },
});

/** What a chip's slots may hold, for `$ref`s: objects that start from a file, or from the device that is there. */
const parts = (): Json => ({
  cell: flat(plainSchema(deviceKinds.cell.schema)),
  neuron: flat(plainSchema(deviceKinds.neuron.schema)),
  box: flat(plainSchema(deviceKinds.box.schema)),
});

/** A whole chip, or one that starts from another file. */
const chipFile = (): Json => ({
  title: 'chip',
  type: 'object',
  anyOf: [chip({ required: plainSchema(deviceKinds.chip.schema).required! }), chip({ required: ['model'] })],
});

function chip({ required }: { required: string[] }): Json {
  const { properties, ...rest } = plainSchema(deviceKinds.chip.schema);
  const slot = (kind: DeviceKind): Json => ({ anyOf: [named(kind), { $ref: `#/$defs/${kind}` }] });
  const { cell, neuron, boxes, dac, adc, update, crossbar, energy, ...others } = properties!;
  const partly = (part: Described): Json => ({ ...writable(part), required: [] });
  return {
    ...rest,
    properties: {
      model: named('chip'),
      ...mapped(others, writable),
      cell: slot('cell'),
      crossbar: partly(crossbar!),
      dac: flat(dac!),
      adc: flat(adc!),
      neuron: slot('neuron'),
      boxes: { ...boxes, properties: { front: slot('box'), between: slot('box') }, required: [] },
      update: flat(update!),
      energy: partly(energy!),
    },
    required,
  };
}

/** A cell, neuron or box file: one of the kinds, or one that starts from another file. */
function unionFile(kind: DeviceKind): Json {
  const union = plainSchema(deviceKinds[kind].schema);
  const { properties, ...from } = flat(union);
  return {
    title: kind,
    type: 'object',
    description: union.description,
    anyOf: [
      ...union.oneOf!.map(writable),
      { ...from, properties: { model: named(kind), ...(properties as Json) }, required: ['model'] },
    ],
  };
}

/** The name of a device file, or its path. */
const named = (kind: DeviceKind): Json => ({
  type: 'string',
  description: `name of a ${kind} in devices/${deviceKinds[kind].folder}, or path of a .json file`,
  anyOf: [{ enum: deviceNames(kind) }, { pattern: '\\.json$' }],
});

/** A union of kinds as one object with the keys of all; a `kind` that is given limits them to its own. */
function flat({ oneOf: members = [], description }: Described): Json {
  const kinds = members.map(member => member.properties!.kind!.const);
  const properties: Record<string, Json> = { model: { type: 'string', description: 'file to start from' } };
  for (const [key, schema] of members.flatMap(member => Object.entries(member.properties!))) {
    const one = writable(schema);
    const before = properties[key];
    if (before === undefined) properties[key] = one;
    else if (JSON.stringify(before) !== JSON.stringify(one))
      properties[key] = { anyOf: [...((before.anyOf as Json[]) ?? [before]), one] };
  }
  properties.kind = { type: 'string', enum: kinds };
  return {
    type: 'object',
    description,
    additionalProperties: false,
    properties,
    allOf: members.map((member, i) => ({
      if: { properties: { kind: { const: kinds[i] } }, required: ['kind'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { propertyNames: { enum: ['model', ...Object.keys(member.properties!)] } },
    })),
  };
}

/** A description as people may write it: keywords of our own gone, keys with a default optional. */
function writable(schema: Described): Described {
  const {
    unit,
    links: _links,
    formula: _formula,
    csv: _csv,
    file: _file,
    discriminator: _discriminator,
    ...rest
  } = schema;
  const own: Described = { ...rest };
  if (unit !== undefined)
    own.description = `${schema.description} (${unit === '1' ? 'a number or "5 %"' : `text with a unit, or a number in ${unit}`})`;
  if (schema.oneOf !== undefined) own.oneOf = schema.oneOf.map(writable);
  if (schema.items !== undefined) own.items = writable(schema.items);
  if (schema.links !== undefined) own.items = { anyOf: [named('box'), { type: 'object' }] };
  if (schema.properties === undefined) return own;
  own.properties = mapped(schema.properties, writable);
  own.required = (schema.required ?? []).filter(key => schema.properties![key]!.default === undefined);
  return own;
}

const mapped = (properties: Record<string, Described>, change: (schema: Described) => Described) =>
  Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, change(schema)]));

/** Without TypeBox's symbols. */
const plainSchema = (schema: TSchema): Described => JSON.parse(JSON.stringify(schema));
