// The kernel functions as bytes for AssemblyScript: src/kernel/generated/kfuncs.ts. The verifier finds a function by its BTF type
// number and reads who may call it, what it takes and what it gives; the rewriter, under which number the kernel runs it.
import {
  DYNPTR_CLONE,
  DYNPTR_KINDS,
  FIRST_KERNEL_FUNCTION,
  ITERATORS,
  KFUNCS,
  KFUNC_ARGUMENTS,
  KFUNC_RETURNS,
} from '../bpf/kfuncs.ts';

/** Bits of a row's flags. */
const FLAGS = { KFUNC_CHECKED: 1, KFUNC_MAY_BE_NULL: 2, KFUNC_TRUSTED_ARGUMENTS: 4 } as const;

/** Bytes of a row: programs (u64), number (u32), flags, return type, its size, argument count, 5 argument types, 5 details. */
const ROW = 32;

export function packKfuncs(): string {
  const rows = KFUNCS;
  const bytes = new Uint8Array(rows.length * ROW);
  const view = new DataView(bytes.buffer);
  rows.forEach((kfunc, i) => {
    const at = i * ROW;
    view.setBigUint64(
      at,
      kfunc.programs.reduce((mask, type) => mask | (1n << BigInt(type)), 0n),
      true,
    );
    view.setUint32(at + 8, kfunc.id, true);
    let flags = 0;
    if (kfunc.checked) flags |= FLAGS.KFUNC_CHECKED;
    if (kfunc.mayBeNull) flags |= FLAGS.KFUNC_MAY_BE_NULL;
    if (kfunc.trusted) flags |= FLAGS.KFUNC_TRUSTED_ARGUMENTS;
    bytes[at + 12] = flags;
    bytes[at + 13] = KFUNC_RETURNS.indexOf(kfunc.returns);
    bytes[at + 14] = kfunc.size;
    bytes[at + 15] = kfunc.arguments.length;
    kfunc.arguments.forEach((argument, n) => {
      bytes[at + 16 + n] = KFUNC_ARGUMENTS.indexOf(argument.type);
      bytes[at + 21 + n] = argument.detail;
    });
  });
  const constants = (prefix: string, names: readonly string[]): string[] =>
    names.map((name, i) => `export const ${prefix}${name.toUpperCase()}: i32 = ${i};`);
  return [
    '// Made from src/bpf/kfuncs.ts by src/build/pack-kfuncs.ts.',
    `export const FIRST_KERNEL_FUNCTION: i32 = ${FIRST_KERNEL_FUNCTION};`,
    `export const KFUNC_COUNT: i32 = ${rows.length};`,
    ...Object.entries(FLAGS).map(([name, value]) => `export const ${name}: i32 = ${value};`),
    ...constants('KFUNC_ARG_', KFUNC_ARGUMENTS),
    ...constants('KFUNC_RET_', KFUNC_RETURNS),
    ...constants('DYNPTR_KIND_', DYNPTR_KINDS),
    `export const DYNPTR_CLONE: i32 = ${DYNPTR_CLONE};`,
    ...rows.filter(({ checked }) => checked).map(({ name, id }) => `export const KFUNC_${name}: i32 = ${id};`),
    `const SLOTS: usize = memory.data<u8>([${ITERATORS.map(({ slots }) => slots).join(',')}]);`,
    '/** 8-byte stack slots of the state of iterator `i` */',
    'export function iteratorSlots(i: i32): i32 { return <i32>load<u8>(SLOTS + <usize>i); }',
    `const ROWS: usize = memory.data<u8>([${[...bytes].join(',')}]);`,
    `function row(i: i32): usize { return ROWS + <usize>i * ${ROW}; }`,
    '/** Position of the row of the function with this BTF type number, -1: there is none. */',
    'export function kfuncRow(id: i32): i32 {',
    '  let low = 0;',
    '  let high = KFUNC_COUNT - 1;',
    '  while (low <= high) {',
    '    const middle = (low + high) >> 1;',
    '    const here = load<i32>(row(middle), 8);',
    '    if (here == id) return middle;',
    '    if (here < id) low = middle + 1;',
    '    else high = middle - 1;',
    '  }',
    '  return -1;',
    '}',
    'export function kfuncNumber(i: i32): i32 { return load<i32>(row(i), 8); }',
    '/** may a program of this type (enum bpf_prog_type) call it? */',
    'export function kfuncAllowed(i: i32, programType: i32): bool { return ((load<u64>(row(i)) >> <u64>programType) & 1) != 0; }',
    'export function kfuncFlags(i: i32): i32 { return <i32>load<u8>(row(i), 12); }',
    'export function kfuncReturn(i: i32): i32 { return <i32>load<u8>(row(i), 13); }',
    '/** bytes of a KFUNC_RET_MEM… */',
    'export function kfuncReturnSize(i: i32): i32 { return <i32>load<u8>(row(i), 14); }',
    'export function kfuncArgumentCount(i: i32): i32 { return <i32>load<u8>(row(i), 15); }',
    '/** KFUNC_ARG_… of argument `n` (0 to 4) */',
    'export function kfuncArgument(i: i32, n: i32): i32 { return <i32>load<u8>(row(i) + 16 + n); }',
    'export function kfuncArgumentDetail(i: i32, n: i32): i32 { return <i32>load<u8>(row(i) + 21 + n); }',
    '',
  ].join('\n');
}
