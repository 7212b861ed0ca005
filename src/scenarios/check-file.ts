/** @file Reads one file of any kind and says what it is. */
import { basename, resolve } from 'node:path';
import { type DeviceKind, Devices, deviceKinds } from './devices.ts';
import { load } from './load.ts';
import { entry, parse, textAt, type Written } from './locate.ts';
import { InputError } from './problems.ts';
import { readSource } from './read.ts';
import type { Known, Scenario } from './schema.ts';
import { readSlurmFile } from './slurm-file.ts';
import { readTuning } from './tuning-file.ts';

/** @returns what the file is, in words @throws InputError with everything that is wrong with it */
export async function checkFile(file: string, known: Known, cwd: string): Promise<string> {
  const source = readSource(file, cwd);
  const written = parse(source);
  if (textAt(written, '$schema')?.includes('json-schema.org')) return 'a schema, for editors';
  if (
    /(^|\/)slurm\.schema\.json$/.test(textAt(written, '$schema') ?? '') ||
    /^slurm\b/.test(basename(file))
  ) {
    await readSlurmFile(file, cwd);
    return 'what a Slurm cluster is asked for';
  }
  if (entry(written, 'rule') !== undefined) {
    const { learners } = await readTuning(file, cwd);
    return `settings chosen for ${several(Object.keys(learners).length, 'learner')}`;
  }
  const kind = kindOf(written, resolve(cwd, file));
  if (kind === undefined)
    throw new InputError([
      {
        where: source.name,
        path: '',
        message:
          'neither a scenario nor a device: a scenario has "learners", a chip "layers", cells, neurons and boxes a "kind"',
      },
    ]);
  if (kind === 'scenario') {
    const whole = trialsInWords(await load(file, known, { cwd }));
    const quick = entry(written, 'quick') && (await load(file, known, { cwd, quick: true }));
    return `a scenario of ${whole}${quick ? `; quick: ${trialsInWords(quick)}` : ''}`;
  }
  await new Devices(cwd).file(kind, resolve(cwd, file));
  return `a ${kind}`;
}

/** `30 trials (5 learners × 3 settings × 2 seeds)`. */
function trialsInWords({ settings, seeds }: Scenario): string {
  const learners = settings[0]!.entries.length;
  const factors = [
    several(learners, 'learner'),
    several(settings.length, 'setting'),
    several(seeds.length, 'seed'),
  ];
  return `${learners * settings.length * seeds.length} trials (${factors.join(' × ')})`;
}

const several = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** What a file describes: by its folder, else by its keys. */
export function kindOf(written: Written, path: string): DeviceKind | 'scenario' | undefined {
  if (['learners', 'question', 'seeds'].some(key => entry(written, key) !== undefined)) return 'scenario';
  const kinds = Object.keys(deviceKinds) as DeviceKind[];
  const byFolder = kinds.find(kind => path.split(/[\\/]/).at(-2) === deviceKinds[kind].folder);
  if (byFolder !== undefined) return byFolder;
  if (['layers', 'crossbar', 'boxes'].some(key => entry(written, key) !== undefined)) return 'chip';
  const own = textAt(written, 'kind');
  return kinds.find(kind => {
    const { schema } = deviceKinds[kind];
    return (
      'oneOf' in schema &&
      (schema.oneOf as { properties: { kind: { const: string } } }[]).some(
        member => member.properties.kind.const === own,
      )
    );
  });
}
