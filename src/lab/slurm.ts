/**
 * @file Runs trials on a Slurm cluster: an array job whose tasks store results in the run's folder, on a file system that all nodes
 * share. This process only submits and watches. Which trials were lost is seen from missing results once their job has left the queue;
 * they go into a further job. Ended in any way, this process can be started again: jobs that are not accounted for lie in the folder. The
 * task that ends last gathers (`cli/run-trial.ts`), so tables and report come about without this process too.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonical } from '../scenarios/canonical.ts';
import type { SlurmSettings } from '../scenarios/slurm-file.ts';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { failure } from './attempt.ts';
import { type Bench, type Executor, loadedOnce, type Watcher } from './executor.ts';
import { writeWhole } from './files.ts';
import {
  type JobFile,
  noteNumber,
  noteOver,
  numberOf,
  openJobs,
  type SlurmJob,
  tasksOf,
  trialsOf,
  writeJob,
} from './slurm/job-file.ts';
import { NewsReader, type TrialNews } from './slurm/news.ts';
import { cancelJobs, type InQueue, inQueue, largestArray, nap, patiently, submit } from './slurm/queue.ts';
import { quoted, script } from './slurm/script.ts';
import { Store } from './store.ts';

/** What the executor is made of. */
export interface Cluster {
  /** folder of the run */
  readonly directory: string;
  readonly settings: SlurmSettings;
  /** whether boxes may start programs on nodes */
  readonly allowPrograms?: boolean;
  /** versions that nodes must have */
  readonly versions: Readonly<Record<string, string>>;
  bench(): Promise<Bench>;
  say(text: string): void;
}

export function slurm(cluster: Cluster): Executor {
  return {
    workers: cluster.settings.limit ?? 1,
    stopping: 'Not watching any longer; Slurm jobs go on. To end them, add --cancel to the command.',
    run: (trials, watcher, stop) => new Watch(cluster, trials, watcher, stop).run(),
    close: async () => {},
  };
}

/** A job that is watched. */
interface Watched {
  readonly job: SlurmJob;
  readonly reader: NewsReader;
  /** task → why it came to nothing */
  readonly troubles: Map<number, { readonly refused: boolean; readonly message: string }>;
  /** looks in a row at which it was not in the queue; a shared folder may lag behind the queue */
  absences: number;
}

/** One call of `run`. */
class Watch {
  readonly #cluster: Cluster;
  readonly #watcher: Watcher;
  readonly #stop: AbortSignal;
  readonly #store: Store;
  /** trials that have not ended */
  readonly #open: Map<string, PlannedTrial>;
  readonly #started = new Set<string>();
  #jobs: Watched[];

  constructor(cluster: Cluster, trials: readonly PlannedTrial[], watcher: Watcher, stop: AbortSignal) {
    this.#cluster = cluster;
    this.#watcher = watcher;
    this.#stop = stop;
    this.#store = new Store(cluster.directory);
    this.#open = new Map(trials.map(trial => [trial.id, trial]));
    this.#jobs = openJobs(cluster.directory).map(watched);
  }

