// Is every row of the table of kernel types what the real kernels have? 6.18 is the running kernel (ASK_LINUX=1); 6.1 is asked when
// VMLINUX_BTF_601 names its .BTF. Every offset was asked so before it went into the table.
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { describe, expect, test } from 'vitest';
import {
  declared,
  KERNEL_ENUMS,
  KERNEL_RECORDS,
  KERNEL_TYPEDEFS,
  offsetIn,
  sizeIn,
  type KernelVersion,
} from '../bpf/kernel-types.ts';
import { KernelBtf, LIVE_BTF } from './testing/kernel-btf.ts';
import { judgePresent } from './require.ts';

function liveAbsence(): string | null {
  if (process.env['ASK_LINUX'] !== '1') return 'ASK_LINUX=1 was not set';
  if (!existsSync(LIVE_BTF)) return 'the kernel offers no BTF';
  return release().startsWith('6.18.') ? null : `the running kernel is ${release()}, not 6.18`;
}
const path601 = process.env['VMLINUX_BTF_601'] ?? '';

function rowsAgree(version: KernelVersion, path: string): void {
  const kernel = new KernelBtf(path);
  const wrong: string[] = [];
  let asked = 0;
  for (const record of KERNEL_RECORDS) {
    const real = kernel.record(record.kind, record.name);
    if ((real?.size ?? -1) !== sizeIn(version, record.size))
      wrong.push(`${record.name}: ${real?.size ?? 'absent'} bytes`);
    const fields = real ? kernel.fields(real) : new Map<string, never>();
    for (const row of record.fields) {
      const offset = offsetIn(version, row);
      const { name, bits } = declared(row[0]);
      const field = fields.get(name);
      asked++;
      if (offset < 0) {
        if (field?.declaration === row[0]) wrong.push(`${record.name}.${name}: it is there`);
      } else if (field?.declaration !== row[0] || field.bits !== (bits > 0 ? offset : offset * 8)) {
        wrong.push(`${record.name}: ${row[0]} at ${offset}, really ${JSON.stringify(field)}`);
      }
    }
  }
  for (const [name, size, values] of KERNEL_ENUMS) {
    const real = kernel.enumeration(name, Object.keys(values)[0] ?? '');
    if (real && real.size !== size) wrong.push(`enum ${name}: ${real.size} bytes`);
    for (const [constant, value] of Object.entries(values)) {
      const expected = typeof value === 'number' ? value : value[version === 601 ? 0 : 1];
      const found = real?.values.find((candidate) => candidate.name === constant);
      asked++;
      if ((found === undefined ? null : Number(found.value)) !== expected) {
        wrong.push(`${constant} is ${String(found?.value)}, not ${expected}`);
      }
    }
  }
  for (const row of KERNEL_TYPEDEFS) {
    const text = typeof row === 'string' ? row : row[version === 601 ? 0 : 1];
    if (text === null) continue;
    const { name } = declared(text);
    const real = kernel.find('typedef', name);
    asked++;
    const found = real && kernel.declare(real.type, name);
    if (found !== null && found !== text && text !== '_Bool bool') wrong.push(`typedef ${text}, really ${found}`);
  }
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(1500);
}

test('every declaration has a name, and no field stands outside its structure', () => {
  for (const record of KERNEL_RECORDS) {
    for (const row of record.fields) {
      const { name, bits } = declared(row[0]);
      expect([record.name, row[0], name !== '']).toEqual([record.name, row[0], true]);
      for (const version of [601, 618] as const) {
        const end = offsetIn(version, row) + bits;
        expect(end <= sizeIn(version, record.size) * (bits > 0 ? 8 : 1)).toBe(true);
      }
    }
  }
});

describe.skipIf(!judgePresent('bpf', liveAbsence()))('the running kernel', () => {
  test('has every row of 6.18', () => rowsAgree(618, LIVE_BTF));
});

if (path601 === '') process.stderr.write('skipped: rows of 6.1 are not asked: VMLINUX_BTF_601 names no file\n');
describe.skipIf(path601 === '')('Debian 6.1', () => {
  test('has every row of 6.1', () => rowsAgree(601, path601));
});
