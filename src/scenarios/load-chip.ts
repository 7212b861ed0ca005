/** @file One chip by name or path, outside any scenario. */
import type { ChipModel } from '../chips/model.ts';
import { Devices } from './devices.ts';
import { readChip } from './load.ts';
import { value } from './locate.ts';

/** @throws InputError */
export const loadChip = (name: string, cwd: string): Promise<ChipModel> =>
  readChip(
    value(name, { source: { name, text: name, folder: cwd, kind: 'argument' }, offset: 0 }),
    new Devices(cwd),
  );
