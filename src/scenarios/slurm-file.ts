/** @file What a cluster is asked for: `slurm.json`. Read by `mortal run --executor slurm`; `scenarios/slurm.example.json` is one. */
import { type Static, Type } from '@sinclair/typebox';
import { count, quantity, strict } from '../description.ts';
import { parse } from './locate.ts';
import { InputError } from './problems.ts';
import { readSource } from './read.ts';
import { check } from './validate.ts';

/** A word that goes into a line of a job script as it is. */
const word = (description: string) => Type.Optional(Type.String({ pattern: '^[\\w.,:@+-]+$', description }));
const line = Type.String({ pattern: '^[^\\r\\n]*$' });

export const SlurmSettings = strict(
  {
    $schema: Type.Optional(Type.String()),
    partition: word("queue to wait in; default: the cluster's own"),
    account: word('who pays'),
    time: Type.Optional(
      quantity('s', 'longest time of one task, all of its trials together; default: that of the partition', {
        minimum: 60,
      }),
    ),
    memory: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d*[KMGT]$',
        description: 'memory of one task, as Slurm writes it: "4G"',
      }),
    ),
    cpus: count('cores of one task; it runs as many trials at a time', { default: 1, maximum: 1024 }),
    limit: Type.Optional(count('tasks that run at a time; default: as many as the cluster lets run')),
    chunk: count(
      'trials of one task. A task costs some seconds of its own, so short trials want more. Taken higher where the array would exceed the MaxArraySize of the cluster',
      { default: 1 },
    ),
    retries: count('how often trials whose task was lost are submitted again', {
      minimum: 0,
      default: 2,
      maximum: 100,
    }),
    poll: quantity('s', 'how often the queue and the folder are looked at', { minimum: 0.1, default: 10 }),
    setup: Type.Array(line, {
      default: [],
      description: 'lines of shell before the task, such as "module load node"',
    }),
    options: Type.Array(Type.String({ pattern: '^--[a-z][^\\r\\n]*$' }), {
      default: [],
      description: 'further options of sbatch, such as "--qos=low"',
    }),
    command: Type.Optional(
      Type.String({
        pattern: '^[^\\r\\n]+$',
        description:
          'how a node calls mortal, in shell: "node /shared/mortal/src/main.js"; default: this Node and this mortal by their paths',
      }),
    ),
  },
  { title: 'slurm', description: 'what a Slurm cluster is asked for' },
);
export type SlurmSettings = Static<typeof SlurmSettings>;

/** Reads such a file; without one, everything is as the cluster has it. @throws InputError */
export async function readSlurmFile(file: string | undefined, cwd: string): Promise<SlurmSettings> {
  const source =
    file === undefined
      ? { name: 'slurm.json', text: '{}', folder: cwd, kind: 'file' as const }
      : readSource(file, cwd);
  const { value, problems } = await check(SlurmSettings, parse(source));
  if (problems.length > 0) throw new InputError(problems);
  return value as SlurmSettings;
}
