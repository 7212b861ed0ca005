/**
 * @file Who may import whom. Imports run one way, and learners see a chip through one door: that is what makes a box "unknown" to
 * them. Read from the sources; `type` marks what may be imported as a type only, for it leaves no trace at run time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../../src/', import.meta.url);

/** Folder (or file) → what it may import from other folders. A folder stands for all that is in it. */
const rules: Record<string, string[]> = {
  'description.ts': [],
  engine: [],
  data: ['engine'],
  chips: ['engine', 'description.ts'],
  learners: ['type chips/access.ts', 'type chips/model.ts', 'data/data.ts', 'engine', 'description.ts'],
  distill: ['learners', 'chips', 'data', 'engine', 'description.ts'],
  scenarios: ['distill', 'learners', 'chips', 'data', 'engine', 'description.ts'],
  fit: ['scenarios', 'type chips'],
  lab: ['scenarios', 'data', 'engine/streams.ts', 'type chips/model.ts', 'typescript.js'],
  report: [
    'lab',
    'type fit',
    'scenarios',
    'chips/model.ts',
    'chips/energy.ts',
    'type chips',
    'engine/streams.ts',
  ],
  cli: ['lab', 'report', 'fit', 'scenarios', 'data', 'type chips', 'description.ts', 'setup.js'],
  'main.js': ['cli', 'setup.js', 'typescript.js'],
  'setup.js': [],
  'typescript.js': [],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts') && !file.startsWith('engine/kernels/'))
  .filter(file => file !== 'index.ts'); // re-exports what others may use

const statements =
  /^(?:import|export)\s(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\(\s*'([^']+)'/gm;

function importsOf(from: string): Import[] {
  const text = readFileSync(new URL(from, root), 'utf8');
  return [...text.matchAll(statements)].flatMap(([, type, named, bare, lazy]) => {
    const path = named ?? bare ?? lazy!;
    if (!path.startsWith('.')) return [];
    return [{ from, to: posix.join(posix.dirname(from), path), isType: type !== undefined }];
  });
}

const folderOf = (file: string) => file.split('/')[0]!;
const isWithin = (file: string, place: string) => file === place || file.startsWith(`${place}/`);

function isAllowed({ from, to, isType }: Import): boolean {
  if (folderOf(from) === folderOf(to)) return true;
  return (rules[folderOf(from)] ?? []).some(rule =>
    rule.startsWith('type ') ? isType && isWithin(to, rule.slice(5)) : isWithin(to, rule),
  );
}

test('every folder and file of src has its rule', () => {
  expect([...new Set(sources.map(folderOf))].filter(folder => !(folder in rules))).toEqual([]);
});

test('imports run the one way of the house', () => {
  const all = sources.flatMap(importsOf);
  expect(all.length).toBeGreaterThan(200);
  const wrong = all
    .filter(i => !isAllowed(i))
    .map(({ from, to, isType }) => `${from} imports ${isType ? 'type ' : ''}${to}`);
  expect(wrong).toEqual([]);
});

test('the rules would notice a learner that imports a chip, and an engine that knows of one', () => {
  expect(isAllowed({ from: 'learners/ff.ts', to: 'chips/chip.ts', isType: true })).toBe(false);
  expect(isAllowed({ from: 'learners/ff.ts', to: 'chips/access.ts', isType: false })).toBe(false);
  expect(isAllowed({ from: 'learners/ff.ts', to: 'chips/access.ts', isType: true })).toBe(true);
  expect(isAllowed({ from: 'engine/matrix.ts', to: 'chips/model.ts', isType: true })).toBe(false);
  expect(isAllowed({ from: 'report/page.ts', to: 'learners/index.ts', isType: true })).toBe(false);
});

test('every import is read, whatever its form', () => {
  const forms = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    "import {\n  c,\n  type D,\n} from './c.ts';",
    "export type { E } from './e.ts';",
    "import './f.ts';",
    "  const g = await import('./g.ts');",
  ];
  const found = [...forms.join('\n').matchAll(statements)].map(([, type, ...paths]) => [
    paths.find(Boolean),
    type !== undefined,
  ]);
  expect(found).toEqual([
    ['./a.ts', false],
    ['./b.ts', true],
    ['./c.ts', false],
    ['./e.ts', true],
    ['./f.ts', false],
    ['./g.ts', false],
  ]);
});
