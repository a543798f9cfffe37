// Packs what the verifier asks about program types for AssemblyScript: src/kernel/generated/contexts.ts. Contexts become rows of
// 16 bytes; a question walks the rows of its type, and one that admits the access is enough.
import {
  ATTACH_TYPES,
  BPF_CGROUP_INET_EGRESS,
  PROGRAM_TYPES,
  SOCKET_FIELDS,
  type ContextFieldType,
} from '../bpf/programs.ts';

/** What a context field gives; 0 is "no such access". */
const KINDS: Readonly<Record<ContextFieldType, number>> = {
  scalar: 1,
  packet: 2,
  packet_end: 3,
  packet_meta: 4,
  sock: 5,
  pointer: 6,
  socket: 7,
  socket_or_null: 8,
  flow_keys: 9,
  tracepoint_buffer: 10,
};
const FLAG_NARROW = 1;
const FLAG_WRITE = 2;
const FLAG_WRITE_NARROW = 4;
const FLAG_WIDE = 8;

/** Types whose programs get frames of their own on large stacks (Linux: bpf_enable_priv_stack). */
const PRIVATE_STACK = ['kprobe', 'tracepoint', 'perf_event', 'raw_tp'];
/** Types without convert_ctx_access in Linux. */
const PLAIN_CONTEXT = ['kprobe', 'tracepoint', 'raw_tp', 'raw_tp_writable', 'syscall'];
/** Types that may use LD_ABS and LD_IND (Linux: may_access_skb). */
const LOADS_BY_POSITION = ['socket', 'tc', 'tc_action'];

function mask(names: readonly string[]): number {
  return (
    PROGRAM_TYPES.filter((type) => names.includes(type.name)).reduce((bits, type) => bits | (1 << type.id), 0) >>> 0
  );
}

