/**
 * @file `mortal run` from end to end with trials that are not real: what is written, what is repeated, what survives.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { mortal, plainChip, realTrials, scenario } from '../fixtures/world.ts';

const two = [{ learner: 'stand-in' }, { learner: 'stand-in', as: 'slow', milliseconds: 100 }];

/** A folder with a scenario in it. */
function folderWith(changes: Record<string, unknown> = {}) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': scenario({ chip: plainChip, ...changes }) });
  return folder;
}
const resultsOf = (folder: string) => filesOf(join(folder, 'reports/x/results'));
const run = (folder: string, ...argv: string[]) =>
  mortal(folder, ['run', 'scenarios/x.json', '--workers', '0', ...argv]);

describe('a run', () => {
  test('writes results, tables, plan and report, and prints a table', async () => {
    const folder = folderWith({ learners: two, vary: { 'chip.cell.readNoise': ['1 %', '2 %'] } });
    const { code, out, err } = await run(folder);
    expect(code, err).toBe(0);
    const files = filesOf(join(folder, 'reports/x'));
    expect(Object.keys(files).filter(path => !path.includes('/'))).toEqual([
      'plan.json',
      'report.html',
      'results.csv',
      'results.jsonl',
    ]);
    expect(Object.keys(resultsOf(folder))).toHaveLength(8);
    expect(files['results.jsonl']!.trim().split('\n')).toHaveLength(8);
    expect(JSON.parse(files['plan.json']!)).toMatchObject({
      format: 1,
      name: 'x',
      title: 'A test',
      command: 'mortal run scenarios/x.json',
      learners: [{ name: 'stand-in' }, { name: 'slow', learner: 'stand-in', access: 'measured' }],
    });
    expect(out).toMatch(/learner +access +chip\.cell\.readNoise +test error % +chip passes +energy +seeds/);
    expect(out).toMatch(/slow +measured +2 % +\d+\.\d\d ± \d+\.\d\d +600 +3\.00 µJ +2/);
    expect(out).toContain('Report: reports/x/report.html');
    expect(err).toContain('8 trials to run. Results go to reports/x.');
  });

  test('is not repeated, and says so', async () => {
    const folder = folderWith();
    await run(folder);
    const before = filesOf(join(folder, 'reports'));
    const { code, err } = await run(folder);
    expect(code).toBe(0);
    expect(err).toContain('All 2 trials are there already.');
    expect(filesOf(join(folder, 'reports'))).toEqual(before);
  });

  test('runs what is new when there are more seeds', async () => {
    const folder = folderWith();
    await run(folder);
    const { err } = await run(folder, '--seeds', '3');
    expect(err).toContain('1 of 3 trials to run.');
  });

  test('says that trials failed, keeps the others, and tries them again', async () => {
    const folder = folderWith({
      learners: ['stand-in', { learner: 'stand-in', as: 'failing', ends: 'throws' }],
    });
    const { code, err, out } = await run(folder);
    expect(code).toBe(1);
    expect(err).toContain(
      '2 trials failed; the next run tries them again.\n  failing: layer 2: activity is NaN',
    );
    expect(out).toMatch(/failing +measured +failed/);
    expect(readFileSync(join(folder, 'reports/x/results.csv'), 'utf8')).toContain(',failed,');
    expect((await run(folder)).err).toContain('2 of 4 trials to run.');
  });

  test('sets torn results aside and runs their trials again', async () => {
    const folder = folderWith();
    await run(folder);
    const before = resultsOf(folder);
    const [name] = readdirSync(join(folder, 'reports/x/results')) as [string];
    writeFileSync(join(folder, 'reports/x/results', name), '{"format": 1, "id"');
    const { err, code } = await run(folder);
    expect(code).toBe(0);
    expect(err).toContain(`results/${name} is torn: moved to ${join(folder, 'reports/x/set-aside', name)}`);
    expect(err).toContain('1 of 2 trials to run.');
    expect(resultsOf(folder)).toEqual(before);
  });

  test('of one learner leaves the others for later', async () => {
    const folder = folderWith({ learners: two });
    await run(folder, '--only', 'stand-in');
    expect(Object.keys(resultsOf(folder))).toHaveLength(2);
    expect((await run(folder)).err).toContain('2 of 4 trials to run.');
  });

  test('goes where it is told to', async () => {
    const folder = folderWith();
    const { out } = await run(folder, '--out', 'my results/here');
    expect(out).toContain('Report: my results/here/report.html');
    expect(existsSync(join(folder, 'reports'))).toBe(false);
    const { command } = JSON.parse(readFileSync(join(folder, 'my results/here/plan.json'), 'utf8'));
    expect(command).toBe("mortal run scenarios/x.json --out 'my results/here'");
  });

  test('tells of results of another version, in one line, and keeps them', async () => {
    const folder = folderWith();
    await run(folder);
    const [name] = readdirSync(join(folder, 'reports/x/results')) as [string];
    const path = join(folder, 'reports/x/results', name);
    const old = { ...JSON.parse(readFileSync(path, 'utf8')), versions: { mortal: '0.0.7' } };
    writeFileSync(path, JSON.stringify(old));
    const { err, code } = await run(folder, '--quiet');
    expect(code).toBe(0);
    expect(err).toMatch(
      /^1 of 2 results were made by mortal 0\.0\.7, and this is mortal \d+\.\d+\.\d+; they are kept\..*\n$/,
    );
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(old);
  });

  test('of the quick version has a folder of its own', async () => {
    const folder = folderWith({ quick: { seeds: 1 } });
    const { err, out } = await run(folder, '--quick');
    expect(err).toContain('1 trials to run. Results go to reports/x-quick.');
    expect(out).toContain('Report: reports/x-quick/report.html');
    const { command } = JSON.parse(readFileSync(join(folder, 'reports/x-quick/plan.json'), 'utf8'));
    expect(command).toBe('mortal run scenarios/x.json --quick');
  });

  test('shows one column for paths that change together', async () => {
    const { out } = await run(
      folderWith({ zip: { 'chip.cell.readNoise': [0, 0.1], 'data.train': [50, 60] } }),
    );
    expect(out).toMatch(/access +chip\.cell\.readNoise +test error %/);
  });

  test('prints JSON alone when asked', async () => {
    const { out, err } = await run(folderWith(), '--json', '--quiet');
    const { rows, ...rest } = JSON.parse(out);
    expect(rest).toEqual({
      scenario: 'x',
      folder: 'reports/x',
      report: 'reports/x/report.html',
      done: 2,
      failed: 0,
      elsewhere: 0,
      left: 0,
    });
    expect(rows).toHaveLength(2);
    expect(err).toBe('');
  });

  test('into a folder that cannot be written to ends before it begins', async () => {
    const folder = folderWith();
    write(folder, { reports: 'a file where a folder should be' });
    const { code, err } = await run(folder);
    expect(code).toBe(2);
    expect(err).toBe(
      `cannot write ${join(folder, 'reports/x/plan.json')}: a part of this path is a file, not a folder\n`,
    );
  });

  test.each([
    ['results', { 'mine/results/thesis.txt': 'years of work' }],
    ['a plan', { 'mine/plan.json': '{"trials": "by jury"}' }],
  ])('leaves a folder alone that holds %s of somebody else', async (_, files) => {
    const folder = folderWith();
    write(folder, files);
    const before = filesOf(folder);
    const { code, err } = await run(folder, '--out', 'mine');
    expect([code, err]).toEqual([
      2,
      `${join(folder, 'mine')} is in use for something else; choose another folder with --out\n`,
    ]);
    expect(filesOf(folder)).toEqual(before);
  });

  test('whose folder breaks on the way ends with one line', async () => {
    const folder = folderWith({ learners: two });
    write(folder, { 'reports/x/timings': 'a file where a folder should be' });
    const { code, err } = await run(folder, '--quiet');
    expect(code).toBe(2);
    expect(err).toMatch(
      /^cannot write .*: a part of this path is a file, not a folder\n$|^cannot write .*EEXIST.*\n$/,
    );
  });

  test('can be reported on anew', async () => {
    const folder = folderWith();
    await run(folder);
    rmSync(join(folder, 'reports/x/report.html'));
    rmSync(join(folder, 'reports/x/results.csv'));
    const { code, out } = await mortal(folder, ['report', 'reports/x']);
    expect([code, out]).toEqual([0, 'Report: reports/x/report.html\n']);
    expect(readFileSync(join(folder, 'reports/x/results.csv'), 'utf8').split('\n')).toHaveLength(4);
  });

  test('gives the same bytes with one worker and with two', async () => {
    const one = folderWith({ learners: two });
    const other = folderWith({ learners: two });
    await mortal(one, ['run', 'scenarios/x.json', '--workers', '1']);
    await mortal(other, ['run', 'scenarios/x.json', '--workers', '2']);
    expect(Object.keys(resultsOf(one))).toHaveLength(4);
    expect(resultsOf(other)).toEqual(resultsOf(one));
  });
});

