/**
 * @file The frame of a scenario file, and a scenario once everything is resolved. What people may write in place of a chip or a
 * learner (names of files, `model` plus overrides, units) is put together by `load.ts` and described for editors by `editor.ts`.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { ChipModel } from '../chips/model.ts';
import { choice, count, strict } from '../description.ts';
import { DistillFrame } from '../distill/description.ts';
import type { Learner } from '../learners/learner.ts';
import { Life } from './life.ts';
import { PaperNumber } from './paper.ts';
import type { DistillRequest } from './read-distill.ts';
import type { TuningFile } from './tuning-file.ts';

const anything = (description: string) => Type.Unsafe<unknown>({ description });

/** How much of which data set a trial sees. */
export const DataRequest = strict(
  {
    set: Type.String({ description: 'name of a data set, as `mortal data` lists them' }),
    train: count('training samples'),
    validation: count(
      'samples that curves are drawn with and options chosen by, taken from the training part; 0 for none',
      {
        minimum: 0,
      },
    ),
    test: count('samples of the test part that the trained chip is judged on'),
    spare: Type.Optional(
      count(
        'further samples of the training part, never trained on by a teacher: what transfer sets are made of',
        {
          minimum: 0,
        },
      ),
    ),
    jitter: Type.Optional(
      count(
        'pixels that training images are shifted at most, sideways and up or down, drawn anew in every epoch; 2 makes 25 versions of each. What validates and tests stays where it is',
        { minimum: 0, maximum: 100 },
      ),
    ),
    pixels: Type.Optional(
      choice(
        ['standardised'],
        'what pixels become before they are put on the chip: every colour less its mean over the training images, over its deviation there. Numbers from 0 to 1 when absent',
      ),
    ),
  },
  { description: 'how much of which data set' },
);

/** What stands in a scenario file, before chip and learners are looked into. */
export const ScenarioFrame = strict(
  {
    $schema: Type.Optional(Type.String()),
    title: Type.String({ minLength: 1, description: 'heading of the report' }),
    question: Type.String({
      minLength: 1,
      description: 'what the scenario wants to know, in a sentence or two',
    }),
    data: DataRequest,
    chip: anything(
      'name of a chip in devices/chips, path of a chip file, or an object: `"model": "reference"` and what differs from it',
    ),
    learners: Type.Array(
      anything('name of a learner, or an object: `"learner": "..."`, its options, and `"as"` to rename it'),
      {
        minItems: 1,
        maxItems: 100,
        description: 'who learns on the chip',
      },
    ),
    vary: Type.Optional(
      Type.Record(Type.String(), anything('its values'), {
        description:
          'path in the scenario ("chip.cell.readNoise", "learners.ff.epochs", "learners.*.rate", "data.train") → its values, a list or a range; several paths are crossed',
      }),
    ),
    zip: Type.Optional(
      anything(
        'paths that change together, path → values, as many for each; crossed with what `vary` says; a list where there are several such groups',
      ),
    ),
    quick: Type.Optional(
      Type.Record(Type.String(), anything('its value'), {
        description: 'path → value: what `mortal run --quick` changes to have an answer in minutes',
      }),
    ),
    seeds: Type.Unsafe<number | number[]>({
      type: ['integer', 'array'],
      minimum: 1,
      maximum: 1000,
      items: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 },
      minItems: 1,
      uniqueItems: true,
      description:
        'how many seeds (1, 2, ...), or a list of them; each is another individual chip, trained anew',
    }),
    tuned: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description:
          'tuning file (of `mortal tune`) whose choices learners start from; what an entry says itself comes before',
      }),
    ),
    paper: Type.Optional(
      Type.Array(PaperNumber, { description: 'numbers of a paper, which the report shows beside ours' }),
    ),
    life: Type.Optional(Life),
    distill: Type.Optional(DistillFrame),
    checkpoints: count('validation errors taken along the training, evenly', { default: 5, maximum: 1000 }),
  },
  { title: 'scenario' },
);
export type ScenarioFrame = Static<typeof ScenarioFrame>;

/** A learner of a scenario, with all its options. */
export interface Entry {
  /** what tables call it: `as`, or the learner's name */
  readonly name: string;
  readonly learner: Learner;
  readonly options: Readonly<Record<string, unknown>>;
}

/** One point of what is varied. */
export interface Setting {
  /** varied path → value in words */
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Static<typeof DataRequest>;
  readonly chip: ChipModel;
  /** name of the chip's file */
  readonly chipName: string;
  readonly entries: readonly Entry[];
  readonly checkpoints: number;
  readonly life?: Life;
  readonly distill?: DistillRequest;
}

/** A file under `devices/` that took part. */
export interface Device {
  readonly kind: 'chip' | 'cell' | 'neuron' | 'box';
  readonly name: string;
  readonly description?: string;
  readonly source?: string;
}

/** One thing that is varied. */
export interface Axis {
  /** `chip.cell.readNoise` */
  readonly path: string;
  /** its values in words, in the order of the scenario; those of a zipped path may repeat */
  readonly labels: readonly string[];
  /** the same values in `unit`, one for each label; absent unless all are numbers, or texts with one and the same unit */
  readonly values?: readonly number[];
  /** how the values are spread; there where `values` are, 'linear' unless the scenario says "log" */
  readonly scale?: 'linear' | 'log';
  /** as written: "uS", "%"; absent for bare numbers */
  readonly unit?: string;
  /** paths that change together with this one: value i here goes with value i there, and only with it */
  readonly zippedWith?: readonly string[];
}

/** A scenario, all of it resolved: no file names, no units, no defaults left open. */
export interface Scenario {
  /** path of the file inside `scenarios/`, without its ending */
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly vary: readonly Axis[];
  readonly seeds: readonly number[];
  /** all points of what is varied, crossed; one where nothing is */
  readonly settings: readonly Setting[];
  readonly devices: readonly Device[];
  /** numbers of a paper, to be shown beside ours */
  readonly paper?: readonly PaperNumber[];
  /** the file that learners' options were chosen by, and what is in it */
  readonly tuning?: { readonly file: string; readonly content: TuningFile };
}

/** What there is to name in a scenario. */
export interface Known {
  readonly learners: Readonly<Record<string, Learner>>;
  /** name → sizes, or why it cannot be used */
  readonly dataSets: Readonly<Record<string, DataSetSizes | { readonly problem: string }>>;
}

/** As much as a scenario needs to know of a data set. */
export interface DataSetSizes {
  /** images of the training part, which training and validation samples are taken from */
  readonly training: number;
  readonly test: number;
  /** pixels of an image */
  readonly inputs: number;
  readonly classes: number;
}
