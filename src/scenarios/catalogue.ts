/** @file The files there are, and what they say of themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseJson } from 'jsonc-parser';
import { type DeviceKind, deviceKinds, deviceNames, devicesFolder } from './devices.ts';

/** Device files of a kind that come with the program. */
export const deviceFiles = (kind: DeviceKind): { name: string; description: string }[] =>
  deviceNames(kind).map(name => ({
    name,
    description: String(
      content(join(devicesFolder, deviceKinds[kind].folder, `${name}.json`)).description ?? '',
    ),
  }));

/** Scenario files in `scenarios/` of a folder, by path. */
export function scenarioFiles(folder: string): { path: string; title: string }[] {
  let paths: string[];
  try {
    paths = readdirSync(join(folder, 'scenarios'), { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return paths
    .filter(path => /^(?!tuning).*\.json$/.test(path) && !/\.(schema|example)\.json$/.test(path))
    .sort()
    .map(path => ({
      path: join('scenarios', path),
      title: String(content(join(folder, 'scenarios', path)).title ?? '(no title)'),
    }));
}

function content(path: string): Record<string, unknown> {
  const found: unknown = parseJson(readFileSync(path, 'utf8'), [], { allowTrailingComma: true });
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
}
