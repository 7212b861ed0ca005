/**
 * @file Boxes that users bring, from the command line: what a check finds wrong with them, and that programs are started only where a
 * person has said so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeJob } from '../../src/lab/slurm/job-file.ts';
import { runTask } from '../../src/lab/slurm/task.ts';
import { Store } from '../../src/lab/store.ts';
import { learners } from '../../src/learners/index.ts';
import { canonical } from '../../src/scenarios/canonical.ts';
import { load } from '../../src/scenarios/load.ts';
import { plan } from '../../src/scenarios/plan.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import { fakeSlurm } from '../fixtures/fake-slurm.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { onnxModel } from '../fixtures/onnx-models.ts';
import { slurmFile } from '../fixtures/slurm-settings.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const split = syntheticSplit({ training: 120, validation: 60, test: 60 });
/** Trials on chips, of real learners, on few images. */
const real = {
  known: async () => ({
    learners,
    dataSets: { tiny: { training: 180, test: 60, inputs: split.test.inputs, classes: split.test.classes } },
  }),
  bench: async () => ({
    trialModule: new URL('../../src/scenarios/trial.ts', import.meta.url).href,
    loadSplit: async () => split,
  }),
};
const layers = [30, 20];
const chipWith = (between: unknown, front: unknown = 'none') => ({
  ...plainChip,
  layers,
  boxes: { front, between },
});
const small = (chip: unknown, changes = {}) =>
  scenario({
    data: { set: 'tiny', train: 120, validation: 60, test: 60 },
    learners: [{ learner: 'local-softmax', epochs: 10, batch: 20 }],
    seeds: 1,
    checkpoints: 1,
    chip,
    ...changes,
  });

/** A folder with a scenario, the box `my.json` that its chip has, and other files. */
function folderWith(box: unknown, files: Record<string, string | Uint8Array> = {}, changes = {}) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': small(chipWith('../boxes/my.json'), changes), 'boxes/my.json': box });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
  return folder;
}
const check = (folder: string, ...files: string[]) => mortal(folder, ['check', ...files], real);
const run = (folder: string, ...argv: string[]) =>
  mortal(folder, ['run', 'scenarios/x.json', '--workers', '0', ...argv], real);
const resultsIn = (folder: string) =>
  Object.values(filesOf(join(folder, 'reports/x/results'))).map(text => JSON.parse(text));

describe('a measured curve', () => {
  const table = { kind: 'table', csv: 'curve.csv' };
  const csv = 'input,a,a sd\n-2,-1,0.1\n0,0,0\n2,1,0.1\n';

  test('is read into the specification: the trial needs no file, and another curve is another trial', async () => {
    const folder = folderWith(table, { 'boxes/curve.csv': csv });
    const { code, err } = await run(folder);
    expect(code, err).toBe(0);
    const [result] = resultsIn(folder);
    expect(result.specification.chip.boxes.between).toEqual({
      kind: 'table',
      csv: { input: [-2, 0, 2], outputs: [[-1, 0, 1]], deviations: [[0.1, 0, 0.1]] },
    });
    write(folder, { 'boxes/curve.csv': `# the same\n${csv}` });
    expect((await run(folder)).err).toContain('All 1 trials are there already.');
    write(folder, { 'boxes/curve.csv': csv.replace('2,1,', '2,1.5,') });
    expect((await run(folder)).err).toContain('1 trials to run.');
  });

  test('that is wrong is told of with the lines of both files', async () => {
    const folder = folderWith(table, { 'boxes/curve.csv': csv.replace('0,0,0', '0,zero,0') });
    const { code, err } = await check(folder, 'boxes/my.json');
    expect(code).toBe(2);
    expect(err).toBe(
      'boxes/my.json:3:10 csv: found "curve.csv": line 3 of the file has "zero" under "a", which is no number\n',
    );
    expect((await check(folder, 'scenarios/x.json')).err).toContain(
      'boxes/my.json:3:10 csv: found "curve.csv": line 3',
    );
  });

  test('that is not there is told of, also after --set, whose paths begin where the command is given', async () => {
    const folder = folderWith(table, { 'here.csv': csv });
    expect((await check(folder, 'scenarios/x.json')).err).toContain('found "curve.csv": no such file');
    write(folder, { 'boxes/curve.csv': csv });
    const { code, err } = await run(folder, '--set', 'chip.boxes.between.csv=here.csv');
    expect(code, err).toBe(0);
    expect((await run(folder, '--set', 'chip.boxes.between.csv=boxes/here.csv')).err).toContain(
      'no such file',
    );
  });

  test('with more curves than units is refused when its scenario is checked, between layers and in front', async () => {
    const many = (curves: number) => {
      const names = Array.from({ length: curves }, (_, k) => `c${k}`);
      return [`input,${names}`, ...[0, 1].map(x => [x, ...names.map(() => x)].join())].join('\n');
    };
    const inputs = split.test.inputs;
    const folder = folderWith(table, { 'boxes/curve.csv': many(21) });
    expect((await check(folder, 'scenarios/x.json')).err).toContain(
      'chip.boxes.between.csv: there are 21 curves, but only 20 units pass here: leave out 1 or more',
    );
    write(folder, { 'boxes/curve.csv': many(20) });
    expect((await check(folder, 'scenarios/x.json')).code).toBe(0);
    write(folder, {
      'boxes/curve.csv': many(inputs + 2),
      'scenarios/x.json': small(chipWith('none', '../boxes/my.json')),
    });
    expect((await check(folder, 'scenarios/x.json')).err).toContain(
      `chip.boxes.front.csv: there are ${inputs + 2} curves, but only ${inputs} units pass here`,
    );
  });

  test('is what `mortal inspect` says it is', async () => {
    const folder = folderWith(table, { 'boxes/curve.csv': csv });
    write(folder, { 'chip.json': chipWith('boxes/my.json') });
    const { out } = await mortal(folder, ['inspect', 'chip.json', '--data', 'tiny'], real);
    expect(out).toContain('table: csv 1 curve of 3 points from -2 to 2');
  });
});

