/** @file Pictures of clothes, in MNIST's format, from Debian's package dataset-fashion-mnist or a folder of the user's. */
import { idxDataSet } from './idx.ts';

export const fashionMnist = idxDataSet({
  name: 'fashion-mnist',
  description: 'articles of clothing: 60,000 training and 10,000 test images of 28 × 28 pixels, 10 classes',
  source: 'Xiao, Rasul and Vollgraf 2017, "Fashion-MNIST", arXiv 1708.07747',
  classes: 10,
  sums: {
    'train-images-idx3-ubyte': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    'train-labels-idx1-ubyte': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    't10k-images-idx3-ubyte': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    't10k-labels-idx1-ubyte': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  },
  packaged: () => ['/usr/share/datasets/fashion-mnist'],
  remedy:
    'on Debian run "apt install dataset-fashion-mnist", elsewhere put the four files into the first of these folders, or into one named fashion-mnist in what --data-folder names',
});
