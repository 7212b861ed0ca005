/**
 * @file Chips, cells, neurons and boxes by name. What is written in a scenario or a chip file may be a name (`"reference"`), a path
 * (`"./my-cell.json"`), an object that starts from a file and differs in some keys (`{"model": "reference", "readNoise": "1 %"}`),
 * or the whole description. Here all of them become whole descriptions, every part still knowing where it was written.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BoxModel } from '../chips/boxes/box.ts';
import { Cell } from '../chips/cells/cell.ts';
import { ChipModel } from '../chips/model.ts';
import { Neuron } from '../chips/neurons/neuron.ts';
import { modelProblems } from './brought.ts';
import {
  type Entry,
  parse,
  plain,
  record,
  textAt,
  type Written,
  type WrittenRecord,
  whereOf,
  without,
} from './locate.ts';
import { alternatives, didYouMean, InputError } from './problems.ts';
import { readSource } from './read.ts';
import type { Device } from './schema.ts';
import { chipProblems } from './sense.ts';
import { check } from './validate.ts';

export type DeviceKind = Device['kind'];

/** Where the files of each kind lie, and what is in them. */
export const deviceKinds = {
  chip: { folder: 'chips', schema: ChipModel },
  cell: { folder: 'cells', schema: Cell },
  neuron: { folder: 'neurons', schema: Neuron },
  box: { folder: 'boxes', schema: BoxModel },
} as const;

/** Keys of a chip that hold devices. */
const slots: Readonly<Record<string, DeviceKind>> = { cell: 'cell', neuron: 'neuron' };
const boxSlots = ['front', 'between'];

/** The folder that comes with the program. */
export const devicesFolder = fileURLToPath(new URL('../../devices/', import.meta.url));

/** Names of the files of a kind. */
export const deviceNames = (kind: DeviceKind): string[] =>
  readdirSync(join(devicesFolder, deviceKinds[kind].folder))
    .filter(file => file.endsWith('.json'))
    .map(file => file.slice(0, -'.json'.length))
    .sort();

/** Looks devices up, each file read and validated once. */
export class Devices {
  readonly #folder: string;
  readonly #files = new Map<string, Promise<Written>>();
  readonly #used = new Map<string, Device>();

  readonly #names = new Map<DeviceKind, readonly string[]>();

  constructor(cwd: string) {
    this.#folder = cwd;
  }

  /** Every file that was looked into. */
  get used(): readonly Device[] {
    return [...this.#used.values()].sort((a, b) =>
      `${a.kind} ${a.name}`.localeCompare(`${b.kind} ${b.name}`, 'en'),
    );
  }

  /**
   * Replaces every name in what was written for a device by what it stands for.
   * @param within files that are being read, so that none starts from itself
   */
  async whole(kind: DeviceKind, written: Written, within: readonly string[] = []): Promise<Written> {
    if (written.kind === 'value' && typeof written.value === 'string')
      return this.#named(kind, written, written.value, within);
    if (written.kind !== 'record') return written;
    const model = written.entries.get('model')?.value;
    if (model !== undefined)
      return this.#over(kind, await this.whole(kind, model, within), without(written, 'model'), within);
    if (kind === 'box') return this.#eachLink(written, within);
    return kind === 'chip'
      ? this.#eachSlot(written, (slot, value) => this.whole(slot, value, within))
      : written;
  }

