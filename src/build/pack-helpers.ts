// The helper table as bytes for AssemblyScript: src/kernel/generated/helpers.ts. The verifier reads argument and return types
// from it, the kernel whether a helper exists at all.
import { ARGUMENT_TYPES, HELPERS, PROGRAM_TYPE_NUMBERS, RETURN_TYPES } from '../bpf/helpers.ts';

/** Bits of a row's flags. */
const FLAGS = {
  HELPER_KNOWN: 1,
  HELPER_SIMULATED: 2,
  HELPER_GPL: 4,
  HELPER_CHANGES_PACKET: 8,
  HELPER_PACKET_ACCESS: 16,
  HELPER_VARIADIC: 32,
  HELPER_SLEEPS: 64,
  HELPER_PERFMON: 128,
} as const;

/** Bytes of a row: flags, return type, argument count, 5 argument types, 5 sizes, 5 structures and the result's, programs (u64). */
const ROW = 32;

/** Program types by number whose base set is the kernel's common one (bpf_base_func_proto); the others have their own. */
const BASE_TYPES = Object.entries(PROGRAM_TYPE_NUMBERS).map(([, number]) => number);

export function packHelpers(): string {
  const count = Math.max(...HELPERS.map((helper) => helper.id)) + 1;
  const bytes = new Uint8Array(count * ROW);
  const view = new DataView(bytes.buffer);
  const structures = [
    ...new Set(
      HELPERS.flatMap((helper) => [helper.returnsBtf, ...helper.arguments.map((argument) => argument.btf)]).filter(
        (name) => name !== undefined,
      ),
    ),
  ];
  const structureNumber = (name: string | undefined): number => (name === undefined ? 0 : structures.indexOf(name) + 1);
  for (const helper of HELPERS) {
    const at = helper.id * ROW;
    let flags: number = FLAGS.HELPER_KNOWN;
    if (helper.simulated) flags |= FLAGS.HELPER_SIMULATED;
    if (helper.gpl) flags |= FLAGS.HELPER_GPL;
    if (helper.changesPacket) flags |= FLAGS.HELPER_CHANGES_PACKET;
    if (helper.packetAccess) flags |= FLAGS.HELPER_PACKET_ACCESS;
    if (helper.variadic) flags |= FLAGS.HELPER_VARIADIC;
    if (helper.sleeps) flags |= FLAGS.HELPER_SLEEPS;
    if (helper.perfmon) flags |= FLAGS.HELPER_PERFMON;
    bytes[at] = flags;
    bytes[at + 1] = RETURN_TYPES.indexOf(helper.returns);
    bytes[at + 2] = helper.arguments.length;
    bytes[at + 18] = structureNumber(helper.returnsBtf);
    helper.arguments.forEach((argument, i) => {
      bytes[at + 3 + i] = ARGUMENT_TYPES.indexOf(argument.type);
      bytes[at + 8 + i] = argument.size ?? 0;
      bytes[at + 13 + i] = structureNumber(argument.btf);
    });
    let programs = 0n;
    for (const name of helper.programs) {
      const numbers = name === 'all' ? BASE_TYPES : [PROGRAM_TYPE_NUMBERS[name]];
      for (const number of numbers) {
        if (number === undefined) throw new Error(`${helper.name}: no program type ${name}`);
        programs |= 1n << BigInt(number);
      }
    }
    view.setBigUint64(at + 24, programs, true);
  }
  const constants = (prefix: string, names: readonly string[], first = 0): string[] =>
    names.map((name, i) => `export const ${prefix}${name}: i32 = ${i + first};`);
  return [
    '// Made from src/bpf/helpers.ts by src/build/pack-helpers.ts.',
    `export const HELPER_COUNT: i32 = ${count};`,
    ...Object.entries(FLAGS).map(([name, value]) => `export const ${name}: i32 = ${value};`),
    ...constants('ARG_', ARGUMENT_TYPES),
    ...constants('RET_', RETURN_TYPES),
    '/** structures of BTF_ID arguments and results */',
    ...constants('BTF_', structures, 1),
    `const ROWS: usize = memory.data<u8>([${[...bytes].join(',')}]);`,
    'function row(id: i32): usize { return ROWS + <usize>id * ' + ROW + '; }',
    '/** HELPER_… bits; 0 for a number that no helper has */',
    'export function helperFlags(id: i32): i32 { return id < 0 || id >= HELPER_COUNT ? 0 : <i32>load<u8>(row(id)); }',
    '/** RET_… */',
    'export function helperReturn(id: i32): i32 { return <i32>load<u8>(row(id) + 1); }',
    'export function helperArgumentCount(id: i32): i32 { return <i32>load<u8>(row(id) + 2); }',
    '/** ARG_… of argument `i` (0 to 4); ARG_DONTCARE past the last */',
    'export function helperArgument(id: i32, i: i32): i32 { return <i32>load<u8>(row(id) + 3 + i); }',
    '/** bytes, for FIXED_SIZE memory */',
    'export function helperArgumentSize(id: i32, i: i32): i32 { return <i32>load<u8>(row(id) + 8 + i); }',
    '/** BTF_… of a BTF_ID argument, 0: none */',
    'export function helperArgumentStructure(id: i32, i: i32): i32 { return <i32>load<u8>(row(id) + 13 + i); }',
    'export function helperReturnStructure(id: i32): i32 { return <i32>load<u8>(row(id) + 18); }',
    '/** may a program of this type (enum bpf_prog_type) call it? */',
    'export function helperAllowed(id: i32, programType: i32): bool { return ((load<u64>(row(id) + 24) >> <u64>programType) & 1) != 0; }',
    '',
  ].join('\n');
}
