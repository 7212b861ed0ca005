import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { scenarioFiles } from '../../src/scenarios/catalogue.ts';
import { type DeviceKind, deviceKinds, deviceNames } from '../../src/scenarios/devices.ts';
import { schemaFiles } from '../../src/scenarios/editor.ts';
import { known as realKnown } from '../../src/scenarios/known.ts';
import { known as standIns } from '../fixtures/known.ts';
import { scenario } from '../fixtures/world.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const files = schemaFiles(realKnown());

/** Whether an editor would be content with `content`. */
function accepts(schema: string, content: unknown): boolean {
  const validate = compiled.get(schema) ?? ajv.compile(JSON.parse(schema));
  compiled.set(schema, validate);
  return validate(content);
}
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
const compiled = new Map<string, ValidateFunction>();

test.each([...files.keys()])('%s is what the program checks with (run: node src/main.js schema)', path => {
  expect(file(path)).toBe(files.get(path));
});

describe('editors accept', () => {
  test.each(scenarioFiles('.').map(({ path }) => path))('%s', path => {
    expect(accepts(files.get('scenarios/scenario.schema.json')!, parse(file(path)))).toBe(true);
  });

  const devices = (['chip', 'cell', 'neuron', 'box'] as const).flatMap(kind =>
    deviceNames(kind).map((name): [DeviceKind, string] => [
      kind,
      `devices/${deviceKinds[kind].folder}/${name}.json`,
    ]),
  );
  test.each(devices)('the %s %s', (kind, path) => {
    expect(accepts(files.get(`devices/${kind}.schema.json`)!, parse(file(path)))).toBe(true);
  });
});

describe('in a scenario, editors', () => {
  const schema = schemaFiles(standIns).get('scenarios/scenario.schema.json')!;

  test.each<[string, Record<string, unknown>]>([
    ['a name for a cell', { chip: { model: 'reference', cell: 'ideal' } }],
    ['a path for a cell', { chip: { model: 'reference', cell: './mine.json' } }],
    ['some keys of a cell', { chip: { model: 'reference', cell: { readNoise: '5 %' } } }],
    ['a cell of another kind', { chip: { model: 'reference', cell: { kind: 'soft-bounds', states: 100 } } }],
    [
      'a box that starts from a file',
      { chip: { model: 'ideal', boxes: { front: { model: 'scattering', bits: 0 } } } },
    ],
    ['a path for a chip', { chip: '../my-chip.json' }],
    ['options of a learner', { learners: [{ learner: 'ff', as: 'ff, long', rate: '1 %' }, 'readout-only'] }],
    ['what is varied', { vary: { 'chip.cell.readNoise': ['1 %', { label: 'none', value: 0 }] } }],
    ['a list of seeds', { seeds: [3, 5] }],
  ])('accept %s', (_, changes) => {
    expect(accepts(schema, scenario(changes))).toBe(true);
  });

  test.each<[string, Record<string, unknown>]>([
    ['an unknown key', { tittle: 'x' }],
    ['an unknown chip', { chip: 'refrence' }],
    ['an unknown key of a cell', { chip: { model: 'reference', cell: { readNoice: 1 } } }],
    [
      'a key of another kind of cell',
      { chip: { model: 'reference', cell: { kind: 'linear', states: 100 } } },
    ],
    ['an unknown learner', { learners: ['fff'] }],
    ['an unknown option', { learners: [{ learner: 'ff', epoch: 3 }] }],
    ['an unknown data set', { data: { set: 'mnsit', train: 1, validation: 1, test: 1 } }],
    ['a value that is out of range', { checkpoints: 0 }],
  ])('refuse %s', (_, changes) => {
    expect(accepts(schema, scenario(changes))).toBe(false);
  });
});
