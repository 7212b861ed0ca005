/**
 * @file Says how far a run has come: bars on a terminal, now and then a line elsewhere, nothing with --quiet. Always on standard error;
 * standard output is for results.
 */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import type { Progress, Watcher } from './executor.ts';

/** Shows a run to a person. */
export interface Display extends Watcher {
  /** A trial that need not be run here after all. */
  settled(trial: PlannedTrial): void;
  /** A line that stays. */
  say(text: string): void;
  close(): void;
}

type Stream = NodeJS.WritableStream & { isTTY?: boolean };

/** The display that suits a stream, for so many trials. */
export function display(stream: Stream, trials: number, quiet: boolean): Display {
  if (quiet || trials === 0) return silence(stream);
  return stream.isTTY ? bars(stream, trials) : lines(stream, trials);
}

/** Warnings only. */
const silence = (stream: Stream): Display => ({
  started: () => {},
  progressed: () => {},
  finished: () => {},
  settled: () => {},
  say: text => void stream.write(`${text}\n`),
  close: () => {},
});

/** A bar for the run and one for each trial that is running. */
function bars(stream: Stream, trials: number): Display {
  const run = new Advance(trials);
  const all = new MultiBar(
    {
      stream,
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false,
      format: ' {bar} {text}',
      barsize: 24,
      fps: 5,
    },
    Presets.shades_classic,
  );
  const whole = all.create(trials, 0, { text: run.inWords() });
  const each = new Map<string, SingleBar>();
  const refresh = () => whole.update(run.trialsDone, { text: run.inWords() });
  const clock = setInterval(refresh, 1000);
  return {
    started: trial => void each.set(trial.id, all.create(1, 0, { text: nameOf(trial) })),
    progressed(trial, progress) {
      run.progressed(trial, progress);
      each
        .get(trial.id)
        ?.update(progress.epoch / progress.epochs, { text: `${nameOf(trial)}: ${stateOf(progress)}` });
      refresh();
    },
    finished(trial, { result }) {
      run.finished(trial);
      if (result.status === 'failed') all.log(`${nameOf(trial)} failed: ${result.error}\n`);
      const bar = each.get(trial.id);
      if (bar !== undefined) all.remove(bar);
      each.delete(trial.id);
      refresh();
    },
    settled() {
      run.settled();
      refresh();
    },
    say: text => all.log(`${text}\n`),
    close() {
      clearInterval(clock);
      all.update(); // what was logged is shown at the next picture, and there is none after this
      all.stop();
    },
  };
}

/** A line when trials end, every second at most, and one every ten seconds in between. */
function lines(stream: Stream, trials: number): Display {
  const run = new Advance(trials);
  let last = 0;
  const since = () => performance.now() - last;
  const say = (text: string) => {
    last = performance.now();
    stream.write(`${text}\n`);
  };
  return {
    started: () => {},
    progressed(trial, progress) {
      run.progressed(trial, progress);
      if (since() > 10_000) say(`${run.inWords()}; ${nameOf(trial)}: ${stateOf(progress)}`);
    },
    finished(trial, { result }) {
      run.finished(trial);
      const failed = result.status === 'failed';
      if (!failed && run.trialsDone < trials && since() < 1000) return;
      const end = failed
        ? `failed: ${result.error}`
        : `test error ${result.readouts[0]?.testErrorPercent.toFixed(2)} %`;
      say(`${run.inWords()}; ${nameOf(trial)}: ${end}`);
    },
    settled: () => run.settled(),
    say,
    close: () => {},
  };
}

/** What a trial is called in a line. */
export const nameOf = ({ learner, settings, specification }: PlannedTrial): string =>
  [learner, ...Object.values(settings), `seed ${specification.seed}`].join(', ');

function stateOf({ epoch, epochs, loss, validationErrorPercent }: Progress): string {
  const error =
    validationErrorPercent === undefined ? '' : `, validation error ${validationErrorPercent.toFixed(2)} %`;
  return `epoch ${epoch} of ${epochs}, loss ${loss.toPrecision(3)}${error}`;
}

/** How much is done, and by that how much time is left, taking trials for equally long. */
export class Advance {
  readonly #trials: number;
  readonly #start: number;
  readonly #now: () => number;
  readonly #running = new Map<string, number>();
  trialsDone = 0;
  #settled = 0;

  constructor(trials: number, now = () => performance.now()) {
    this.#trials = trials;
    this.#now = now;
    this.#start = now();
  }

  progressed({ id }: PlannedTrial, { epoch, epochs }: Progress): void {
    this.#running.set(id, epoch / epochs);
  }

  finished({ id }: PlannedTrial): void {
    this.#running.delete(id);
    this.trialsDone++;
  }

  /** A trial that another process has run: done, but it says nothing of our speed. */
  settled(): void {
    this.trialsDone++;
    this.#settled++;
  }

  /** `3 of 48 trials, about 4 min left`. */
  inWords(): string {
    const ours = [...this.#running.values()].reduce(
      (sum, part) => sum + part,
      this.trialsDone - this.#settled,
    );
    const left = this.#trials - this.#settled - ours;
    const seconds = (this.#now() - this.#start) / 1000;
    const time = ours > 0 && left > 0 ? `, about ${duration((seconds * left) / ours)} left` : '';
    return `${this.trialsDone} of ${this.#trials} trials${time}`;
  }
}

/** `40 s`, `4 min`, `2.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
