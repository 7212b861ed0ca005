/** @file The script of a job. */
import type { SlurmSettings } from '../../scenarios/slurm-file.ts';
import { type SlurmJob, tasksOf } from './job-file.ts';

/**
 * @param command how a node calls mortal
 * @param allowPrograms whether boxes may start programs there
 */
export function script(
  job: SlurmJob,
  directory: string,
  settings: SlurmSettings,
  command: string,
  allowPrograms = false,
): string {
  const { partition, account, time, memory, cpus, limit, setup, options } = settings;
  const array = `0-${tasksOf(job) - 1}${limit === undefined ? '' : `%${limit}`}`;
  const asked = [
    `--job-name=${job.key}`,
    `--array=${array}`,
    `--output="${job.folder.replaceAll('%', '%%')}/%a.log"`,
    '--open-mode=append',
    '--ntasks=1',
    `--cpus-per-task=${cpus}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(time === undefined ? [] : [`--time=${Math.ceil(time / 60)}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
    ...options,
  ];
  return [
    '#!/bin/bash',
    ...asked.map(option => `#SBATCH ${option}`),
    ...setup,
    `exec ${command} run-trial ${quoted(directory)} --job ${job.key} --index "$SLURM_ARRAY_TASK_ID"${allowPrograms ? ' --allow-program' : ''}`,
    '',
  ].join('\n');
}

/** For a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
