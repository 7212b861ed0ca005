/**
 * @file Making a chip and having a learner train it, as a specification says: the learner gets the view of the chip that it declared
 * and no other, and everything random comes from streams named after the seed.
 */
import type { DocumentedView, Views } from '../chips/access.ts';
import { buildChip, type ChipRequest, nominal } from '../chips/build.ts';
import type { Chip } from '../chips/chip.ts';
import type { Access } from '../chips/model.ts';
import { viewOf } from '../chips/views.ts';
import type { Samples } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import { type Stream, streamOf } from '../engine/streams.ts';
import { learners } from '../learners/index.ts';
import type { Classifier, Learner, Lesson } from '../learners/learner.ts';
import { evaluationBatch } from '../learners/parts/output-classifier.ts';
import type { TrialSpecification } from './trial-files.ts';

/** What of a specification makes and trains a chip. */
export type Upbringing = Pick<TrialSpecification, 'chip' | 'learner' | 'options' | 'seed'>;

/** @throws Error when there is none of that name */
export function learnerOf({ learner: name }: Pick<Upbringing, 'learner'>): Learner {
  const learner = learners[name];
  if (!learner) throw new Error(`there is no learner '${name}'`);
  return learner;
}

/** An individual of the chip, untrained. @param seed of its flaws, where it is another's */
export function chipFor(
  upbringing: Upbringing,
  learner: Learner,
  samples: Samples,
  engine: Engine,
  seed = upbringing.seed,
): Chip {
  const request = requestFor(upbringing, learner, samples);
  return buildChip(upbringing.chip, request, engine, streams(seed, 'chip', engine));
}

/** Names streams below a path, and enters how far they have been read. */
const streams =
  (seed: number, under: string, engine: Engine) =>
  (path: string): Stream => {
    const stream = streamOf(seed, `${under}/${path}`);
    engine.keep(
      () => stream.position,
      position => {
        stream.position = position;
      },
    );
    return stream;
  };

function requestFor({ options }: Upbringing, learner: Learner, { inputs, classes }: Samples): ChipRequest {
  const batch = typeof options.batch === 'number' ? options.batch : 0;
  return { inputs, classes, ...learner.needs(options), batch: Math.max(batch, evaluationBatch) };
}

/** Makes the view of an access. @param dataSheet as `viewOf` wants it */
export type Seen = <A extends Access>(access: A, dataSheet: () => DocumentedView) => Views[A];

/** Gives the learner its lesson. @param along what the lesson has besides @param seen what the learner sees, where it is not this chip alone */
export function train(
  upbringing: Upbringing,
  chip: Chip,
  training: Samples,
  engine: Engine,
  along: Pick<Lesson<never, never>, 'epoch' | 'later' | 'start' | 'snapshots'>,
  seen: Seen = (access, dataSheet) => viewOf(chip, access, dataSheet),
): Classifier {
  const learner = learnerOf(upbringing);
  const { seed, options } = upbringing;
  let sheet: DocumentedView | undefined;
  const dataSheet = (): DocumentedView => (sheet ??= viewOf(sheetChip(), 'documented', dataSheet));
  const sheetChip = () => {
    const request = requestFor(upbringing, learner, training);
    return buildChip(nominal(upbringing.chip), request, engine, streams(seed, 'data-sheet', engine));
  };
  return learner.train({
    chip: seen(learner.access, dataSheet) as never, // the registry holds learners of every access
    options,
    training,
    engine,
    stream: streams(seed, `learner/${learner.name}`, engine),
    digital: multiplyAdds => {
      chip.meter.digitalMacs += multiplyAdds;
    },
    ...along,
  });
}