interface Ran {
  readonly rows: readonly { trial: string }[];
  readonly done: number;
  readonly elsewhere: number;
  readonly left: number;
}

describe('a process', () => {
  const program = fileURLToPath(new URL('../fixtures/mortal.js', import.meta.url));
  const changes = { learners: [{ learner: 'stand-in', milliseconds: 60 }], seeds: 6 };

  /** Starts a run, and ends it in a way of its own once two results are there. */
  async function broken(folder: string, end: (child: ChildProcess) => void) {
    const argv = [program, 'run', 'scenarios/x.json', '--workers', '2'];
    const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', text => {
      err += text;
    });
    const over = new Promise<{ code: number | null; signal: string | null }>(resolve => {
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    const results = join(folder, 'reports/x/results');
    const there = () =>
      existsSync(results) ? readdirSync(results).filter(name => /^[0-9a-f]+\.json$/.test(name)) : [];
    while (there().length < 2 && child.exitCode === null) await new Promise(wait => setTimeout(wait, 5));
    end(child);
    return { ...(await over), err, done: there() };
  }

  test('that is killed loses nothing that was finished, and what follows is the same to the byte', async () => {
    const whole = folderWith(changes);
    await run(whole);
    const folder = folderWith(changes);
    const { done } = await broken(folder, child => child.kill('SIGKILL'));
    expect(done.length).toBeGreaterThanOrEqual(2);
    expect(done.length).toBeLessThan(6);
    const timings = filesOf(join(folder, 'reports/x/timings'));

    const { err, code } = await run(folder);
    expect(code).toBe(0);
    expect(err).toContain(`${6 - done.length} of 6 trials to run.`);
    expect(resultsOf(folder)).toEqual(resultsOf(whole));
    const now = filesOf(join(folder, 'reports/x/timings'));
    for (const name of done) expect(now[name]).toBe(timings[name]); // not run again
  });

  test('that is killed in the middle of a trial goes on there, and the result is the same to the byte', async () => {
    const trial = {
      data: { set: 'mnist', train: 40, validation: 10, test: 10 },
      chip: { ...plainChip, layers: [4] },
      learners: [{ learner: 'ff', batch: 20, epochs: 60 }],
      seeds: 1,
    };
    const argv = ['run', 'scenarios/x.json', '--workers', '0'];
    const whole = folderWith(trial);
    await mortal(whole, argv, realTrials(300));
    const folder = folderWith(trial);
    const env = { ...process.env, MORTAL_TEST_TRIALS: 'real' };
    const child = spawn(process.execPath, [program, ...argv], { cwd: folder, stdio: 'ignore', env });
    const snapshots = join(folder, 'reports/x/snapshots');
    const isThere = () => existsSync(snapshots) && readdirSync(snapshots).some(name => !name.startsWith('.'));
    while (!isThere() && child.exitCode === null) await new Promise(wait => setTimeout(wait, 5));
    const over = new Promise(resolve => child.on('close', resolve));
    child.kill('SIGKILL');
    await over;

    const { code, err } = await mortal(folder, argv, realTrials(300));
    expect(code).toBe(0);
    expect(err).toMatch(/ff, seed 1: goes on after epoch \d+ of 60/);
    expect(resultsOf(folder)).toEqual(resultsOf(whole));
    expect(readdirSync(snapshots)).toEqual([]);
  });

  test('that is killed leaves claims behind that stop nobody', async () => {
    const folder = folderWith({ ...changes, learners: [{ learner: 'stand-in', milliseconds: 100 }] });
    await broken(folder, child => child.kill('SIGKILL'));
    expect(readdirSync(join(folder, 'reports/x/running')).length).toBeGreaterThan(0);
    const { code, out } = await mortal(folder, ['status', 'reports/x']);
    expect([code, out]).toEqual([0, expect.stringContaining(' 0 running')]);
    expect((await run(folder)).code).toBe(0);
    expect(readdirSync(join(folder, 'reports/x/running'))).toEqual([]);
  });

  test('beside another in one folder does what the other does not', async () => {
    const folder = folderWith({ ...changes, seeds: 8 });
    const one = () => {
      const argv = [program, 'run', 'scenarios/x.json', '--workers', '1', '--json'];
      const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      child.stdout.on('data', text => {
        out += text;
      });
      return new Promise<{ code: number | null; out: string }>(resolve => {
        child.on('close', code => resolve({ code, out }));
      });
    };
    const ends = await Promise.all([one(), one()]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const [first, second] = ends.map(({ out }) => JSON.parse(out)) as [Ran, Ran];
    for (const { rows, done, left } of [first, second])
      expect([rows.length, left, done]).toEqual([8, 0, expect.any(Number)]);
    // together they have run each trial once, unless one came so late that it found some done
    const own = [first, second].map(({ done, elsewhere }) => done - elsewhere);
    expect(own[0]! + own[1]!).toBeLessThanOrEqual(8);
    expect(Math.max(...own)).toBeGreaterThan(0);
    expect(second.rows.map(({ trial }) => trial)).toEqual(first.rows.map(({ trial }) => trial));
    expect(readdirSync(join(folder, 'reports/x/running'))).toEqual([]);
    const whole = folderWith({ ...changes, seeds: 8 });
    await run(whole);
    expect(resultsOf(folder)).toEqual(resultsOf(whole));
  });

  test('that gets Ctrl-C ends its trials and says how to go on', async () => {
    const folder = folderWith(changes);
    const { code, err } = await broken(folder, child => child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(err).toContain('Stopping: trials that are running will end first. Ctrl-C again drops them.');
    expect(err).toMatch(/Stopped\. [1-4] of 6 trials are left; to go on: mortal run scenarios\/x\.json\n$/);
    expect(readFileSync(join(folder, 'reports/x/results.csv'), 'utf8')).toContain(',done,');
  });

  test('that gets Ctrl-C twice ends at once', async () => {
    const folder = folderWith({
      ...changes,
      learners: ['stand-in', { learner: 'stand-in', as: 'slow', milliseconds: 60_000 }],
    });
    const { signal, done } = await broken(folder, child => {
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGINT'), 100);
    });
    expect(signal).toBe('SIGINT');
    expect(done.length).toBeGreaterThanOrEqual(2);
  });
});

describe('another data set', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('takes the place of the scenario’s, in a folder of its own', async () => {
    const folder = folderWith({ data: { set: 'mnist', train: 100, validation: 50, test: 100 } });
    const { code, err } = await run(folder, '--data', 'tiny');
    expect(code, err).toBe(0);
    const plan = JSON.parse(readFileSync(join(folder, 'reports/x-tiny/plan.json'), 'utf8'));
    expect(plan.command).toBe('mortal run scenarios/x.json --data tiny');
    expect(
      plan.trials.every(
        (t: { specification: { data: { set: string } } }) => t.specification.data.set === 'tiny',
      ),
    ).toBe(true);
  });

  test('that is not there is refused with what to do', async () => {
    const { code, err } = await run(folderWith(), '--data', 'lost');
    expect(code).toBe(2);
    expect(err).toContain('--data lost data.set: data set lost not found');
  });

  test('may lie in a folder that is named', async () => {
    vi.stubEnv('MORTAL_DATA', undefined);
    const folder = folderWith();
    let seen: string | undefined;
    const world = {
      known: async () => {
        seen = process.env.MORTAL_DATA;
        return known;
      },
    };
    await mortal(folder, ['run', 'scenarios/x.json', '--dry', '--data-folder', 'sets'], world);
    expect(seen).toBe(join(folder, 'sets'));
  });
});
