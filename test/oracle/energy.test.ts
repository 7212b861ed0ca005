/** @file Energies of converters, gates, lines and arrays against the tables and programs that published them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { accelergy, murmann } from '../../src/chips/costs/adc.ts';
import { gateScaling } from '../../src/chips/costs/digital.ts';
import { type NeurosimNode, neurosimSar } from '../../src/chips/costs/neurosim-sar.ts';
import { type Metal, segmentOf } from '../../src/chips/wires/metal.ts';
import { buildNodal } from '../../src/chips/wires/nodal.ts';
import { idealPower, powerOf } from '../../src/chips/wires/power.ts';

interface ArrayCase {
  name: string;
  r_word: number;
  r_bit: number;
  resistance_ohm: (number | 'inf')[][];
  voltage_V: number[][];
}
interface Oracle {
  murmann: { enob: number; energy_pJ: number }[];
  accelergy: { bits: number; fs: number; node_nm: number; energy_pJ: number }[];
  neurosim_sar: { levels: number; column_ohm: number; node_nm: number; energy_J: number }[];
  gates: { node_nm: number; vdd: number; factor_vs_45nm_0V9: number }[];
  wires: {
    wire_width_nm: number;
    ohm_per_cell_crosspoint_2F: number;
    ohm_per_cell_1T1R_4F: number;
  }[];
  power: { case: string; power_W: number[]; ideal_power_W: number[] }[];
}
const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const oracle: Oracle = read('energy.json');
const { linear: arrays }: { linear: ArrayCase[] } = read('crossbar.json');

const near = (value: number, wanted: number) => expect(Math.abs(value / wanted - 1)).toBeLessThan(1e-6);

describe('a conversion', () => {
  test.each(oracle.murmann)('on the envelope of the survey, $enob effective bits', ({ enob, energy_pJ }) => {
    near(murmann(enob), energy_pJ * 1e-12);
  });

  test.each(oracle.accelergy)(
    'by the regression, $bits bits at $fs Hz and $node_nm nm',
    ({ bits, fs, node_nm, energy_pJ }) => {
      near(accelergy(bits, fs, node_nm), energy_pJ * 1e-12);
    },
  );

  test.each(oracle.neurosim_sar)(
    'of NeuroSim, $levels levels, $column_ohm ohm, $node_nm nm',
    ({ levels, column_ohm, node_nm, energy_J }) => {
      near(neurosimSar(Math.log2(levels), `${node_nm} nm` as NeurosimNode, 1 / column_ohm, 0.5), energy_J);
    },
  );
});

test.each(oracle.gates)('a gate at $node_nm nm and $vdd V', ({ node_nm, vdd, factor_vs_45nm_0V9 }) => {
  near(gateScaling(node_nm, vdd), factor_vs_45nm_0V9);
  near(gateScaling(node_nm), factor_vs_45nm_0V9); // its usual supply
});

test.each(oracle.wires)('a line $wire_width_nm nm wide', line => {
  const width = `${line.wire_width_nm} nm` as Metal['width'];
  near(segmentOf({ width, pitch: 'crosspoint' }), line.ohm_per_cell_crosspoint_2F);
  near(segmentOf({ width, pitch: '1T1R' }), line.ohm_per_cell_1T1R_4F);
});

test.each(oracle.power)('an array with wires: $case', ({ case: name, power_W, ideal_power_W }) => {
  const { r_word, r_bit, resistance_ohm, voltage_V } = arrays.find(each => each.name === name)!;
  const [rows, columns] = [resistance_ohm.length, resistance_ohm[0]!.length];
  const G = Float64Array.from(resistance_ohm.flat(), r => (r === 'inf' ? 0 : 1 / r));
  const lines = { word: r_word, bit: r_bit, source: 0, sense: 0 };
  const solve = buildNodal(G, rows, columns, lines);
  power_W.forEach((watts, p) => {
    const word = Float64Array.from(voltage_V, row => row[p]!);
    const power = powerOf(solve(word, new Float64Array(columns)), word, G, rows, columns, lines);
    near(power.driver, watts);
    near(power.cells + power.wires, watts);
    near(idealPower(word, G, rows, columns), ideal_power_W[p]!);
  });
});
