/**
 * @file Everything a person can get wrong: each is told apart, with file, line and what was probably meant; nothing is written and
 * the exit code is 2.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { deviceNames } from '../../src/scenarios/devices.ts';
import { alternatives } from '../../src/scenarios/problems.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { mortal, scenario } from '../fixtures/world.ts';

const good = scenario();

/** Runs `scenarios/x.json` with this content in a fresh folder. */
async function refused(content: unknown, argv: readonly string[] = [], files: Record<string, unknown> = {}) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': content, ...files });
  const before = filesOf(folder);
  const { code, err, out } = await mortal(folder, ['run', 'scenarios/x.json', ...argv]);
  expect(filesOf(folder)).toEqual(before);
  expect(out).toBe('');
  expect(code, err).toBe(2);
  return err;
}

const chip = (changes: Record<string, unknown>) => ({ ...good, chip: { model: 'reference', ...changes } });

describe('a scenario is refused that', () => {
  test.each<[string, unknown, string]>([
    ['is empty', '', 'scenarios/x.json:1:1: not JSON: a value is missing'],
    ['is cut off', '{\n  "title": "x",\n', 'scenarios/x.json:3:1: not JSON: a closing brace is missing'],
    [
      'has a stray word',
      '{\n  "title": oops\n}',
      'scenarios/x.json:2:12: not JSON: a word that is neither true',
    ],
    [
      'has a key twice',
      '{\n  "title": "x",\n  "title": "y"\n}',
      'scenarios/x.json:3:3: key "title" is there a second time',
    ],
    ['is a list', '[]', 'scenarios/x.json:1:1: found [], an object is needed'],
    ['is nested without end', '['.repeat(100_000), 'scenarios/x.json: nested too deeply'],
    [
      'lacks a key',
      { ...good, seeds: undefined },
      'scenarios/x.json:1:1: "seeds" is missing (how many seeds',
    ],
    [
      'has a misspelt key',
      { ...good, sedes: 3 },
      'scenarios/x.json:15:3 sedes: unknown key "sedes"; did you mean "seeds"?',
    ],
    [
      'has a key of its own',
      { ...good, budget: 3 },
      'unknown key "budget" (allowed: title, question, data, chip',
    ],
    [
      'has a dangerous key',
      '{"__proto__": {"seeds": 1}}',
      'scenarios/x.json:1:2 __proto__: unknown key "__proto__"',
    ],
    ['has an empty title', { ...good, title: '' }, 'scenarios/x.json:2:12 title: the text is empty'],
    ['has no learners', { ...good, learners: [] }, 'scenarios/x.json:11:15 learners: the list is empty'],
    ['has a number for a learner', { ...good, learners: [3] }, 'learners: found 3, an object is needed'],
    [
      'has an unknown learner',
      { ...good, learners: ['fff'] },
      'scenarios/x.json:12:5 learners: found "fff", a learner is needed; did you mean "ff"?',
    ],
    [
      'has an unknown option',
      { ...good, learners: [{ learner: 'ff', epoch: 3 }] },
      'learners.ff.epoch: unknown key "epoch"; did you mean "epochs"?',
    ],
    [
      'has half an epoch',
      { ...good, learners: [{ learner: 'ff', epochs: 2.5 }] },
      'learners.ff.epochs: found 2.5, a whole number is needed',
    ],
    [
      'has an infinite epoch',
      JSON.stringify({ ...good, learners: [{ learner: 'ff', epochs: 7 }] }).replace('7', '1e999'),
      'learners.ff.epochs: found Infinity, a whole number is needed',
    ],
    [
      'has a volt for a rate',
      { ...good, learners: [{ learner: 'ff', rate: '5 V' }] },
      'learners.ff.rate: found "5 V", a ratio is needed (for example 0.05 or "5 %")',
    ],
    [
      'has a learner twice',
      { ...good, learners: ['ff', 'ff'] },
      'scenarios/x.json:13:5 learners.ff: "ff" is entered a second time; give it a name of its own with "as"',
    ],
    ['has no seeds', { ...good, seeds: 0 }, 'seeds: found 0, 1 is the least allowed'],
    ['has an empty list of seeds', { ...good, seeds: [] }, 'seeds: the list is empty'],
    ['has a seed twice', { ...good, seeds: [1, 1] }, 'seeds: the list has 1 twice'],
    [
      'has an unknown data set',
      { ...good, data: { ...good.data, set: 'tinny' } },
      'scenarios/x.json:5:12 data.set: found "tinny", a data set is needed: "mnist", "tiny" or "lost"; did you mean "tiny"?',
    ],
    [
      'has a data set that is lost',
      { ...good, data: { ...good.data, set: 'lost' } },
      'data.set: data set lost not found',
    ],
    [
      'wants more training than there is',
      { ...good, data: { ...good.data, train: 200 } },
      'scenarios/x.json:6:14 data.train: 200 training and 50 validation samples are more than the 200',
    ],
    [
      'wants more tests than there are',
      { ...good, data: { ...good.data, set: 'mnist', test: 20000 } },
      'data.test: found 20000, but "mnist" has 10000 test samples',
    ],
    [
      'has an unknown chip',
      { ...good, chip: 'refrence' },
      'scenarios/x.json:10:11: found "refrence", a chip is needed: "ideal", "reference", "reference-28nm", "reference-28nm-adc" or "reference-28nm-local", or the path of a .json file; did you mean "reference"?',
    ],
    [
      'has a chip file that is not there',
      { ...good, chip: 'mine.json' },
      'scenarios/x.json:10:11: found "mine.json", but there is no such file',
    ],
    [
      'has an unknown cell',
      chip({ cell: 'idea' }),
      `scenarios/x.json:12:13: found "idea", a cell is needed: ${alternatives(deviceNames('cell'))}, or the path of a .json file; did you mean "ideal"?`,
    ],
    [
      'has a misspelt parameter',
      chip({ cell: { readNoice: 0.1 } }),
      'scenarios/x.json:13:7 chip.cell.readNoice: unknown key "readNoice"; did you mean "readNoise"?',
    ],
    [
      'has a volt for noise',
      chip({ cell: { readNoise: '5 V' } }),
      'scenarios/x.json:13:20 chip.cell.readNoise: found "5 V", a ratio is needed (for example 0.05 or "5 %")',
    ],
    [
      'has a volt for a conductance',
      chip({ cell: { maximumConductance: '5 V' } }),
      'chip.cell.maximumConductance: found "5 V", a conductance is needed (for example "25 uS")',
    ],
    [
      'has a unit nobody knows',
      chip({ cell: { maximumConductance: '5 uX' } }),
      'a conductance is needed (for example "25 uS"), and "uX" is no unit that is known here',
    ],
    [
      'has too much noise',
      chip({ cell: { readNoise: '500 %' } }),
      'chip.cell.readNoise: found "500 %", 1 is the most allowed',
    ],
    [
      'has less than no noise',
      chip({ cell: { readNoise: -0.1 } }),
      'chip.cell.readNoise: found -0.1, 0 is the least allowed',
    ],
    [
      'has bounds that cross',
      chip({ cell: { minimumConductance: '30 uS' } }),
      'chip.cell.minimumConductance: 0.00003 S is not below the maximum, 0.000025 S',
    ],
    [
      'has an unknown kind of box',
      chip({ boxes: { between: { kind: 'scatering' } } }),
      'chip.boxes.between.kind: found "scatering", needed is "none", "scattering"',
    ],
    [
      'has a box without a kind',
      { ...good, chip: { layers: [3], boxes: { between: { noise: 1 } } } },
      'chip.boxes.between: "kind" is missing: "none", "scattering"',
    ],
    [
      'has an unknown curve',
      chip({ boxes: { between: { model: 'scattering', curves: ['tan'] } } }),
      'chip.boxes.between.curves.0: found "tan", needed is "tanh"',
    ],
    [
      'has a formula with a stranger',
      chip({ boxes: { between: { kind: 'expression', expression: 'tanh(y)' } } }),
      'chip.boxes.between.expression: found "tanh(y)": the formula has y',
    ],
    [
      'has a formula that reaches out',
      chip({ boxes: { between: { kind: 'expression', expression: 'import("fs")' } } }),
      'chip.boxes.between.expression: found "import(\\"fs\\")": the formula',
    ],
    ['has no layers', chip({ layers: [] }), 'chip.layers: the list is empty'],
    [
      'has a layer of nothing',
      chip({ layers: [10, 0] }),
      'scenarios/x.json:14:7 chip.layers.1: found 0, 1 is the least allowed',
    ],
    [
      'does not fit in memory',
      chip({ layers: [90000, 90000] }),
      'chip.layers: [90000,90000] would take about',
    ],
    [
      'pulses a linear cell',
      chip({ update: { kind: 'pulsed' } }),
      'scenarios/x.json:13:15 chip.update.kind: a pulsed update needs a cell with a step',
    ],
    [
      'has cells that only rise and an update that lowers them',
      chip({ cell: 'pcm-one-sided', update: { kind: 'pulsed' } }),
      'chip.update.kind: a pair whose lower bound is 0 holds no weight below it; "one-sided" makes a weight of two such',
    ],
    [
      'raises cells that a reset has raised to the top',
      chip({ cell: 'hfox-ti-reset', update: { kind: 'one-sided' } }),
      'chip.update.direction: found "up", but a reset leads this cell to 0.85 of at most 1',
    ],
    [
      'varies cells whose weights have no bounds',
      chip({ cell: { kind: 'linear', variation: 0.1 }, crossbar: { weightRange: 0 } }),
      'chip.crossbar.weightRange: found 0, weights without bounds, but variation of the cells needs a range',
    ],
    [
      'varies a path that is not there',
      { ...good, vary: { 'chip.cel.readNoise': [0] } },
      'scenarios/x.json:16:5 chip.cel: unknown key "cel"; did you mean "cell"?',
    ],
    [
      'varies a learner that is not there',
      { ...good, vary: { 'learners.ff.epochs': [1] } },
      'scenarios/x.json:16:5 learners.ff.epochs: the scenario has no learner "ff" (there are: stand-in)',
    ],
    ['varies its seeds', { ...good, vary: { seeds: [1, 2] } }, 'vary.seeds: "seeds" cannot be varied'],
    [
      'varies a path over nothing',
      { ...good, vary: { 'data.train': [] } },
      'vary.data.train: the list is empty',
    ],
    [
      'has one value twice',
      { ...good, vary: { 'data.train': [5, 5] } },
      'scenarios/x.json:18:7 vary.data.train: the value "5" is there a second time',
    ],
    [
      'has one bad value among good ones',
      { ...good, vary: { 'chip.cell.readNoise': ['1 %', '1 V'] } },
      'scenarios/x.json:18:7 chip.cell.readNoise: found "1 V", a ratio is needed',
    ],
  ])('%s', async (_, content, message) => {
    expect(await refused(content)).toContain(message);
  });

  test('has several mistakes is told all of them at once, each once', async () => {
    const err = await refused({
      ...chip({ cell: { readNoise: '5 V' }, dac: { bits: 99 } }),
      learners: ['fff', { learner: 'ff', epochs: 0 }],
      vary: { 'data.train': [10, 20] },
    });
    expect(err.trim().split('\n')).toHaveLength(4);
  });
});

