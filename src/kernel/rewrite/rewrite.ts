// From what the verifier accepted (or what was loaded unverified) to what runs: references become addresses. Linux does the same
// between verification and JIT (do_misc_fixups, convert_ctx_accesses).
import {
  BPF_DW,
  BPF_IMM,
  BPF_LD,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
} from '../generated/opcodes';
import { ENOMEM } from '../generated/errno';
import { toVirtual } from '../memory/layout';
import { reserve } from '../memory/arena';
import { Program } from '../program';
import { decode } from '../vm/decode';
import { RECORD_SHIFT } from '../vm/operations';

const LD_IMM64: u8 = <u8>(BPF_LD | BPF_IMM | BPF_DW);

/** Puts addresses of maps and map values into the 64-bit immediates that name them. */
function resolveImmediates(program: Program): void {
  for (let i = 0; i < program.rewrittenCount; i++) {
    const at = program.rewritten + ((<usize>i) << 3);
    if (load<u8>(at) != LD_IMM64) continue;
    i++;
    const source = <i32>(load<u8>(at, 1) >> 4);
    const isMap = source == BPF_PSEUDO_MAP_FD || source == BPF_PSEUDO_MAP_IDX;
    const isValue = source == BPF_PSEUDO_MAP_VALUE || source == BPF_PSEUDO_MAP_IDX_VALUE;
    if (!isMap && !isValue) continue;
    const map = program.maps[load<i32>(at, 4)];
    const address = toVirtual(isMap ? map.address : map.directValue(load<u32>(at, 12)));
    store<u8>(at, load<u8>(at, 1) & 15, 1);
    store<u32>(at, <u32>address, 4);
    store<u32>(at, <u32>(address >> 32), 12);
  }
}

/** Makes `program` ready to run. 0 or -errno. */
export function rewrite(program: Program): i32 {
  const count = program.instructionCount;
  program.rewritten = reserve((<usize>count) << 3);
  program.origins = reserve((<usize>count) << 2);
  program.records = reserve((<usize>count + 1) << RECORD_SHIFT);
  if (program.rewritten == 0 || program.origins == 0 || program.records == 0) return -ENOMEM;
  memory.copy(program.rewritten, program.instructions, (<usize>count) << 3);
  for (let i = 0; i < count; i++) store<u32>(program.origins + ((<usize>i) << 2), i);
  program.rewrittenCount = count;
  resolveImmediates(program);
  decode(program.rewritten, count, program.records);
  return 0;
}