export function packContexts(): string {
  const rows: number[] = [];
  const first = new Map<number, [number, number]>();
  for (const type of PROGRAM_TYPES) {
    const start = rows.length / 16;
    for (const field of type.fields) {
      // the buffer's row and the numbers' overlap in a word, so this ends where the last argument does
      const end = Math.min(field.offset + field.size * (field.count ?? 1), type.contextSize || 0xffff);
      const flags =
        (field.narrow ? FLAG_NARROW : 0) |
        (field.write ? FLAG_WRITE : 0) |
        (field.writeNarrow ? FLAG_WRITE_NARROW : 0) |
        (field.wide ? FLAG_WIDE : 0);
      const attach = field.attachTypes?.reduce((mask, type) => mask | (1n << BigInt(type)), 0n) ?? ~0n;
      rows.push(
        field.offset & 255,
        field.offset >> 8,
        end & 255,
        end >> 8,
        field.size,
        flags,
        KINDS[field.type],
        0,
        ...Array.from({ length: 8 }, (_, i) => Number((BigInt.asUintN(64, attach) >> BigInt(i * 8)) & 0xffn)),
      );
    }
    first.set(type.id, [start, type.fields.length]);
  }
  const direct = PROGRAM_TYPES.filter((type) => type.directPacketAccess).map((type) => type.name);
  const writes = PROGRAM_TYPES.filter((type) => type.directPacketWrite).map((type) => type.name);
  const ranged = PROGRAM_TYPES.filter((type) => type.returns !== null);
  /** The lower or upper end of what a program may return, by type and attach type. */
  const bound = (end: 0 | 1): string =>
    ranged
      .flatMap((type) => [
        ...(type.returnsFor ?? []).flatMap(({ attachTypes, range }) =>
          attachTypes.map((attach) => `  if (type == ${type.id} && attachType == ${attach}) return ${range[end]};`),
        ),
        `  if (type == ${type.id}) return ${type.returns?.[end] ?? 0};`,
      ])
      .join('\n');
  const names = [...new Set(PROGRAM_TYPES.map((type) => type.context.replace('struct ', '')))];
  const socket = SOCKET_FIELDS.flatMap((field) => [
    field.offset,
    field.offset + field.size * (field.count ?? 1),
    field.size,
    // narrower reads: 1 anywhere in it, 2 at its start only
    field.narrow ? (field.count === undefined && field.size === 4 ? 2 : 1) : 0,
  ]);
  return `// Made from src/bpf/programs.ts by src/build/pack-contexts.ts.
import { nameIs } from '../verifier/btf';

export const CONTEXT_PACKET: i32 = ${KINDS.packet};
export const CONTEXT_PACKET_END: i32 = ${KINDS.packet_end};
export const CONTEXT_PACKET_META: i32 = ${KINDS.packet_meta};
export const CONTEXT_SOCK: i32 = ${KINDS.sock};
export const CONTEXT_SOCKET: i32 = ${KINDS.socket};
export const CONTEXT_SOCKET_OR_NULL: i32 = ${KINDS.socket_or_null};
export const CONTEXT_FLOW_KEYS: i32 = ${KINDS.flow_keys};
export const CONTEXT_TP_BUFFER: i32 = ${KINDS.tracepoint_buffer};
export const BPF_CGROUP_INET_EGRESS: i32 = ${BPF_CGROUP_INET_EGRESS};
${PROGRAM_TYPES.map((type) => `export const ${type.constant.replace('BPF_PROG_TYPE', 'PROGRAM_TYPE')}: i32 = ${type.id};`).join('\n')}
const ROWS: usize = memory.data<u8>([${rows.join(',')}]);
const FIRST: usize = memory.data<u8>([${Array.from({ length: 33 }, (_, id) => first.get(id) ?? [0, 0])
    .flatMap(([start = 0, count = 0]) => [start & 255, start >> 8, count, 0])
    .join(',')}]);
const SOCKET: StaticArray<i32> = [${socket.join(', ')}];

/** May a program of this type access its context so, and what does a read give? 0: no. (CONTEXT_…, 1: a number) */
export function contextAccess(type: i32, attachType: i32, off: i32, size: i32, write: bool): i32 {
  if (type < 0 || type > 32 || off < 0 || off % size != 0) return 0;
  const count = <i32>load<u8>(FIRST + type * 4, 2);
  let row = ROWS + <usize>load<u16>(FIRST + type * 4) * 16;
  for (let i = 0; i < count; i++, row += 16) {
    if (off < <i32>load<u16>(row)) continue;
    if (off >= <i32>load<u16>(row, 2)) continue;
    if (((load<u64>(row, 8) >> <u64>attachType) & 1) == 0) continue;
    const fieldSize = <i32>load<u8>(row, 4);
    const flags = <i32>load<u8>(row, 5);
    if (off + size > <i32>load<u16>(row, 2)) continue;
    if (write) {
      if ((flags & ${FLAG_WRITE}) == 0) continue;
      if ((flags & ${FLAG_WRITE_NARROW}) == 0 && size < fieldSize) continue;
    }
    if (size > fieldSize && (flags & ${FLAG_WIDE}) == 0) continue;
    if (!write && size < fieldSize && (flags & ${FLAG_NARROW}) == 0) continue;
    return <i32>load<u8>(row, 6);
  }
  return 0;
}
/** May a program of this type be loaded with that expected attach type? */
export function attachTypeFits(type: i32, attachType: u32): bool {
${PROGRAM_TYPES.filter((type) => ATTACH_TYPES[type.name])
  .map((type) => {
    const mask = ATTACH_TYPES[type.name]?.reduce((bits, attach) => bits | (1n << BigInt(attach)), 0n) ?? 0n;
    return `  if (type == ${type.id}) return attachType < 64 && ((<u64>${mask} >> <u64>attachType) & 1) != 0;`;
  })
  .join('\n')}
  return true;
}
/** May struct bpf_sock be read so? kind 0: a full socket; 1: a common one, without its type, protocol, mark and priority; 2: struct bpf_tcp_sock */
export function socketAccess(kind: i32, off: i32, size: i32): bool {
  if (off < 0 || off % size != 0) return false;
  if (kind == 2) return off < 80 || off >= 96 ? size == 4 && off < 112 : size == 8;
  if (kind == 1 && off >= 8 && off < 24) return false;
  // a port in network order, then padding: four bytes at once are allowed for old programs' sake
  if (off == 48 && size == 4) return true;
  for (let i = 0; i < SOCKET.length; i += 4) {
    if (off < SOCKET[i] || off >= SOCKET[i + 1]) continue;
    if (size == SOCKET[i + 2]) return true;
    if (SOCKET[i + 3] == 2) return off == SOCKET[i] && size < SOCKET[i + 2];
    return SOCKET[i + 3] == 1 && size < SOCKET[i + 2];
  }
  return false;
}
export function programMayReadPacket(type: i32): bool { return ((${mask(direct)} >> type) & 1) != 0; }
export function programMayWritePacket(type: i32): bool { return ((${mask(writes)} >> type) & 1) != 0; }
export function mayLoadPacketByPosition(type: i32): bool { return ((${mask(LOADS_BY_POSITION)} >> type) & 1) != 0; }
/** Contexts that are handed over as they are, without rewriting of field accesses. */
export function contextIsMemory(type: i32): bool { return ((${mask(PLAIN_CONTEXT)} >> type) & 1) != 0; }
export function usesPrivateStack(type: i32): bool { return ((${mask(PRIVATE_STACK)} >> type) & 1) != 0; }
export function programReturnsRange(type: i32): bool { return ((${mask(ranged.map((type) => type.name))} >> type) & 1) != 0; }
export function programReturnMin(type: i32, attachType: i32): i32 {
${bound(0)}
  return 0;
}
export function programReturnMax(type: i32, attachType: i32): i32 {
${bound(1)}
  return 0;
}
/** Is BTF type \`id\` the structure that programs of this type get as their context? */
export function contextIsNamed(type: i32, id: u32): bool {
${PROGRAM_TYPES.filter((type) => names.includes(type.context.replace('struct ', '')) && type.context !== 'void')
  .map((type) => `  if (type == ${type.id}) return nameIs(id, '${type.context.replace('struct ', '')}');`)
  .join('\n')}
  return false;
}
`;
}
