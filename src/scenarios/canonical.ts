/**
 * @file One text for one value, whatever the order of its keys, and the hash that trials are named by.
 */
import { createHash } from 'node:crypto';
import type { TrialSpecification } from './trial-files.ts';

/** JSON with the keys of every object in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** 16 hexadecimal digits of the SHA-256 of a value, whatever the order of its keys. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);

/** Name of a trial: the hash of its specification. */
export const trialId = (specification: TrialSpecification): string => hashOf(specification);
