/**
 * @file A training in the middle, written down so that it goes on with the same bits: the memory of all matrices in one piece, and what its
 * ledger has entered. A snapshot is put back into a chip and a learner that have been made anew, as far as the course that it was taken in;
 * then everything lies where it lay. What does not fit to the last byte is refused, and the training starts over.
 */
import type { Engine } from '../engine/engine.ts';
import type { Numbers } from '../engine/ledger.ts';
import type { Extent } from '../engine/matrix.ts';
import { type Opened, open, piecesOf, type Source } from '../engine/safetensors.ts';
import type { Progress, Snapshots } from '../learners/learner.ts';
import { canonical, hashOf } from './canonical.ts';
import type { TrialHooks } from './trial-files.ts';
import { versions } from './versions.ts';

/** A file of a snapshot. */
export type SnapshotSource = Source;

/** Where a trial keeps how far it is, and what is asked of that. */
export interface SnapshotPlace {
  /** of the trial */
  readonly id: string;
  /** the last snapshot, where there is one */
  open(): Source | undefined;
  /** Whether it is time for another. */
  isDue(): boolean;
  /** Keeps it in place of the last. */
  write(pieces: readonly Uint8Array[]): void;
  /** Moves the last one away, for it is of no use. */
  refuse(why: string): void;
  /** Seconds that the trial has taken so far, those before it was broken off among them. */
  seconds(): number;
  /** The trial goes on from the snapshot, which was taken after so many seconds of it. */
  takenUp(at: Pick<Progress, 'epoch' | 'epochs'>, seconds: number): void;
  /** A line for people. */
  say(text: string): void;
}

/** What a snapshot is not of use for, in a sentence. */
class Unfit extends Error {}

const kind = 'mortal snapshot';

/** What stands in the header of the file. */
interface Header {
  readonly trial: string;
  /** which training it is of, where a trial has several */
  readonly stage: string;
  readonly versions: Readonly<Record<string, string>>;
  /** which of the learner's courses it was taken in, from 1 */
  readonly course: number;
  /** the memory when that course began, and when those before it had ended */
  readonly extent: Extent;
  readonly ends: readonly Extent[];
  readonly entered: { readonly values: number; readonly arrays: number };
  /** of the course, and as people were told */
  readonly progress: Progress;
  readonly told: Progress;
  readonly seconds: number;
}

/** How far a snapshot is, by its header alone; undefined where it is none. */
export function standOf(source: Source): Pick<Progress, 'epoch' | 'epochs'> | undefined {
  try {
    return headerOf(open(source)).told;
  } catch {
    return undefined;
  }
}

function headerOf({ metadata }: Opened): Header {
  if (metadata.kind !== kind || metadata.format !== '1') throw new Unfit('is no snapshot of this version');
  const header: Header = JSON.parse(metadata.header ?? 'null');
  if (metadata.seal !== hashOf(header))
    throw new Unfit('is damaged: its header is not the one that was saved');
  return header;
}

/**
 * Does a piece of work that trains a chip, once more from the beginning where the snapshot that is there turns out to be of no use.
 * @param stage all that decides what comes of it, but for the trial that it is a part of
 * @param work with nothing in the engine's memory; handed nothing where nothing is kept
 */
export function withSnapshots<T>(
  stage: unknown,
  engine: Engine,
  { snapshots: place, progress }: TrialHooks,
  work: (snapshots?: TrainingSnapshots) => T,
): T {
  if (!place) return work();
  const made = (isFirst: boolean) => new TrainingSnapshots(hashOf(stage), engine, place, progress, isFirst);
  try {
    return work(made(true));
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    place.refuse(error.message);
    engine.arena.reset();
    return work(made(false));
  }
}

/** What one training is given. */
export class TrainingSnapshots implements Snapshots {
  /** whether the course tells of an epoch that it has told of before */
  isRetold = false;
  readonly #stage: string;
  readonly #engine: Engine;
  readonly #place: SnapshotPlace;
  readonly #tell: TrialHooks['progress'];
  readonly #ends: Extent[] = [];
  #start: Pick<Header, 'extent' | 'entered'> | undefined; // of the course that goes on
  #taken: { header: Header; file: Opened } | undefined; // as long as it has not been put back
  #told: Progress = { epoch: 0, epochs: 0, loss: 0 };
  #hasSaid = false;