describe('a device file is refused where the mistake stands', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a cell',
      { 'scenarios/mine.json': '{\n  "model": "reference",\n  "readNoise": "5 V"\n}' },
      'scenarios/mine.json:3:16 readNoise: found "5 V", a ratio is needed',
    ],
    [
      'a cell that is no JSON',
      { 'scenarios/mine.json': '{' },
      'scenarios/mine.json:1:2: not JSON: a closing brace is missing',
    ],
    [
      'a cell that starts from itself',
      { 'scenarios/mine.json': '{"model": "mine.json"}' },
      'scenarios/mine.json:1:11: "mine.json" starts from itself',
    ],
  ])('%s', async (_, files, message) => {
    expect(await refused(chip({ cell: 'mine.json' }), [], files)).toContain(message);
  });
});

describe('an option is refused that', () => {
  test.each<[string, readonly string[], string]>([
    [
      'sets a wrong value',
      ['--set', 'chip.cell.readNoise=5 V'],
      '--set chip.cell.readNoise=5 V chip.cell.readNoise: found "5 V", a ratio is needed',
    ],
    [
      'sets a misspelt path',
      ['--set', 'chip.cel.readNoise=1'],
      '--set chip.cel.readNoise=1 chip.cel: unknown key "cel"; did you mean "cell"?',
    ],
    ['sets nothing', ['--set', 'seeds'], '--set seeds: path=value is needed'],
    [
      'sets what is varied',
      ['--set', 'data.train=5', '--set', 'vary.data.train=[1,2]'],
      "--set data.train=5: the scenario varies data.train, which would overrule this; --set 'vary.data.train=[...]'",
    ],
    [
      'asks for half a seed',
      ['--seeds', '1.5'],
      'seeds=1.5 seeds: found 1.5, a whole number or a list is needed',
    ],
    [
      'asks for a stranger',
      ['--only', 'stand-on'],
      '--only stand-on: the scenario has no learner "stand-on"; did you mean "stand-in"?',
    ],
    [
      'asks for minus one worker',
      ['--workers', '-1'],
      "error: option '-w, --workers <n>' argument '-1' is invalid. A whole number is needed.",
    ],
    ['is misspelt', ['--seed', '3'], "error: unknown option '--seed'\n(Did you mean --seeds?)"],
  ])('%s', async (_, argv, message) => {
    expect(await refused(good, argv)).toContain(message);
  });
});