describe('an ONNX model', () => {
  const onnx = { kind: 'onnx', file: './x.onnx', noise: '1 %' };

  test('learns and is judged like any box', async () => {
    const folder = folderWith(onnx, { 'boxes/x.onnx': onnxModel() });
    const { code, err } = await run(folder);
    expect(code, err).toBe(0);
    const [result] = resultsIn(folder);
    expect(result.specification.chip.boxes.between).toEqual({
      kind: 'onnx',
      file: { path: join(folder, 'boxes/x.onnx'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      noise: 0.01,
    });
    writeFileSync(join(folder, 'boxes/x.onnx'), onnxModel({ operator: 'Sin' }));
    expect((await run(folder)).err).toContain('1 trials to run.');
  });

  test.each<[string, Parameters<typeof onnxModel>[0], string]>([
    ['doubles', { type: 11 }, 'boxes/my.json:3:11 file: found "./x.onnx": the model'],
    ['three dimensions', { input: ['n', 1, 'u'] }, 'of 3 dimensions; two are needed, [rows, units]'],
    [
      'another width',
      { input: ['n', 5] },
      'chip.boxes.between.file: the model is for 5 activities, but 30 pass here',
    ],
    ['one of two widths', { input: ['n', 30] }, 'the model is for 30 activities, but 20 pass here'],
    [
      'another shape',
      { operator: 'Transpose', output: ['u', 'n'], input: ['n', 'u'] },
      'the model does not make [3, 30] of [3, 30]',
    ],
  ])('of %s is refused when its scenario is checked', async (_, asked, why) => {
    const folder = folderWith(onnx, { 'boxes/x.onnx': onnxModel(asked) });
    const { code, err } = await check(folder, 'scenarios/x.json');
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  test('that is not there, or none, is refused, in a device file as well', async () => {
    const folder = folderWith(onnx);
    expect((await check(folder, 'boxes/my.json')).err).toBe(
      'boxes/my.json:3:11 file: found "./x.onnx": there is no such file\n',
    );
    write(folder, { 'boxes/x.onnx': 'none' });
    expect((await check(folder, 'boxes/my.json')).err).toContain('cannot be opened as an ONNX model');
    for (const [file, what] of [
      ['./', 'folder'],
      ['/dev/null', 'device'],
    ]) {
      write(folder, { 'boxes/my.json': { ...onnx, file } });
      expect((await check(folder, 'boxes/my.json')).err).toContain(`a ${what}, but a file is needed`);
    }
  });

  test('in front takes what images have', async () => {
    const folder = folderWith('none');
    writeFileSync(join(folder, 'x.onnx'), onnxModel({ input: ['n', 9] }));
    write(folder, { 'scenarios/x.json': small(chipWith('none', { kind: 'onnx', file: '../x.onnx' })) });
    expect((await check(folder, 'scenarios/x.json')).err).toContain(
      `chip.boxes.front.file: the model is for 9 activities, but ${split.test.inputs} pass here`,
    );
  });
});

describe('a box without a derivative', () => {
  const transparent = { learners: ['local-softmax', 'backprop-oracle'] };
  const why =
    'learners.1: "backprop-oracle" needs the derivative of every box between layers (access "transparent"), but one of kind ';

  test.each<[string, unknown]>([
    ['onnx', { kind: 'onnx', file: './x.onnx' }],
    ['program', { kind: 'program', command: ['true'] }],
    ['program', { kind: 'chain', boxes: [{ kind: 'none' }, { kind: 'program', command: ['true'] }] }],
  ])('keeps transparent learners out: %s', async (kind, box) => {
    const folder = folderWith(box, { 'boxes/x.onnx': onnxModel() }, transparent);
    const { code, err } = await check(folder, 'scenarios/x.json');
    expect(code).toBe(2);
    expect(err).toContain(`${why}"${kind}" has none`);
    expect((await check(folderWith({ kind: 'none' }, {}, transparent), 'scenarios/x.json')).code).toBe(0);
  });

  test('lets them in where it stands in front of the first layer, whose derivative nobody needs', async () => {
    const folder = folderWith('none', { 'boxes/x.onnx': onnxModel() });
    const front = { kind: 'onnx', file: '../boxes/x.onnx' };
    const learners = [{ learner: 'backprop-oracle', epochs: 1, batch: 20 }];
    write(folder, { 'scenarios/x.json': small(chipWith('none', front), { learners }) });
    const { code, err } = await run(folder);
    expect(code, err).toBe(0);
  });
});

describe('a program', () => {
  /** A program that leaves a trace of having been started. */
  const traced = (folder: string) => ({
    kind: 'program',
    command: ['touch', join(folder, 'trace')],
    timeout: '5 s',
  });
  const trialsIn = async (folder: string) =>
    plan(await load('scenarios/x.json', await real.known(), { cwd: folder }));

  test('is not started unless asked for: not by run, check, dry runs or inspect', async () => {
    const folder = folderWith({ kind: 'none' });
    write(folder, { 'boxes/my.json': traced(folder), 'chip.json': chipWith('boxes/my.json') });
    const before = filesOf(folder);
    const { code, err, out } = await run(folder);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      `scenarios/x.json: a box would start the program touch ${join(folder, 'trace')}; to let it, add --allow-program to the command\n`,
    );
    expect((await check(folder, 'scenarios/x.json', 'boxes/my.json')).code).toBe(0);
    expect((await run(folder, '--dry')).code).toBe(0);
    expect((await mortal(folder, ['inspect', 'chip.json', '--data', 'tiny', '--seed', '1'], real)).code).toBe(
      0,
    );
    const page = await mortal(folder, ['inspect', 'chip.json', '--data', 'tiny', '--html', 'x.html'], real);
    expect(page.code).toBe(2);
    expect(page.err).toContain('inspecting starts none');
    expect(filesOf(folder)).toEqual(before);
  });

  test('is not started by a trial that came without the permission, wherever it runs', async () => {
    const folder = folderWith({ kind: 'none' });
    write(folder, { 'boxes/my.json': traced(folder) });
    const [trial] = await trialsIn(folder);
    await expect(runTrial(trial!, split, { progress() {} })).rejects.toThrow(
      'and none may be started (--allow-program)',
    );
    expect(existsSync(join(folder, 'trace'))).toBe(false);
  });

  test.each([
    ['0', 'in this process'],
    ['1', 'in a worker thread'],
  ])('that fails makes its trial fail, %s workers: %s', async workers => {
    const folder = folderWith({ kind: 'none' });
    write(folder, { 'boxes/my.json': traced(folder) });
    const { code, err } = await mortal(
      folder,
      ['run', 'scenarios/x.json', '--workers', workers, '--allow-program'],
      real,
    );
    expect(code).toBe(1);
    expect(err).toContain(
      `local-softmax: the program touch ${join(folder, 'trace')} ended with code 0 before it had greeted`,
    );
    expect(existsSync(join(folder, 'trace'))).toBe(true);
    expect(resultsIn(folder)[0].status).toBe('failed');
  });

  test('is named by the files it is made of, and may be given by a path only', async () => {
    const folder = folderWith({ kind: 'program', command: ['node', './driver.mjs'] });
    expect((await check(folder, 'boxes/my.json')).err).toBe(
      'boxes/my.json:5:5 command.1: found "./driver.mjs": there is no such file\n',
    );
    write(folder, { 'boxes/driver.mjs': '' });
    expect((await check(folder, 'boxes/my.json', 'scenarios/x.json')).code).toBe(0);
    write(folder, { 'boxes/my.json': { kind: 'program', command: [] } });
    expect((await check(folder, 'boxes/my.json')).err).toContain('command: the list is empty');
    write(folder, { 'boxes/my.json': { kind: 'program', command: ['x'], timeout: '0 s' } });
    expect((await check(folder, 'boxes/my.json')).err).toContain(
      'timeout: found "0 s", more than 0 is needed',
    );
  });

  test('may be started by a task on a node where that was allowed, and by no other', async () => {
    const folder = folderWith({ kind: 'none' });
    write(folder, { 'boxes/my.json': traced(folder) });
    const trials = await trialsIn(folder);
    for (const allowPrograms of [false, true]) {
      const directory = join(folder, `reports/${allowPrograms}`);
      const digests = { [canonical(trials[0]!.specification.data)]: split.digest };
      const { key } = writeJob(directory, {
        ...{ format: 1, created: 'today', attempt: 1, chunk: 1, cpus: 1, versions: {} },
        digests,
        trials,
      });
      await runTask(directory, key, 0, { versions: {}, bench: real.bench, allowPrograms });
      const { result } = new Store(directory).outcome(trials[0]!.id)!;
      expect(result.error).toContain(allowPrograms ? 'before it had greeted' : 'none may be started');
      expect(existsSync(join(folder, 'trace'))).toBe(allowPrograms);
    }
  });

  test('may be started by the tasks of a Slurm job where that was allowed', async () => {
    fakeSlurm();
    const scriptOf = async (...argv: string[]) => {
      const folder = folderWith({ kind: 'none' }, { 'slurm.json': JSON.stringify(slurmFile()) });
      const chip = argv.length > 0 ? chipWith({ kind: 'program', command: ['true'] }) : plainChip;
      write(folder, { 'scenarios/x.json': scenario({ chip }) });
      const slurm = ['--executor', 'slurm', '--slurm', 'slurm.json'];
      await mortal(folder, ['run', 'scenarios/x.json', ...slurm, ...argv]);
      const files = filesOf(join(folder, 'reports/x/slurm'));
      return files[Object.keys(files).find(path => path.endsWith('job.sh'))!]!;
    };
    expect(await scriptOf('--allow-program')).toMatch(
      /run-trial .* --index "\$SLURM_ARRAY_TASK_ID" --allow-program\n/,
    );
    expect(await scriptOf()).toMatch(/--index "\$SLURM_ARRAY_TASK_ID"\n/);
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
describe.skipIf(!hasPython)('the example of a program', () => {
  const box = 'program-example';
  /** Whether one of ours is. */
  const running = () => {
    const { stdout } = spawnSync('ps', ['-eo', 'ppid,args'], { encoding: 'utf8' });
    return new RegExp(`^ *${process.pid} .*example\\.py`, 'm').test(stdout ?? '');
  };

  test('learns in worker threads and in this process, to the same bytes, and leaves no process behind', async () => {
    const folders = ['0', '2'].map(workers => ({ workers, folder: folderWith('none') }));
    for (const { workers, folder } of folders) {
      write(folder, { 'scenarios/x.json': small(chipWith(box), { seeds: 2 }) });
      const { code, err } = await mortal(
        folder,
        ['run', 'scenarios/x.json', '--workers', workers, '--allow-program'],
        real,
      );
      expect(code, err).toBe(0);
    }
    const [serial, pool] = folders.map(({ folder }) => resultsIn(folder));
    expect(serial).toHaveLength(2);
    expect(pool).toEqual(serial);
    for (const result of serial!) expect(result.readouts[0].testErrorPercent).toBeLessThan(60); // of ten classes
    expect(JSON.parse(readFileSync(join(folders[0]!.folder, 'reports/x/plan.json'), 'utf8')).command).toBe(
      'mortal run scenarios/x.json --allow-program',
    );
    expect(running()).toBe(false);
  });

  test('ends with the trial also where its chip was taken out of a file to be a teacher', async () => {
    const folder = folderWith('none');
    write(folder, { 'scenarios/x.json': small(chipWith(box)) });
    const kept = await run(folder, '--allow-program', '--save-chip');
    expect(kept.code, kept.err).toBe(0);
    const saved = Object.keys(filesOf(join(folder, 'reports/x'))).find(path =>
      /chip-.*safetensors$/.test(path),
    )!;
    const distill = {
      teacher: { saved: join(folder, 'reports/x', saved) },
      images: 'training',
      samples: 120,
    };
    write(folder, { 'scenarios/x.json': small(plainChip, { distill }) });
    expect((await run(folder, '--out', 'reports/y')).err).toContain('to let it, add --allow-program');
    const { code, err } = await run(folder, '--out', 'reports/y', '--allow-program');
    expect(code, err).toBe(0);
    expect(running()).toBe(false);
  });

  test('does what its curve says', async () => {
    const folder = folderWith('none');
    write(folder, { 'scenarios/x.json': small(chipWith(box)) });
    await run(folder, '--allow-program');
    const pictures = Object.values(filesOf(join(folder, 'reports/x'))).find(text =>
      text.includes('boxCurves'),
    )!;
    const { input, units } = JSON.parse(pictures).boxCurves;
    for (const unit of units) {
      const gain =
        Math.atanh(unit[input.findIndex((x: number) => x > 0)]!) / input.find((x: number) => x > 0);
      expect(gain).toBeGreaterThan(0.49);
      expect(gain).toBeLessThan(2.01);
      input.forEach((x: number, i: number) => {
        expect(unit[i]).toBeCloseTo(Math.tanh(gain * x), 2);
      });
    }
  });
});
