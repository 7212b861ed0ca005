/**
 * @file Entry of the AssemblyScript module `build/kernels.wasm`. Its functions take byte addresses in the imported memory
 * and trust their arguments: `wasm-kernels.ts` checks. A matrix is an address; sizes count elements.
 */
export { rectify, rectifyBack } from './circuits';
export { coincide } from './coincidences';
export { addScaled, allFinite, copy, gate, quantise } from './elements';
export { adam, momentum, writeBounded } from './learning';
export { mixRows, mixRowsBack } from './mixing';
export { addGaussian, addGaussianRows, signs, uniform } from './noise';
export { pulse } from './pulses';
export { addRow, columnSums, normaliseRows, normaliseRowsBack, scaleRows, sumSquares } from './rows';
export { transpose } from './transpose';
