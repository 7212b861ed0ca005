/**
 * @file Runs on a real Slurm of one node, which the test starts and stops. Skipped, and said so, where there can be none.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { type Cluster, missing, startCluster } from '../fixtures/slurm.ts';
import { slurmFile } from '../fixtures/slurm-settings.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const reason = missing();
const program = fileURLToPath(new URL('../fixtures/mortal.js', import.meta.url));
const argv = ['run', 'scenarios/x.json', '--executor', 'slurm', '--slurm', 'slurm.json'];

function folderWith(changes: Record<string, unknown> = {}, settings: Record<string, unknown> = {}) {
  const folder = freshFolder();
  write(folder, {
    'scenarios/x.json': scenario({ chip: plainChip, ...changes }),
    'slurm.json': slurmFile({ chunk: 2, poll: 0.2, ...settings }),
  });
  return folder;
}
const slow = (milliseconds: number) => ({ learners: [{ learner: 'stand-in', milliseconds }], seeds: 4 });
const resultsOf = (folder: string) => filesOf(join(folder, 'reports/x/results'));
const jobsOf = (folder: string) => readdirSync(join(folder, 'reports/x/slurm'));
const there = (folder: string) =>
  existsSync(join(folder, 'reports/x/results')) ? Object.keys(resultsOf(folder)).length : 0;

async function alone(changes: Record<string, unknown>) {
  const folder = folderWith(changes);
  await mortal(folder, ['run', 'scenarios/x.json', '--workers', '0']);
  return resultsOf(folder);
}

/** Starts the submitting side as a process. */
function submitting(folder: string) {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', text => {
    err += text;
  });
  const over = new Promise<number | null>(resolve => child.on('close', resolve));
  return { child, over, err: () => err };
}

async function until(isSo: () => boolean, child?: ChildProcess) {
  for (let i = 0; i < 1500 && !isSo(); i++) {
    if (child !== undefined && child.exitCode !== null) return;
    await pause(20);
  }
}

/** Processes that run a task of this folder. */
const tasksIn = (folder: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('run-trial') && words.includes(join(folder, 'reports/x'));
      } catch {
        return false;
      }
    })
    .map(Number);

describe.skipIf(reason !== undefined)(
  `on Slurm${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster?.stop());

    test('a run yields the bytes of the pool and of one process', async () => {
      const changes = { learners: ['stand-in', { learner: 'stand-in', as: 'slow', milliseconds: 5 }] };
      const folder = folderWith(changes);
      const pool = folderWith(changes);
      const { code, err } = await mortal(folder, argv);
      await mortal(pool, ['run', 'scenarios/x.json', '--workers', '2']);
      expect(code, err).toBe(0);
      expect(resultsOf(folder)).toEqual(await alone(changes));
      expect(resultsOf(folder)).toEqual(resultsOf(pool));
    });

    test('a task that is killed is submitted again, and only what was lost is run', async () => {
      const changes = slow(150);
      const folder = folderWith(changes, { limit: 1 });
      const running = mortal(folder, argv);
      await until(() => there(folder) >= 1);
      for (const pid of tasksIn(folder)) process.kill(pid, 'SIGKILL');
      const { code, err } = await running;
      expect(code, err).toBe(0);
      expect(err).toMatch(/\d trials? were lost|1 trials were lost/);
      expect(jobsOf(folder)).toHaveLength(2);
      expect(resultsOf(folder)).toEqual(await alone(changes));
    });

    test('a submitting process that is killed loses nothing, and the next finds the job in the queue', async () => {
      const changes = slow(250);
      const folder = folderWith(changes, { limit: 1 });
      const { child, over } = submitting(folder);
      await until(() => there(folder) >= 1, child);
      child.kill('SIGKILL');
      await over;
      const { code, err } = await mortal(folder, argv);
      expect(code, err).toBe(0);
      expect(err).toMatch(/Slurm job \d+ is in the queue already \(/);
      expect(jobsOf(folder)).toHaveLength(1);
      expect(resultsOf(folder)).toEqual(await alone(changes));
    });

    test('a controller that is killed and started again is waited for', async () => {
      const changes = slow(200);
      const folder = folderWith(changes, { limit: 1 });
      const running = mortal(folder, argv);
      await until(() => there(folder) >= 1);
      await cluster.killController();
      await pause(1500);
      cluster.startController();
      const { code, err } = await running;
      expect(code, err).toBe(0);
      expect(resultsOf(folder)).toEqual(await alone(changes));
      expect(jobsOf(folder)).toHaveLength(1);
    });

    test('a node with another version refuses, and the submitting side says so', async () => {
      const folder = folderWith({}, { setup: ['export MORTAL_TEST_VERSION=9.9.9'] });
      const { code, err } = await mortal(folder, argv);
      expect(code).toBe(1);
      expect(err).toMatch(/refused by \S+: mortal 9\.9\.9 is here, but the run was planned with mortal \d/);
      expect(Object.values(resultsOf(folder)).every(text => JSON.parse(text).status === 'failed')).toBe(true);
    });

    test('a trial that runs twice at once has one result', async () => {
      const changes = slow(200);
      const folder = folderWith(changes, { chunk: 4 });
      const running = mortal(folder, argv);
      await until(() => tasksIn(folder).length > 0);
      const [key] = jobsOf(folder) as [string];
      const twin = spawn(
        process.execPath,
        [program, 'run-trial', join(folder, 'reports/x'), '--job', key, '--index', '0'],
        { stdio: 'ignore' },
      );
      const end = new Promise(resolve => twin.on('close', resolve));
      const { code, err } = await running;
      expect([code, await end], err).toEqual([0, 0]);
      expect(resultsOf(folder)).toEqual(await alone(changes));
    });

    test('a run that is cancelled leaves the queue', async () => {
      const folder = folderWith(slow(2000));
      const { child, over, err } = submitting(folder);
      await until(() => tasksIn(folder).length > 0, child);
      child.kill('SIGINT');
      expect(await over).toBe(130);
      expect(err()).toContain('Slurm jobs go on. To end them, add --cancel to the command.');
      expect((await mortal(folder, ['status', 'reports/x'])).out).toMatch(/Slurm job \d+: \d running/);
      expect((await mortal(folder, [...argv, '--cancel'])).out).toMatch(/^Cancelled: Slurm job \d+/);
      await until(() => tasksIn(folder).length === 0);
      expect(execFileSync('squeue', ['--noheader', '--states=PENDING,RUNNING']).toString()).toBe('');
    });
  },
);
