/** @file What `mortal tune` tunes on: a scenario file, or one made of a chip and learners that were named; and whether it is fair. */
import { basename } from 'node:path';
import { namesIn, samplesOf, trialsOf } from '../lab/tuning.ts';
import type { Source } from '../scenarios/locate.ts';
import { plan } from '../scenarios/plan.ts';
import { InputError } from '../scenarios/problems.ts';
import type { Scenario } from '../scenarios/schema.ts';

/** What was named in place of a file. */
export interface Named {
  readonly learner: readonly string[];
  readonly chip?: string;
  readonly box: readonly string[];
}

/** As much data as the comparisons of this project train on. */
const data = { set: 'mnist', train: 10000, validation: 2000, test: 100 };

/** The scenario that was asked for: a file's, or one of what was named. @throws InputError */
export function scenarioOf(file: string | undefined, named: Named, cwd: string): string | Source {
  const { learner, chip, box } = named;
  const said = wordsOf(named);
  const wrong = (message: string) =>
    new InputError([{ where: ['mortal tune', ...said].join(' '), path: '', message }]);
  if (file !== undefined) {
    if (said.length > 0)
      throw wrong(
        `${file} says already who learns on what; --set changes it, for example --set 'learners=["ff"]'`,
      );
    return file;
  }
  if (learner.length === 0 || chip === undefined)
    throw wrong(
      'a scenario file is needed, or --learner and --chip (for example --learner ff --chip reference)',
    );
  const content = {
    title: `${learner.join(', ')} on ${basename(chip, '.json')}`,
    question: 'Which setting has the lowest validation error?',
    data,
    chip,
    learners: learner,
    ...(box.length > 0 && { vary: { 'chip.boxes.between': box } }),
    seeds: 1,
  };
  return { name: said.join(' '), text: JSON.stringify(content), folder: cwd, kind: 'argument' };
}

/** What was named, as it was said. */
export const wordsOf = ({ learner, chip, box }: Named): string[] => [
  ...learner.flatMap(each => ['--learner', each]),
  ...(chip === undefined ? [] : ['--chip', chip]),
  ...box.flatMap(each => ['--box', each]),
];

/**
 * Chips that no report shows, validation images to judge by, and as many training images for every learner.
 * @param tried the scenario with all that is tried
 * @param shown seeds of the scenario's own chips
 * @throws InputError
 */
export function mustBeFair(tried: Scenario, shown: readonly number[], where: string): void {
  const wrong = (message: string) => new InputError([{ where, path: '', message }]);
  const both = tried.seeds.filter(seed => shown.includes(seed));
  if (both.length > 0)
    throw wrong(
      `--seeds ${both.join(',')}: reports of the scenario show ${both.length > 1 ? 'these chips' : 'this chip'} (its seeds: ${shown.join(', ')}); tune on others`,
    );
  if (tried.settings.some(({ data: { validation } }) => validation === 0))
    throw wrong(
      'data.validation is 0, but options are chosen on validation images; --set data.validation=2000 takes some',
    );
  const trials = plan(tried);
  const images = namesIn({ trials }).map(name => ({ name, samples: samplesOf(trialsOf({ trials }, name)) }));
  const [first, ...others] = images;
  const other = others.find(({ samples }) => samples !== first!.samples);
  if (other)
    throw wrong(
      `every learner is to see as many training images, but over all that is tried "${first!.name}" would see ${first!.samples} and "${other.name}" ${other.samples}; --set 'learners.*.epochs=10' gives all the same`,
    );
}
