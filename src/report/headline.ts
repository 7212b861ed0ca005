/**
 * @file The finding in one line: how Forward-Forward fares among the learners a real chip allows, and whether its layer-local
 * rival does as well for less.
 */
import { allOf, listed, space } from './numbers.ts';
import { type Learner, learnerInRole, quoted, type Study } from './study.ts';
import { compare, isBroken, keepsUp, ofLearner, type Standing, trainingPasses } from './verdict.ts';

/** "Forward-Forward keeps up in 3 of 4 settings; `local-softmax` does as well with a quarter of the chip passes" */
export function headline(study: Study, all: readonly Standing[][]): string {
  const hero = learnerInRole(study, 'forward-forward');
  const own = hero ? ofLearner(all, hero).filter(standing => standing.error) : [];
  if (!hero || own.length === 0) return withoutHero(study, all);
  const kept = own.filter(keepsUp).length;
  const where = (count: number) =>
    own.length === 1
      ? ''
      : count === own.length
        ? ` in ${allOf(count, 'setting')}`
        : ` in ${count} of ${own.length} settings`;
  const broken = own.filter(isBroken).length;
  const start =
    kept > 0
      ? `Forward-Forward keeps up${where(kept)}`
      : broken === own.length
        ? `Forward-Forward breaks down${where(broken)}`
        : `Forward-Forward loses${where(own.length)}`;
  return start + rivalClause(study, hero, kept === own.length);
}

/** How the layer-local rival fares against Forward-Forward, as the second half of the headline. */
function rivalClause(study: Study, hero: Learner, herosTriumph: boolean): string {
  const rival = learnerInRole(study, 'local rival');
  const comparisons = rival ? compare(study, hero, rival) : [];
  if (!rival || comparisons.length === 0) return '';
  const name = quoted(rival);
  const where = comparisons.length === 1 ? '' : ' everywhere';
  if (comparisons.every(each => each.side === 'second')) return `; ${name} beats it${where}`;
  if (comparisons.every(each => each.side === 'first')) return `; it beats ${name}${where}`;
  if (comparisons.every(each => each.side !== 'first')) {
    return `${herosTriumph ? ', but' : ';'} ${name} does as well${herosTriumph ? '' : ' or better'}${withPasses(study, hero, rival)}`;
  }
  return '';
}

/** " with a quarter of the chip passes" where the rival needs fewer; empty otherwise. */
function withPasses(study: Study, hero: Learner, rival: Learner): string {
  const ratio = passRatio(study, hero, rival);
  return ratio !== undefined && ratio < 0.95 ? ` with ${fraction(ratio)} the chip passes` : '';
}

function withoutHero(study: Study, all: readonly Standing[][]): string {
  const steady = study.learners.filter(learner => {
    const own = ofLearner(all, learner).filter(standing => standing.error);
    return own.length === all.length && own.every(keepsUp);
  });
  const where = all.length === 1 ? '' : ` in ${allOf(all.length, 'setting')}`;
  if (steady.length === 0) return `No learner is best${where}`;
  const names = listed(steady.map(learner => quoted(learner)));
  return all.length === 1 && steady.length === 1
    ? `${names} errs least`
    : `${names} ${steady.length === 1 ? 'is' : 'are'} best or level with the best${where}`;
}

/** Training passes of `rival` over those of `hero`. */
function passRatio(study: Study, hero: Learner, rival: Learner): number | undefined {
  const [a, b] = [hero, rival].map(learner => Math.max(0, ...trainingPasses(study, learner)));
  return a! > 0 && b! > 0 ? b! / a! : undefined;
}

/** "a quarter of", "half", "62 % of" */
function fraction(ratio: number): string {
  const named: [number, string][] = [
    [1 / 2, 'half'],
    [1 / 3, 'a third of'],
    [1 / 4, 'a quarter of'],
    [1 / 5, 'a fifth of'],
    [1 / 6, 'a sixth of'],
    [1 / 10, 'a tenth of'],
  ];
  const match = named.find(([value]) => Math.abs(ratio / value - 1) < 0.04);
  return match ? match[1] : `${Math.round(100 * ratio)}${space}% of`;
}