  constructor(
    stage: string,
    engine: Engine,
    place: SnapshotPlace,
    tell: TrialHooks['progress'],
    looks: boolean,
  ) {
    this.#stage = stage;
    this.#engine = engine;
    this.#place = place;
    this.#tell = tell;
    const source = looks ? place.open() : undefined;
    if (source) this.#taken = this.#checked(source);
  }

  /** Tells people, and notes it. */
  progress(progress: Parameters<TrialHooks['progress']>[0]): void {
    this.#told = progress;
    this.#tell(progress);
  }

  begin(each: (progress: Progress) => void): number {
    const { arena } = this.#engine;
    this.#start = { extent: arena.extent, entered: arena.ledger.length };
    if (!this.#taken) return 0;
    const { header, file } = this.#taken;
    if (header.course > this.#ends.length + 1) return Number.POSITIVE_INFINITY;
    for (const key of ['extent', 'entered'] as const)
      if (canonical(header[key]) !== canonical(this.#start[key]))
        throw new Unfit('is of a chip or a learner that is made otherwise now');
    this.isRetold = true;
    each(header.progress);
    this.isRetold = false;
    this.#putBack(header, file);
    this.#taken = undefined;
    this.#place.takenUp(header.told, header.seconds);
    this.progress(header.told);
    return header.progress.epoch;
  }

  lived(progress: Progress): void {
    if (!this.#place.isDue()) return;
    const { refusal } = this.#engine.arena.ledger;
    if (refusal === undefined) this.#write(progress);
    else if (!this.#hasSaid) this.#place.say(`no snapshot can be taken: ${refusal}`);
    this.#hasSaid = true;
  }

  end(): void {
    const { arena } = this.#engine;
    const skipped = this.#taken?.header.ends[this.#ends.length];
    if (skipped) arena.skipTo(skipped);
    this.#ends.push(arena.extent);
    arena.ledger.cut(this.#start!.entered);
    this.#start = undefined;
  }

  /** The snapshot, where it is of this training. @throws Unfit where it is not of this trial, or damaged */
  #checked(source: Source): { header: Header; file: Opened } | undefined {
    try {
      const file = open(source);
      const header = headerOf(file);
      if (header.trial !== this.#place.id) throw new Unfit('is the snapshot of another trial');
      if (canonical(header.versions) !== canonical(versions()))
        throw new Unfit(`was taken by ${inWords(header.versions)}, and this is ${inWords(versions())}`);
      if (header.stage !== this.#stage) return undefined;
      file.verify();
      return { header, file };
    } catch (error) {
      throw error instanceof Unfit ? error : new Unfit((error as Error).message);
    }
  }

  #write(progress: Progress): void {
    const { arena } = this.#engine;
    const { extent, entered } = this.#start!;
    const { values, arrays } = arena.ledger.entries(entered);
    const header: Header = {
      trial: this.#place.id,
      stage: this.#stage,
      versions: versions(),
      course: this.#ends.length + 1,
      extent,
      ends: this.#ends,
      entered,
      progress,
      told: this.#told,
      seconds: this.#place.seconds(),
    };
    const pieces = [
      { name: 'matrices', data: arena.bytesOf(extent) },
      ...arrays.map((array, k) => ({ name: `array/${k}`, data: bytesOf(array) })),
      { name: 'values', data: new TextEncoder().encode(JSON.stringify(values)) },
    ];
    const metadata = { kind, format: '1', header: JSON.stringify(header), seal: hashOf(header) };
    this.#place.write(
      piecesOf(
        pieces.map(piece => ({ ...piece, shape: [piece.data.length] })),
        metadata,
      ),
    );
  }

  #putBack({ extent, entered }: Header, file: Opened): void {
    const { arena } = this.#engine;
    const text = new Uint8Array(file.sizeOf('values') ?? 0);
    file.fill('values', text);
    arena.ledger.restore(JSON.parse(new TextDecoder().decode(text)));
    const { arrays } = arena.ledger.entries(entered);
    arrays.forEach((array, k) => {
      if (file.sizeOf(`array/${k}`) !== array.byteLength)
        throw new Unfit('is of a chip or a learner that is made otherwise now');
      file.fill(`array/${k}`, bytesOf(array));
    });
    file.fill('matrices', arena.bytesOf(extent));
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const inWords = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