  /** A box with the links of its chain looked up, where it is one. */
  async #eachLink(box: WrittenRecord, within: readonly string[]): Promise<WrittenRecord> {
    const links = box.entries.get('boxes');
    if (links?.value.kind !== 'list') return box;
    const items: Written[] = [];
    for (const item of links.value.items) items.push(await this.whole('box', item, within));
    const value: Written = { ...links.value, items };
    return record([...box.entries, ['boxes', { ...links, value }]], box.at);
  }

  /** The device in a file. @throws InputError on everything that is wrong with the file itself */
  file(kind: DeviceKind, path: string, within: readonly string[] = []): Promise<Written> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const read = this.#read(kind, path, within);
    this.#files.set(path, read);
    return read;
  }

  async #read(kind: DeviceKind, path: string, within: readonly string[]): Promise<Written> {
    const written = await this.whole(kind, parse(readSource(path, this.#folder)), [...within, path]);
    const { value, problems } = await check(deviceKinds[kind].schema, written);
    const chip = problems.length === 0 && kind === 'chip' ? (value as ChipModel) : undefined;
    const odd = chip ? [...chipProblems(chip, written), ...(await modelProblems(chip, written))] : [];
    if (problems.length + odd.length > 0) throw new InputError([...problems, ...odd]);
    this.#used.set(path, { kind, name: basename(path, '.json'), ...about(written) });
    return written;
  }

  async #named(
    kind: DeviceKind,
    written: Written,
    name: string,
    within: readonly string[],
  ): Promise<Written> {
    const wrong = (message: string) => new InputError([{ where: whereOf(written.at), path: '', message }]);
    const names = this.#names.get(kind) ?? deviceNames(kind);
    this.#names.set(kind, names);
    if (!name.endsWith('.json') && !names.includes(name))
      throw wrong(
        `found "${name}", a ${kind} is needed: ${alternatives(names)}, or the path of a .json file${didYouMean(name, names)}`,
      );
    const path = name.endsWith('.json')
      ? resolve(written.at.source.folder, name)
      : join(devicesFolder, deviceKinds[kind].folder, `${name}.json`);
    if (within.includes(path)) throw wrong(`"${name}" starts from itself`);
    if (!existsSync(path)) throw wrong(`found "${name}", but there is no such file`);
    return this.file(kind, path, within);
  }

  /** `base` with what differs from it. Another `kind` replaces all of it. */
  async #over(kind: DeviceKind, base: Written, over: Written, within: readonly string[]): Promise<Written> {
    const standsAlone = over.kind !== 'record' || over.entries.has('model') || differsInKind(base, over);
    if (standsAlone || base.kind !== 'record') return this.whole(kind, over, within);
    if (kind === 'box') return merged(base, await this.#eachLink(over as WrittenRecord, within));
    if (kind !== 'chip') return merged(base, over);
    const whole = await this.#eachSlot(over, (slot, value, path) => {
      const below = path.reduce<Written | undefined>(
        (at, key) => (at?.kind === 'record' ? at.entries.get(key)?.value : undefined),
        base,
      );
      return below === undefined ? this.whole(slot, value, within) : this.#over(slot, below, value, within);
    });
    return chipOver(base, whole);
  }

  /** A chip with something done to every device in it. */
  async #eachSlot(
    chip: WrittenRecord,
    change: (slot: DeviceKind, value: Written, path: readonly string[]) => Promise<Written>,
  ): Promise<WrittenRecord> {
    const entries: [string, Entry][] = [];
    for (const [key, { at, value }] of chip.entries) {
      if (Object.hasOwn(slots, key))
        entries.push([key, { at, value: await change(slots[key]!, value, [key]) }]);
      else if (key === 'boxes' && value.kind === 'record') {
        const boxes: [string, Entry][] = [];
        for (const [place, box] of value.entries) {
          const known = boxSlots.includes(place);
          boxes.push([place, known ? { ...box, value: await change('box', box.value, [key, place]) } : box]);
        }
        entries.push([key, { at, value: record(boxes, value.at) }]);
      } else entries.push([key, { at, value }]);
    }
    return record(entries, chip.at);
  }
}

/** A chip with what differs from it, whose devices are whole already and take the place of what was there. */
function chipOver(base: WrittenRecord, over: WrittenRecord): Written {
  const entries = new Map(base.entries);
  for (const [key, { at, value }] of over.entries) {
    const below = entries.get(key)?.value;
    if (below === undefined || Object.hasOwn(slots, key)) entries.set(key, { at, value });
    else if (key === 'boxes' && below.kind === 'record' && value.kind === 'record')
      entries.set(key, { at, value: record([...below.entries, ...value.entries], value.at) });
    else entries.set(key, { at, value: merged(below, value) });
  }
  return record(entries, over.at);
}

/** Entry by entry, the second where both have one; lists and values are replaced whole. */
function merged(base: Written, over: Written): Written {
  if (base.kind !== 'record' || over.kind !== 'record' || differsInKind(base, over)) return over;
  const entries = new Map(base.entries);
  for (const [key, { at, value }] of over.entries) {
    const below = entries.get(key)?.value;
    entries.set(key, { at, value: below === undefined ? value : merged(below, value) });
  }
  return record(entries, over.at);
}

/** Says of itself that it is of another kind. */
function differsInKind(base: Written, over: Written): boolean {
  const kind = over.kind === 'record' ? over.entries.get('kind') : undefined;
  return kind !== undefined && plain(kind.value) !== textAt(base, 'kind');
}

function about(written: Written): Pick<Device, 'description' | 'source'> {
  const description = textAt(written, 'description');
  const source = textAt(written, 'source');
  return {
    ...(description === undefined ? {} : { description }),
    ...(source === undefined ? {} : { source }),
  };
}
