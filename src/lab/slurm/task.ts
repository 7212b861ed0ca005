/**
 * @file What a node does with a task: makes sure that it is the program and the data that the run was planned with, runs the trials
 * that have no result yet, and stores what comes of them.
 */
import { hostname } from 'node:os';
import { canonical, trialId } from '../../scenarios/canonical.ts';
import type { PlannedTrial } from '../../scenarios/trial-files.ts';
import { artefactsFolder } from '../artefacts.ts';
import { Claims } from '../claims.ts';
import type { Bench, LoadSplit, Watcher } from '../executor.ts';
import { loadedOnce } from '../executor.ts';
import { Store } from '../store.ts';
import { type JobFile, readJob, trialsOf } from './job-file.ts';
import { tell } from './news.ts';

/** Why a node must not run a task. */
export class Refusal extends Error {}

export interface Node {
  readonly versions: Readonly<Record<string, string>>;
  bench(): Promise<Bench>;
  /** whether boxes may start programs here */
  readonly allowPrograms?: boolean;
}

/**
 * Runs task `index` of a job.
 * @throws Refusal where this node would not yield the same bytes; the submitting side reports it
 */
export async function runTask(directory: string, key: string, index: number, node: Node): Promise<void> {
  const job = readJob(directory, key);
  try {
    await runTrials(directory, job.file, trialsOf(job, index), node, news => tell(job.folder, index, news));
  } catch (error) {
    const kind = error instanceof Refusal ? 'refused' : 'broken';
    tell(job.folder, index, { kind, message: `${hostname()}: ${(error as Error).message}` });
    throw error;
  }
}

type Tell = (news: Parameters<typeof tell>[2]) => void;

async function runTrials(
  directory: string,
  file: JobFile,
  trials: readonly PlannedTrial[],
  node: Node,
  tell: Tell,
): Promise<void> {
  refuseOthers(file, trials, node.versions);
  const { loadSplit, ...rest } = await node.bench();
  const bench = {
    ...rest,
    loadSplit: loadedOnce(checked(loadSplit, file)),
    artefacts: artefactsFolder(directory),
    snapshots: directory,
    allowPrograms: node.allowPrograms ?? false,
  };
  for (const { specification } of trials) await bench.loadSplit(specification.data); // before anything is begun
  const store = new Store(directory);
  const claims = new Claims(directory); // for `mortal status`; a trial that is claimed elsewhere is run all the same
  const mine = new Set<string>();
  const watcher: Watcher = {
    claims({ id }) {
      const isThere = store.outcome(id)?.result.status === 'done';
      if (isThere) tell({ kind: 'finished', id });
      else if (claims.take(id)) mine.add(id);
      return !isThere;
    },
    started: ({ id }) => tell({ kind: 'started', id }),
    progressed({ id }, progress) {
      claims.progressed(id, progress);
      tell({ kind: 'progressed', id, progress });
    },
    said: ({ id }, text) => tell({ kind: 'said', id, text }),
    finished({ id }, outcome) {
      store.save(outcome);
      if (mine.has(id)) claims.release(id);
      tell({ kind: 'finished', id });
    },
  };
  const executor =
    file.cpus > 1
      ? (await import('../pool.ts')).pool(Math.min(file.cpus, trials.length), bench)
      : (await import('../serial.ts')).serial(bench);
  try {
    await executor.run(trials, watcher, new AbortController().signal);
  } finally {
    claims.close();
    await executor.close();
  }
}

function refuseOthers(file: JobFile, trials: readonly PlannedTrial[], versions: Node['versions']): void {
  for (const [name, version] of Object.entries(file.versions))
    if (versions[name] !== version)
      throw new Refusal(
        `${name} ${versions[name] ?? 'none'} is here, but the run was planned with ${name} ${version}`,
      );
  const other = trials.find(({ id, specification }) => trialId(specification) !== id);
  if (other !== undefined)
    throw new Refusal(`trial ${other.id} is called ${trialId(other.specification)} here`);
}

/** `loadSplit` that takes no other images than the run was planned with. */
const checked =
  (loadSplit: LoadSplit, { digests }: JobFile): LoadSplit =>
  async data => {
    const split = await loadSplit(data);
    const wanted = digests[canonical(data)];
    if (split.digest !== wanted)
      throw new Refusal(`data ${data.set} has digest ${split.digest} here, but the run had ${wanted}`);
    return split;
  };
