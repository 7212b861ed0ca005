/** @file Runs onto disks that are full or read-only. Needs the right to mount a small disk in memory; says so where there is none. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const mounted: string[] = [];
const mount = (folder: string, options: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]).status === 0;
const unmount = (folder: string) => spawnSync('umount', [folder]);

const probe = freshFolder();
const mayMount = process.platform === 'linux' && mount(probe, 'size=64k');
if (mayMount) unmount(probe);
else console.warn('no disk can be mounted here, so full and read-only disks are not tried');

afterEach(() => {
  for (const folder of mounted.splice(0)) unmount(folder);
});

function folderOn(options: string) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': scenario({ chip: plainChip }), 'disk/.keep': '' });
  const disk = join(folder, 'disk');
  expect(mount(disk, options)).toBe(true);
  mounted.push(disk);
  return { folder, disk };
}
const run = (folder: string) =>
  mortal(folder, ['run', 'scenarios/x.json', '--workers', '0', '--quiet', '--out', 'disk/x']);

describe.runIf(mayMount)('a disk', () => {
  test('that is full ends a run with one line; with room again it goes on', async () => {
    const { folder, disk } = folderOn('size=256k');
    await run(folder); // so that there is a plan
    const whole = filesOf(join(disk, 'x/results'));
    const filler = join(disk, 'filler');
    for (const [path] of Object.entries(whole)) spawnSync('rm', [join(disk, 'x/results', path)]);
    const room = spawnSync('sh', ['-c', `cat /dev/zero > ${filler}`]);
    expect(room.status).not.toBe(0);
    const { code, err } = await run(folder);
    expect(code).toBe(2);
    expect(err).toMatch(/^cannot write .*: the disk is full\n$/);
    expect(Object.keys(filesOf(disk)).filter(path => path.endsWith('.tmp'))).toEqual([]);
    writeFileSync(filler, '');
    expect((await run(folder)).code).toBe(0);
    expect(filesOf(join(disk, 'x/results'))).toEqual(whole);
  });

  test('that is read-only ends a run before it begins', async () => {
    const { folder, disk } = folderOn('ro');
    const { code, err } = await run(folder);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^cannot write .*: the file system is read-only\n$/),
    ]);
    expect(existsSync(join(disk, 'x'))).toBe(false);
  });
});
