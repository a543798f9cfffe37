// The simulated kernel's own types: one table for its BTF, for vmlinux.h, and for the kernel's code. Two Linux versions with
// their real sizes and offsets, as far as a field is modelled; src/judge/testing/kernel-types-row.ts prints rows for more.
import { BASIC_RECORDS } from './kernel-types-basic.ts';
import { FILES_RECORDS } from './kernel-types-files.ts';
import { NETWORK_RECORDS } from './kernel-types-network.ts';
import { PROCESS_RECORDS } from './kernel-types-process.ts';
import { TRACING_RECORDS } from './kernel-types-tracing.ts';
import {
  KERNEL_VERSIONS,
  type KernelField,
  type KernelRecord,
  type KernelVersion,
  type PerVersion,
} from './kernel-record.ts';

export { KERNEL_ENUMS, KERNEL_TYPEDEFS } from './kernel-types-enums.ts';
export { KERNEL_VERSIONS, type KernelField, type KernelRecord, type KernelVersion } from './kernel-record.ts';

export const KERNEL_RECORDS: readonly KernelRecord[] = [
  ...BASIC_RECORDS,
  ...PROCESS_RECORDS,
  ...FILES_RECORDS,
  ...NETWORK_RECORDS,
  ...TRACING_RECORDS,
];

/** Bytes of the record in this kernel; -1: it has none. */
export function sizeIn(version: KernelVersion, size: PerVersion): number {
  return typeof size === 'number' ? size : (size[KERNEL_VERSIONS.indexOf(version)] ?? -1);
}

/** Where a field stands: bytes, or bits for a bit-field; -1: this kernel does not have it. */
export function offsetIn(version: KernelVersion, [, in601, in618 = in601]: KernelField): number {
  return version === 601 ? in601 : in618;
}

/** A declaration's parts: 'void (*func)(struct callback_head *)' → func; '__u8 cloned:1' → cloned, 1 bit. */
export function declared(declaration: string): { readonly name: string; readonly bits: number } {
  const plain = /^[^(]*?(\w+)(?:\[\d+\])*(?::(\d+))?$/.exec(declaration);
  const pointed = /\(\*+(?:const )?(\w+)(?:\[\d+\])*\)/;
  const [, name = '', bits = '0'] = plain ?? pointed.exec(declaration) ?? /(\w+)\(/.exec(declaration) ?? [];
  return { name, bits: Number(bits) };
}
