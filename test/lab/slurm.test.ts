/**
 * @file What the submitting side does, against scripts that stand in for Slurm: `slurm-cluster.test.ts` has the real one.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { queueOf } from '../../src/lab/slurm.ts';
import { fakeSlurm } from '../fixtures/fake-slurm.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { slurmFile } from '../fixtures/slurm-settings.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const fake = fakeSlurm();

function folderWith(changes: Record<string, unknown> = {}, settings: Record<string, unknown> = {}) {
  const folder = freshFolder();
  write(folder, {
    'scenarios/x.json': scenario({ chip: plainChip, ...changes }),
    'slurm.json': slurmFile(settings),
  });
  return folder;
}
const argv = ['run', 'scenarios/x.json', '--executor', 'slurm', '--slurm', 'slurm.json'];
const run = (folder: string, ...more: string[]) => mortal(folder, [...argv, ...more]);
const resultsOf = (folder: string) => filesOf(join(folder, 'reports/x/results'));
const jobsOf = (folder: string) => readdirSync(join(folder, 'reports/x/slurm'));
const scriptOf = (folder: string) =>
  readFileSync(join(folder, 'reports/x/slurm', jobsOf(folder)[0]!, 'job.sh'), 'utf8');

/** Presses Ctrl-C once the run has said something. */
const interruptAfter = (said: RegExp) => {
  let err = '';
  let stop = () => {};
  const stderr = Object.assign(
    new (class {
      write(text: string) {
        err += text;
        if (said.test(text)) stop();
        return true;
      }
    })(),
    {},
  ) as unknown as NodeJS.WritableStream;
  return {
    err: () => err,
    world: {
      stderr,
      onInterrupt(first: () => void) {
        stop = first;
        return () => {};
      },
    },
  };
};

