/** @file Types of `setup.js`, which is JavaScript because it runs before anything is installed. */
export function checkNode(version?: string): void;
export function installPackages(root?: string): void;
export function buildKernels(root?: string): Promise<boolean>;