describe('a command line is refused that', () => {
  test.each<[string, readonly string[], string]>([
    ['misspells the command', ['rum', 'x.json'], "error: unknown command 'rum'\n(Did you mean run?)"],
    ['names no file', ['run'], "error: missing required argument 'file'"],
    ['names a file that is not there', ['run', 'nowhere.json'], 'nowhere.json: no such file'],
    [
      'forgets the ending',
      ['run', 'scenarios/x'],
      'scenarios/x: no such file; did you mean scenarios/x.json?',
    ],
    ['names a folder', ['run', 'scenarios'], 'scenarios: a folder, but a file is needed'],
    ['lists what there is not', ['list', 'chip'], "command-argument value 'chip' is invalid"],
    [
      'inspects a chip that is not there',
      ['inspect', 'refrence'],
      'refrence: found "refrence", a chip is needed',
    ],
    [
      'reports on what is no run',
      ['report', 'scenarios'],
      'scenarios/plan.json: not there; scenarios is no folder of a run',
    ],
    ['checks what is neither', ['check', 'package.json'], 'package.json: neither a scenario nor a device'],
    ['asks for data that are not there', ['data', 'minst'], 'did you mean "mnist"?'],
  ])('%s', async (_, argv, message) => {
    const folder = freshFolder();
    write(folder, { 'scenarios/x.json': good, 'package.json': '{"name": "x"}' });
    const before = filesOf(folder);
    const { code, err } = await mortal(folder, argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
    expect(filesOf(folder)).toEqual(before);
  });
});

describe('the real program', () => {
  const program = fileURLToPath(new URL('../../src/main.js', import.meta.url));
  const cwd = freshFolder();
  write(cwd, {
    'x.json': { ...good, data: { set: 'mnist', train: 70000, validation: 1, test: 1 }, learners: ['ff'] },
    'y.json': '{',
  });

  test.each<[string, readonly string[], string]>([
    [
      'refuses a scenario',
      ['run', 'x.json'],
      'x.json:6:14 data.train: 70000 training and 1 validation samples are more',
    ],
    ['refuses a torn one', ['check', 'y.json'], 'y.json:1:2: not JSON: a closing brace is missing'],
    ['refuses an option', ['run', 'x.json', '--sedes', '3'], '(Did you mean --seeds?)'],
  ])('%s', (_, argv, message) => {
    const before = filesOf(cwd);
    const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...argv], {
      cwd,
      encoding: 'utf8',
    });
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(filesOf(cwd)).toEqual(before);
  });

  test('helps', () => {
    const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
    expect(help).toContain('Example:\n  $ mortal run scenarios/ff-vs-backprop.json');
  });
});
