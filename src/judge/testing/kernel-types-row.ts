// Prints rows for src/bpf/kernel-types-*.ts out of real kernels' BTF:
//   kernel-types-row.ts 6.1-BTF struct sk_buff len mark        (no fields: all of them)
// The first argument is the .BTF of a Linux 6.1 (dump it from a vmlinux with objcopy); 6.18's is the running kernel's.
import type { BtfType } from '../../loader/btf.ts';
import { KernelBtf, LIVE_BTF } from './kernel-btf.ts';

const [, , path = '', kind = 'struct', name = '', ...wanted] = process.argv;
const kernels = [new KernelBtf(path), new KernelBtf(LIVE_BTF)];
const records = kernels.map((kernel) => kernel.record(kind as 'struct', name));
const fields = kernels.map((kernel, i) => (records[i] ? kernel.fields(records[i]) : new Map<string, never>()));
const pair = (values: readonly number[]): string =>
  values[0] === values[1] ? String(values[0]) : `[${values.join(', ')}]`;
const size = records.map((record: BtfType | null) => record?.size ?? -1);
console.log(`  ${kind}('${name}', ${pair(size)},`);
const names = wanted.length > 0 ? wanted : new Set([...(fields[1]?.keys() ?? []), ...(fields[0]?.keys() ?? [])]);
for (const field of names) {
  const [in601, in618] = fields.map((map) => map.get(field));
  const at = (real: typeof in601): number => (!real ? -1 : real.bitField ? real.bits : real.bits / 8);
  if (in601 && in618 && in601.declaration === in618.declaration) {
    console.log(`    ['${in618.declaration}', ${at(in601)}${at(in601) === at(in618) ? '' : `, ${at(in618)}`}],`);
    continue;
  }
  if (in618) console.log(`    ['${in618.declaration}', -1, ${at(in618)}],`);
  if (in601) console.log(`    ['${in601.declaration}', ${at(in601)}, -1],`);
  if (!in601 && !in618) console.error(`${name} has no field ${field}`);
}
console.log('  ),');
