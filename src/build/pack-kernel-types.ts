// The kernel's own types for AssemblyScript: src/kernel/generated/kernel-types.ts. sk_buff.len is `sk_buff__len`, its size
// `sizeof_sk_buff`; what differs between the two kernels is a variable that useKernelTypes() sets. What nobody reads is not
// compiled in.
import {
  declared,
  KERNEL_ENUMS,
  KERNEL_RECORDS,
  offsetIn,
  sizeIn,
  type KernelField,
  type KernelRecord,
} from '../bpf/kernel-types.ts';

/** A field's rows, where its type is not the same in both kernels, are one name with two offsets. */
function fieldOffsets(record: KernelRecord): Map<string, readonly [number, number]> {
  const offsets = new Map<string, readonly [number, number]>();
  const add = (field: KernelField): void => {
    const { name, bits } = declared(field[0]);
    const key = `${record.name}__${name}${bits > 0 ? '_bit' : ''}`;
    const [before601, before618] = offsets.get(key) ?? [-1, -1];
    offsets.set(key, [Math.max(offsetIn(601, field), before601), Math.max(offsetIn(618, field), before618)]);
  };
  record.fields.forEach(add);
  return offsets;
}

export function packKernelTypes(): string {
  const constants: string[] = [];
  const variables: string[] = [];
  const switches: string[] = [];
  const add = (name: string, in601: number, in618: number): void => {
    if (in601 === in618) constants.push(`export const ${name}: i32 = ${in618};`);
    else {
      variables.push(`export let ${name}: i32 = ${in618};`);
      switches.push(`  ${name} = old ? ${in601} : ${in618};`);
    }
  };
  for (const record of KERNEL_RECORDS) {
    add(`sizeof_${record.name}`, sizeIn(601, record.size), sizeIn(618, record.size));
    for (const [name, [in601, in618]] of fieldOffsets(record)) add(name, in601, in618);
  }
  const known = new Set<string>();
  for (const [, , values] of KERNEL_ENUMS) {
    for (const [name, value] of Object.entries(values)) {
      const [in601, in618] = typeof value === 'number' ? [value, value] : value;
      if (known.has(name)) continue;
      known.add(name);
      add(name, in601 ?? -1, in618 ?? -1);
    }
  }
  return `// Made from src/bpf/kernel-types.ts by src/build/pack-kernel-types.ts. Offsets in bytes (…_bit: in bits); -1: this kernel has no such field.
${constants.join('\n')}
${variables.join('\n')}
/** Whose layouts hold from now on: 601 or 618. */
export function useKernelTypes(version: i32): void {
  const old = version == 601;
${switches.join('\n')}
}
`;
}
