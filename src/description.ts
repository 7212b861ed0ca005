/**
 * @file How a parameter is described, once, for types, JSON Schema, editors and the reference page: a few TypeBox forms that
 * every description in `chips/`, `learners/` and `scenarios/` is made of. A quantity may be written with a unit
 * (`"25 uS"`); after loading it is a plain number in SI units.
 */
import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox';

interface Range {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

/** A physical quantity: text with a unit of the dimension of `unit` ("25 uS"), or a number in `unit` itself. */
export const quantity = (unit: string, description: string, range: Range & { default?: number } = {}) =>
  Type.Unsafe<number>({ type: ['number', 'string'], unit, description, ...range });

/** A dimensionless number; "5 %" may be written as well. */
export const ratio = (description: string, range: Range & { default?: number } = {}) =>
  Type.Unsafe<number>({ type: ['number', 'string'], unit: '1', description, ...range });

/** A whole number. */
export const count = (description: string, range: Range & { default?: number } = {}) =>
  Type.Integer({ minimum: 1, description, ...range });

/** One of some words. */
export const choice = <const W extends readonly string[]>(
  words: W,
  description: string,
  defaults: { default?: W[number] } = {},
) => Type.Unsafe<W[number]>({ type: 'string', enum: [...words], description, ...defaults });

/** An object that allows its own keys only. */
export const strict = <P extends TProperties>(
  properties: P,
  options: { description?: string; default?: unknown; title?: string } = {},
): TObject<P> => Type.Object(properties, { additionalProperties: false, ...options });

/** One of several objects told apart by their `kind`. */
export const oneOfKinds = <M extends TSchema[]>(members: [...M], description: string) =>
  Type.Unsafe<Static<M[number]>>({
    type: 'object',
    oneOf: members,
    discriminator: { propertyName: 'kind' },
    description,
  });

/** What every file under `devices/` may say of itself. */
export const provenance = {
  $schema: Type.Optional(Type.String()),
  description: Type.Optional(Type.String({ description: 'one line: what this is' })),
  source: Type.Optional(Type.String({ description: 'paper, table and conditions the numbers come from' })),
};
