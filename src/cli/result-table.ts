/** @file The table at the end of a run: a line per learner and setting, over its seeds. */
import type { Row } from '../lab/rows.ts';
import { deviation, mean } from '../report/statistics.ts';
import { si } from './si.ts';
import { table } from './table.ts';

/** @param varied paths, each a column */
export function resultTable(rows: readonly Row[], varied: readonly string[]): string {
  const isTimed = rows.some(row => typeof row.chip_seconds === 'number');
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.learner, ...varied.map(path => row[path])]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const lines = [...groups.values()].map(group => {
    const first = group[0]!;
    const done = group.filter(row => row.status === 'done');
    return [
      String(first.learner),
      String(first.access),
      ...varied.map(path => String(first[path])),
      done.length === 0 ? 'failed' : spread(numbers(done, 'test_error_percent')),
      si(mean(numbers(done, 'forward_passes'))),
      si(mean(numbers(done, 'energy_J')), 'J'),
      ...(isTimed ? [si(mean(numbers(done, 'chip_seconds')), 's')] : []),
      String(done.length),
    ];
  });
  const heading = [
    'learner',
    'access',
    ...varied,
    'test error %',
    'chip passes',
    'energy',
    ...(isTimed ? ['time on chip'] : []),
    'seeds',
  ];
  return table([heading, ...lines], 2 + varied.length);
}

const numbers = (rows: readonly Row[], column: string) =>
  rows.map(row => row[column]).filter(value => typeof value === 'number');

/** Mean ± standard deviation over seeds. */
function spread(values: readonly number[]): string {
  if (values.length === 0) return '';
  return values.length === 1
    ? values[0]!.toFixed(2)
    : `${mean(values).toFixed(2)} ± ${deviation(values).toFixed(2)}`;
}
