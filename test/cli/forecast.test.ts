/** @file `mortal run --dry` and `mortal status`: what is to come and how it stands, without touching anything. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { inTheMiddle } from '../fixtures/in-the-middle.ts';
import { planned } from '../fixtures/trials.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

/** A folder with a scenario, and results of some of its trials. */
async function folderWith(changes: Record<string, unknown>, ...argv: string[]) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': scenario({ chip: plainChip, ...changes }) });
  if (argv.length > 0)
    await mortal(folder, ['run', 'scenarios/x.json', '--workers', '0', '--quiet', ...argv]);
  return folder;
}

/** Gives each trial of a run this many seconds. */
function timed(folder: string, seconds: number) {
  for (const path of Object.keys(filesOf(join(folder, 'timings'))))
    write(folder, { [`timings/${path}`]: { id: path.slice(0, -5), seconds } });
}

describe('a dry run', () => {
  const dry = async (folder: string, ...argv: string[]) => {
    const before = filesOf(folder);
    const { code, out, err } = await mortal(folder, ['run', 'scenarios/x.json', '--dry', ...argv]);
    expect(filesOf(folder)).toEqual(before);
    expect(code, err).toBe(0);
    return out;
  };
  const json = async (folder: string, ...argv: string[]) => JSON.parse(await dry(folder, '--json', ...argv));

  test('of nothing that was ever run goes by the rough model, and says so', async () => {
    const out = await dry(await folderWith({}), '--workers', '1');
    expect(out).toMatch(/trials +2, none done or left out, 2 to run/);
    expect(out).toMatch(/time +about 2 s with 1 at a time \(2 by a rough model\)/);
    expect(out).toMatch(/memory +about 0\.3 GB, and 0\.\d+ GB for each at a time/);
    expect(out).toMatch(/results +would go to reports\/x\nNothing was run or written\.\n$/);
  });

  test('goes by timings in its folder, in proportion to the work', async () => {
    const folder = await folderWith({}, '--seeds', '1');
    timed(join(folder, 'reports/x'), 100);
    const forecast = await json(folder, '--workers', '2', '--seeds', '5');
    expect(forecast).toMatchObject({ trials: 5, todo: 4, workers: 2, seconds: 200 });
    expect(forecast.basis).toEqual({ 'this folder': 4, 'other folders': 0, 'rough model': 0 });
    const double = await json(folder, '--workers', '2', '--seeds', '5', '--set', 'data.train=150');
    expect(double).toMatchObject({ todo: 5, seconds: 375 });
  });

  test('goes by timings of other runs, where their work is similar', async () => {
    const folder = await folderWith({}, '--out', 'reports/deep/other');
    timed(join(folder, 'reports/deep/other'), 100);
    const similar = await json(folder, '--workers', '1');
    expect([similar.basis['other folders'], similar.seconds]).toEqual([2, 200]);
    const larger = await json(folder, '--set', 'learners.stand-in.epochs=900');
    expect(larger.basis).toMatchObject({ 'other folders': 0, 'rough model': 2 });
  });

  test('of what is done already has nothing to do', async () => {
    expect(await dry(await folderWith({}, '--quiet'))).toMatch(/trials +2, 2 done or left out, 0 to run/);
  });
});

describe('the status of a run', () => {
  const learners = ['stand-in', { learner: 'stand-in', as: 'failing', ends: 'throws' }];

  test('counts what is done, failed, running and left', async () => {
    const folder = await folderWith({ learners }, '--seeds', '1');
    const run = join(folder, 'reports/x');
    timed(run, 60);
    await mortal(folder, [
      'run',
      'scenarios/x.json',
      '--seeds',
      '4',
      '--only',
      'stand-in',
      '--quiet',
      '-w',
      '0',
    ]);
    timed(run, 60);
    const plan = JSON.parse(filesOf(run)['plan.json']!);
    const later = plan.trials.filter(
      ({ learner, specification }: { learner: string; specification: { seed: number } }) =>
        learner === 'failing' && specification.seed > 1,
    );
    const now = Date.now();
    const claim = { pid: process.pid, host: hostname(), since: now - 30_000, time: now, epoch: 1, epochs: 2 };
    write(run, {
      [`running/${later[0].id}.json`]: { ...claim, id: later[0].id },
      [`running/${later[1].id}.json`]: { ...claim, id: later[1].id, time: 0 },
    });
    const before = filesOf(folder);
    const { out, code } = await mortal(folder, ['status', 'reports/x']);
    expect(code).toBe(0);
    expect(out).toMatch(/^x: 4 of 8 trials done, 1 failed, 1 running, 2 to go, about 3 min left\n/);
    expect(out).toContain('1 were broken off; the next run tries them again');
    expect(out).toMatch(/failing, seed 2 +epoch 1 of 2 +for 30 s +process \d+ on /);
    expect(out).toMatch(/failed\n +failing, seed 1 +layer 2: activity is NaN/);

    const status = JSON.parse((await mortal(folder, ['status', 'reports/x', '--json'])).out);
    expect(status).toMatchObject({ trials: 8, done: 4, toGo: 2, abandoned: 1, secondsLeft: 150 });
    expect(status.running).toMatchObject([{ id: later[0].id, epoch: 1, epochs: 2 }]);
    expect(filesOf(folder)).toEqual(before);
  });

  test('of a folder that is none says so', async () => {
    const { code, err } = await mortal(freshFolder(), ['status', 'nowhere']);
    expect([code, err]).toEqual([2, 'nowhere/plan.json: not there; nowhere is no folder of a run\n']);
  });
});

describe('a trial that was broken off in the middle', () => {
  /** A run of three trials, one done; how many epochs of the next are behind it is what its snapshot says. */
  async function begun() {
    const folder = await folderWith({}, '--seeds', '1');
    const run = join(folder, 'reports/x');
    timed(run, 60);
    const { trials } = await planned({ seeds: 3 });
    inTheMiddle(run, trials[1]!.id, 3, 4);
    return { folder, run, trials };
  }

  test('is told of with the others, and takes only what is left of it', async () => {
    const { folder } = await begun();
    const argv = ['run', 'scenarios/x.json', '--dry', '--seeds', '3', '--workers', '1'];
    expect((await mortal(folder, argv)).out).toMatch(/goes on +stand-in, seed 2 after epoch 3 of 4\n/);
    expect(JSON.parse((await mortal(folder, [...argv, '--json'])).out)).toMatchObject({
      todo: 2,
      seconds: 75,
      begun: [{ trial: 'stand-in, seed 2', epoch: 3, epochs: 4 }],
    });
  });

  test('has its place in the status, and in what is said at Ctrl-C', async () => {
    const { folder } = await begun();
    const onInterrupt = (stop: () => void) => {
      stop();
      return () => {};
    };
    const argv = ['run', 'scenarios/x.json', '--seeds', '3', '--workers', '0'];
    const { code, err } = await mortal(folder, argv, { onInterrupt });
    expect(code).toBe(130);
    expect(err).toContain(
      'Ctrl-C again drops them; the next run goes on with stand-in, seed 2 after epoch 3 of 4.\n',
    );
    const { out } = await mortal(folder, ['status', 'reports/x']);
    expect(out).toMatch(/2 to go, about \d+ s left once it goes on\n/);
    expect(out).toMatch(/to go on in the middle\n +stand-in, seed 2 +after epoch 3 of 4\n/);
  });
});
