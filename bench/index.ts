/**
 * @file Speed, as ratios within one run: `npm run bench`, or `npm run bench -- noise pulses` for some topics.
 * Absolute numbers depend on the machine and on who else uses it.
 */
import { benchCoincidences } from './coincidences.ts';
import { benchCrossbar } from './crossbar.ts';
import { benchNoise } from './noise.ts';
import { benchPulses } from './pulses.ts';
import { benchTraining } from './training.ts';

const topics: Record<string, () => Promise<void>> = {
  training: benchTraining,
  crossbar: benchCrossbar,
  noise: benchNoise,
  pulses: benchPulses,
  coincidences: benchCoincidences,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find(name => !(name in topics));
if (unknown) {
  console.error(`no topic '${unknown}'; there are ${Object.keys(topics).join(', ')}`);
  process.exitCode = 1;
} else {
  for (const [name, bench] of Object.entries(topics))
    if (!wanted.length || wanted.includes(name)) await bench();
}