  async run(): Promise<void> {
    const covered = new Set(this.#jobs.flatMap(({ job }) => job.file.trials.map(({ id }) => id)));
    for (const { job } of this.#jobs) await this.#takeUp(job);
    await this.#submit(
      [...this.#open.values()].filter(({ id }) => !covered.has(id)),
      1,
    );
    while (this.#jobs.length > 0 && !this.#stop.aborted) {
      const names = this.#jobs.map(({ job }) => job.key);
      const queue = await patiently(() => inQueue(names), this.#cluster.say, this.#stop);
      for (const watched of this.#jobs) this.#hear(watched);
      if (queue === undefined || this.#stop.aborted) return;
      for (const watched of this.#jobs)
        watched.absences = queue.has(watched.job.key) ? 0 : watched.absences + 1;
      for (const watched of this.#jobs.filter(({ absences }) => absences >= 2)) await this.#settle(watched);
      if (this.#jobs.length > 0) await nap(this.#cluster.settings.poll, this.#stop);
    }
  }

  /** A job of an earlier process: still there, or over, or never submitted because that process died before. */
  async #takeUp(job: SlurmJob): Promise<void> {
    const { say } = this.#cluster;
    const queue = await patiently(() => inQueue([job.key]), say, this.#stop);
    if (queue === undefined) return;
    const found = queue.get(job.key);
    if (found !== undefined) {
      if (numberOf(job) === undefined) noteNumber(job, found.number);
      say(`Slurm job ${found.number} is in the queue already (${inWords(found)}); watching it.`);
    } else if (numberOf(job) === undefined && !existsSync(join(job.folder, '0.log'))) await this.#send(job);
  }

  /** Makes a job of these trials. */
  async #submit(trials: readonly PlannedTrial[], attempt: number): Promise<void> {
    if (trials.length === 0) return;
    const { directory, settings, say } = this.#cluster;
    const largest = await patiently(largestArray, say, this.#stop);
    if (largest === undefined) return;
    for (const { id } of trials) this.#forgetFailure(id);
    const job = writeJob(directory, {
      format: 1,
      created: new Date().toISOString(),
      attempt,
      chunk: Math.max(settings.chunk, Math.ceil(trials.length / largest)),
      cpus: settings.cpus,
      versions: this.#cluster.versions,
      digests: await digestsOf(trials, await this.#cluster.bench()),
      trials,
    });
    this.#jobs.push(watched(job));
    await this.#send(job);
  }

  async #send(job: SlurmJob): Promise<void> {
    const { directory, settings, allowPrograms, say } = this.#cluster;
    const own = fileURLToPath(new URL('../main.js', import.meta.url));
    const command = settings.command ?? `${quoted(process.execPath)} ${quoted(own)}`;
    const path = join(job.folder, 'job.sh');
    writeWhole(path, script(job, directory, settings, command, allowPrograms));
    const number = await this.#sent(job, path);
    if (number === undefined) return;
    noteNumber(job, number);
    const count = tasksOf(job);
    say(`Slurm job ${number} submitted: ${job.file.trials.length} trials in ${count} tasks.`);
  }

  /** Submits once: a controller may take a job and die before it says so. */
  async #sent(job: SlurmJob, path: string): Promise<string | undefined> {
    const once = async () =>
      (await inQueue([job.key])).get(job.key)?.number ?? (await submit(path, process.cwd()));
    try {
      return await patiently(once, this.#cluster.say, this.#stop);
    } catch (error) {
      noteOver(job); // refused for good
      throw error;
    }
  }

  /** A failed result of an earlier run would be taken for one of this job. */
  #forgetFailure(id: string): void {
    if (this.#store.outcome(id)?.result.status === 'failed')
      rmSync(join(this.#cluster.directory, 'results', `${id}.json`), { force: true });
  }

  /** Passes on what tasks tell. */
  #hear({ job, reader, troubles }: Watched): void {
    for (let task = 0; task < tasksOf(job); task++) {
      for (const news of reader.of(task)) {
        if (this.#stop.aborted) return;
        if ('message' in news) {
          const refused = news.kind === 'refused';
          const isNew = ![...troubles.values()].some(({ message }) => message === news.message);
          troubles.set(task, { refused, message: news.message });
          if (isNew)
            this.#cluster.say(`task ${task} was ${refused ? 'refused by' : 'broken off on'} ${news.message}`);
        } else this.#tell(news);
      }
    }
  }

  #tell(news: TrialNews): void {
    const trial = this.#open.get(news.id);
    if (trial === undefined) return;
    if (news.kind === 'finished') this.#finish(trial);
    else this.#start(trial);
    if (news.kind === 'progressed') this.#watcher.progressed(trial, news.progress);
    if (news.kind === 'said') this.#watcher.said?.(trial, news.text);
  }

  #start(trial: PlannedTrial): void {
    if (this.#started.has(trial.id)) return;
    this.#started.add(trial.id);
    this.#watcher.started(trial);
  }

  /** Ends a trial by its result. @returns false where there is none */
  #finish(trial: PlannedTrial): boolean {
    const found = this.#store.outcome(trial.id);
    if (found === undefined) return false;
    this.#end(trial, { result: found.result, seconds: found.seconds ?? 0, isStored: true });
    return true;
  }

  #end(trial: PlannedTrial, outcome: Parameters<Watcher['finished']>[1]): void {
    this.#start(trial);
    this.#open.delete(trial.id);
    this.#watcher.finished(trial, outcome);
  }

  /** Accounts for a job that has left the queue. */
  async #settle(watched: Watched): Promise<void> {
    this.#hear(watched);
    const { job, troubles } = watched;
    const { attempt } = job.file;
    const { retries } = this.#cluster.settings;
    const others = this.#jobs.filter(other => other !== watched).flatMap(other => other.job.file.trials);
    const elsewhere = new Set(others.map(({ id }) => id)); // in the queue again already
    const lost: PlannedTrial[] = [];
    for (let task = 0; task < tasksOf(job); task++) {
      for (const { id } of trialsOf(job, task)) {
        if (this.#stop.aborted) return;
        const trial = this.#open.get(id);
        if (trial === undefined || this.#finish(trial) || elsewhere.has(id)) continue;
        const trouble = troubles.get(task);
        if (attempt <= retries && trouble?.refused !== true) lost.push(trial);
        else this.#end(trial, givenUp(trial, trouble?.message, job, task));
      }
    }
    if (lost.length > 0)
      this.#cluster.say(
        `${lost.length} trials were lost with their tasks; submitting them again (attempt ${attempt + 1} of ${retries + 1}).`,
      );
    await this.#submit(lost, attempt + 1); // before the old job is closed, so that the count of attempts is not lost
    if (this.#stop.aborted && lost.length > 0) return;
    noteOver(job);
    this.#jobs = this.#jobs.filter(other => other !== watched);
  }
}

const watched = (job: SlurmJob): Watched => ({
  job,
  reader: new NewsReader(job.folder),
  troubles: new Map(),
  absences: 0,
});

function givenUp(trial: PlannedTrial, message: string | undefined, job: SlurmJob, task: number) {
  const { attempt } = job.file;
  const why =
    message ?? `its Slurm task was lost ${attempt} times; see ${join('slurm', job.key, `${task}.log`)}`;
  return { result: failure(trial, new Error(why)), seconds: 0 };
}

async function digestsOf(trials: readonly PlannedTrial[], { loadSplit }: Bench): Promise<JobFile['digests']> {
  const splitOf = loadedOnce(loadSplit);
  const digests: Record<string, string> = {};
  for (const { specification } of trials)
    digests[canonical(specification.data)] = (await splitOf(specification.data)).digest;
  return digests;
}

const inWords = ({ running, waiting, reasons }: InQueue): string =>
  `${running} running, ${waiting} waiting${reasons.size > 0 ? `: ${[...reasons].join(', ')}` : ''}`;

/** How a run stands with Slurm: a line for each of its jobs; none where it has none. */
export async function queueOf(directory: string): Promise<string[]> {
  const jobs = openJobs(directory);
  if (jobs.length === 0) return [];
  try {
    const queue = await inQueue(jobs.map(({ key }) => key));
    return jobs.map(job => {
      const found = queue.get(job.key);
      const state = found === undefined ? 'has left the queue; run the scenario again' : inWords(found);
      return `Slurm job ${found?.number ?? numberOf(job) ?? job.key}: ${state}`;
    });
  } catch (error) {
    return jobs.map(job => `Slurm job ${numberOf(job) ?? job.key}: ${(error as Error).message}`);
  }
}

/** Ends the jobs of a run. Results that are there stay. @returns their numbers */
export async function cancel(directory: string, say: (text: string) => void): Promise<string[]> {
  const jobs = openJobs(directory);
  await patiently(() => cancelJobs(jobs.map(({ key }) => key)), say, new AbortController().signal);
  for (const job of jobs) noteOver(job);
  return jobs.map(job => numberOf(job) ?? job.key);
}