describe('a run on Slurm', () => {
  test('yields the bytes of a run in one process', async () => {
    const folder = folderWith({
      learners: ['stand-in', { learner: 'stand-in', as: 'failing', ends: 'throws' }],
    });
    const alone = folderWith({
      learners: ['stand-in', { learner: 'stand-in', as: 'failing', ends: 'throws' }],
    });
    const { code, err } = await run(folder);
    await mortal(alone, ['run', 'scenarios/x.json', '--workers', '0']);
    expect(code, err).toBe(1);
    expect(err).toContain('Slurm job 1 submitted: 4 trials in 2 tasks.');
    expect(err).toContain('failing: layer 2: activity is NaN');
    expect(resultsOf(folder)).toEqual(resultsOf(alone));
    expect((await run(folder)).err).toMatch(
      /2 of 4 trials to run[\s\S]*job 2 submitted: 2 trials in 1 tasks/,
    );
  });

  test('asks for what the settings say, in no more tasks than an array may have', async () => {
    const folder = folderWith(
      { seeds: 9 },
      { chunk: 1, time: '90 min', memory: '2G', limit: 2, setup: ['export A=1'], options: ['--qos=low'] },
    );
    expect((await run(folder)).code).toBe(0);
    const text = scriptOf(folder);
    for (const line of ['--array=0-2%2', '--time=90', '--mem=2G', '--cpus-per-task=1', '--qos=low'])
      expect(text).toContain(`#SBATCH ${line}\n`);
    expect(text).toContain('\nexport A=1\n');
    expect(Object.keys(resultsOf(folder))).toHaveLength(9);
  });

  test('submits lost trials again', async () => {
    const folder = folderWith();
    writeFileSync(join(fake, 'lose'), '1\n');
    const { code, err } = await run(folder);
    expect(code, err).toBe(0);
    expect(err).toContain('2 trials were lost with their tasks; submitting them again (attempt 2 of 3).');
    expect(jobsOf(folder)).toHaveLength(2);
  });

  test('gives up after as many retries as it may', async () => {
    const folder = folderWith({}, { retries: 1 });
    writeFileSync(join(fake, 'lose'), '1\n2\n');
    const { code, err } = await run(folder);
    expect(code).toBe(1);
    expect(err).toMatch(/stand-in: its Slurm task was lost 2 times; see slurm\/mortal-[0-9a-f]{16}\/0\.log/);
  });

  test('reports a node with another version, and does not try again', async () => {
    const folder = folderWith({}, { setup: ['export MORTAL_TEST_VERSION=9.9.9'] });
    const { code, err } = await run(folder);
    expect(code).toBe(1);
    expect(err).toMatch(/refused by \S+: mortal 9\.9\.9 is here, but the run was planned with mortal \d/);
    expect(jobsOf(folder)).toHaveLength(1);
    write(folder, { 'slurm.json': slurmFile() });
    expect((await run(folder)).code).toBe(0);
  });

  test('waits for a controller that does not answer', async () => {
    const folder = folderWith();
    writeFileSync(join(fake, 'down'), '');
    setTimeout(() => rmSync(join(fake, 'down')), 700);
    const { code, err } = await run(folder);
    expect(code, err).toBe(0);
    expect(err).toContain('Slurm does not answer');
    expect(err).toContain('Slurm answers again.');
  });

  test('that is stopped says how to go on, is found in the queue again, and is not submitted twice', async () => {
    const folder = folderWith();
    writeFileSync(join(fake, 'hold'), '');
    const { world, err } = interruptAfter(/submitted/);
    expect((await mortal(folder, argv, world)).code, err()).toBe(130);
    expect(err()).toContain('Slurm jobs go on. To end them, add --cancel to the command.');
    expect(err()).toContain(`to go on: mortal ${argv.join(' ')}\n`);
    const [line] = await queueOf(join(folder, 'reports/x'));
    expect(line).toMatch(/^Slurm job \d+: 0 running, 1 waiting: Resources$/);
    rmSync(join(fake, 'hold'));
    const again = await run(folder);
    expect(again.code, again.err).toBe(0);
    expect(again.err).toMatch(/Slurm job \d+ is in the queue already|2 trials/);
    expect(jobsOf(folder)).toHaveLength(1);
    expect(await queueOf(join(folder, 'reports/x'))).toEqual([]);
  });

  test('that nobody watches any longer is gathered by the task that ends last', async () => {
    const folder = folderWith();
    writeFileSync(join(fake, 'hold'), '');
    expect((await mortal(folder, argv, interruptAfter(/submitted/).world)).code).toBe(130);
    rmSync(join(folder, 'reports/x/results.csv'), { force: true }); // without a row, of the process that was stopped
    rmSync(join(fake, 'hold'));
    await vi.waitFor(() => expect(existsSync(join(folder, 'reports/x/report.html'))).toBe(true), 30_000);
    expect(readFileSync(join(folder, 'reports/x/results.csv'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  test('that is cancelled leaves the queue', async () => {
    const folder = folderWith();
    writeFileSync(join(fake, 'hold'), '');
    await mortal(folder, argv, interruptAfter(/submitted/).world);
    const { out } = await run(folder, '--cancel');
    rmSync(join(fake, 'hold'));
    expect(out).toMatch(/^Cancelled: Slurm job \d+\. Results in reports\/x stay\.\n$/);
    expect(readdirSync(join(fake, 'queue'))).toEqual(['.keep']);
    expect((await run(folder, '--cancel')).out).toBe('No Slurm job of reports/x is in the queue.\n');
  });

  test('that Slurm refuses for good ends with its word', async () => {
    const { code, err } = await run(folderWith({}, { partition: 'nowhere' }));
    expect(code).toBe(2);
    expect(err).toContain('sbatch: sbatch: error: invalid partition specified: nowhere');
  });

  test('refuses settings it does not understand, by line, and writes nothing', async () => {
    const folder = folderWith({}, { chunks: 5, memory: 'much' });
    const { code, err } = await run(folder);
    expect(code).toBe(2);
    expect(err).toMatch(/slurm\.json:\d+:\d+ chunks?: .*"chunk"/);
    expect(err).toMatch(/slurm\.json:\d+:\d+ memory: /);
    expect(existsSync(join(folder, 'reports'))).toBe(false);
  });
});

test('the example is in order', async () => {
  const { out, err } = await mortal('.', ['check', 'scenarios/slurm.example.json']);
  expect(out, err).toBe('scenarios/slurm.example.json: what a Slurm cluster is asked for\n');
});
