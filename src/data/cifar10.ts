/**
 * @file Small colour photographs. They are too large to come with the program; `mortal data cifar10` fetches them once (`cifar10-fetch.ts`).
 * Red, green and blue of a pixel lie side by side, as the channels of a grid point of local fields do.
 */
import { fetchCifar10 } from './cifar10-fetch.ts';
import type { DataSet } from './data.ts';
import { idxDataSet } from './idx.ts';

const files = idxDataSet({
  name: 'cifar10',
  description:
    'small photographs: 50,000 training and 10,000 test images of 32 × 32 pixels in colour, 10 classes',
  source: 'Krizhevsky and Hinton 2009, "Learning multiple layers of features from tiny images"',
  classes: 10,
  sums: {
    'train-images-idx3-ubyte': '51c15db370c309e9aa60cf71f835f2ba0f430ea3653f7512d833c9a8e90e0d65',
    'train-labels-idx1-ubyte': '1a4c5fb4e1cab2caa8eee134c093de84d620899e907756e71736fb7b0d4ab554',
    't10k-images-idx3-ubyte': 'fc19aa23c64482c6def2138377986c67b6b3a50f8e8c4c6a759b296dc751fa64',
    't10k-labels-idx1-ubyte': '987e01129ceec0098f1e9d9404cff9fa82ad3d15383a61e8ec60ff20ffe6db40',
  },
  packaged: () => [],
  remedy: 'run "npx mortal data cifar10", which fetches them (140 MB)',
});

export const cifar10: DataSet = { ...files, fetch: fetchCifar10 };
