// Which registers may still be read before each instruction: a classic backward analysis over each function.
import { HELPER_VARIADIC, helperAllowed, helperFlags } from '../generated/helpers';
import { declaredArgumentCount } from './helper-variants';
import {
  BPF_ATOMIC,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_FETCH,
  BPF_IMM,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MEM,
  BPF_MEMSX,
  BPF_MOV,
  BPF_ST,
  BPF_STORE_REL,
  BPF_STX,
} from '../generated/opcodes';
import {
  LIVE_REGISTERS_ENTRY_SIZE,
  LIVE_REGISTERS_ENTRY_component,
  LIVE_REGISTERS_RECORD_count,
  LIVE_REGISTERS_RECORD_entries,
  RECORD_LIVE_REGISTERS,
} from '../generated/verifier-records';
import { isHelperCall, isKernelFunctionCall } from './calls';
import {
  AUX_COMPONENT,
  AUX_LIVE,
  SUB_POSTORDER,
  auxOf,
  dstAt,
  env,
  immediateAt,
  opcodeAt,
  srcAt,
  subOf,
} from './environment';
import { postorderAt, successorCount, successorOf } from './flow-graph';
import { kernelFunctionArguments } from './kernel-functions';
import { newRecord, recordingAll } from './recorder';

let uses: i32 = 0;
let defines: i32 = 0;

/** Arguments are r1 to r5; a known helper says how many. */
function callUses(i: i32): i32 {
  const id = immediateAt(i);
  if (isKernelFunctionCall(i)) {
    const count = kernelFunctionArguments(i);
    return count < 0 ? 0x3e : ((1 << count) - 1) << 1;
  }
  if (!isHelperCall(i) || helperFlags(id) == 0 || !helperAllowed(id, env.program.type)) return 0x3e;
  const count = (helperFlags(id) & HELPER_VARIADIC) != 0 ? 2 : declaredArgumentCount(id);
  return ((1 << count) - 1) << 1;
}
function usesOfAtomic(i: i32, dst: i32, src: i32): void {
  uses = dst | src;
  defines = 0;
  const operation = immediateAt(i);
  if (operation == BPF_CMPXCHG) {
    uses |= 1;
    defines = 1;
  } else if (operation == BPF_LOAD_ACQ) {
    uses = src;
    defines = dst;
  } else if (operation != BPF_STORE_REL && (operation & BPF_FETCH) != 0) defines = src;
}
/** Leaves in `uses` and `defines` what instruction `i` reads and overwrites. */
function examine(i: i32): void {
  const opcode = opcodeAt(i);
  const dst = 1 << dstAt(i);
  const src = 1 << srcAt(i);
  const mode = opcode & 0xe0;
  const operation = opcode & 0xf0;
  const register = (opcode & 8) != 0;
  uses = 0xffff;
  defines = 0;
  switch (opcode & 7) {
    case BPF_LD:
      if (mode == BPF_IMM && (opcode & 0x18) == BPF_DW) {
        uses = 0;
        defines = dst;
      }
      break;
    case BPF_LDX:
      if (mode == BPF_MEM || mode == BPF_MEMSX) {
        uses = src;
        defines = dst;
      }
      break;
    case BPF_ST:
      if (mode == BPF_MEM) uses = dst;
      break;
    case BPF_STX:
      if (mode == BPF_MEM) uses = dst | src;
      else if (mode == BPF_ATOMIC) usesOfAtomic(i, dst, src);
      break;
    case BPF_JMP:
    case BPF_JMP32:
      if (operation == BPF_JA || operation == BPF_JCOND) uses = 0;
      else if (operation == BPF_EXIT) uses = 1;
      else if (operation == BPF_CALL) {
        uses = callUses(i);
        defines = 0x3f;
      } else uses = register ? dst | src : dst;
      break;
    default:
      defines = dst;
      if (operation == BPF_END) uses = dst;
      else if (operation == BPF_MOV) uses = register ? src : 0;
      else uses = register ? dst | src : dst;
  }
}

export function computeLiveRegisters(): void {
  const total = load<i32>(subOf(env.subprogramCount), SUB_POSTORDER);
  let changed = true;
  while (changed) {
    changed = false;
    for (let k = 0; k < total; k++) {
      const i = postorderAt(k);
      let after = 0;
      const count = successorCount(i);
      for (let s = 0; s < count; s++) after |= <i32>load<u16>(auxOf(successorOf(i, s)), AUX_LIVE);
      examine(i);
      const before = (after & ~defines) | uses;
      if (before != <i32>load<u16>(auxOf(i), AUX_LIVE)) {
        store<u16>(auxOf(i), <u16>before, AUX_LIVE);
        changed = true;
      }
    }
  }
  if (!recordingAll()) return;
  const record = newRecord(
    RECORD_LIVE_REGISTERS,
    LIVE_REGISTERS_RECORD_entries + <u32>env.count * LIVE_REGISTERS_ENTRY_SIZE,
  );
  if (record == 0) return;
  store<i32>(record, env.count, LIVE_REGISTERS_RECORD_count);
  for (let i = 0; i < env.count; i++) {
    const entry = record + LIVE_REGISTERS_RECORD_entries + <usize>i * LIVE_REGISTERS_ENTRY_SIZE;
    store<u16>(entry, load<u16>(auxOf(i), AUX_LIVE));
    store<u16>(entry, <u16>load<i32>(auxOf(i), AUX_COMPONENT), LIVE_REGISTERS_ENTRY_component);
  }
}
