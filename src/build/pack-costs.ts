// Packs the cost table for AssemblyScript: src/kernel/generated/costs.ts.
import { COSTS } from '../bpf/costs.ts';

export function packCosts(): string {
  const numbers = COSTS.map(({ name }, i) => `export const COST_${name}: i32 = ${i};`);
  return `// Made from src/bpf/costs.ts by src/build/pack-costs.ts.
export const COST_COUNT: i32 = ${COSTS.length};
/** picoseconds a unit */
export const PRICES: StaticArray<u32> = [${COSTS.map(({ picoseconds }) => picoseconds).join(', ')}];
${numbers.join('\n')}
`;
}
