// The interpreter: one dense switch over pre-decoded records. Every access is checked, every instruction costs one of the budget,
// and the state between two instructions is complete, so that a run can be stopped anywhere and continued.
//
// The regular part (arithmetic, jumps, loads, stores) is spelled out case by case, because that is what makes it fast: the
// compiler turns the switch into one jump table and every operand into one load from a fixed address. Some pairs of instructions are
// done in one go (fuse.ts): what a register gets and gives at once need not go through memory.
import {
  BPF_ADD,
  BPF_AND,
  BPF_ARSH,
  BPF_B,
  BPF_DIV,
  BPF_DW,
  BPF_EXIT,
  BPF_H,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
  BPF_LSH,
  BPF_MOD,
  BPF_MOV,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_W,
  BPF_XOR,
} from '../generated/opcodes';
import { HELPER_TABLE, MEMORY_LIMIT, REGISTERS, SHADOW, VIRTUAL_BASE } from '../memory/layout';
import { checkSlowly } from '../memory/access';
import { kernelAccess } from '../memory/pages';
import { resolve } from '../memory/shadow';
import { CALL_LIMIT } from '../helpers/kernel-functions';
import {
  FAULT_CALL_DEPTH,
  FAULT_DIVIDE,
  FAULT_END,
  FAULT_HELPER,
  FAULT_INSTRUCTION,
  faultKind,
  locate,
  raise,
} from './fault';
import { atomic32, atomic64 } from './atomics';
import {
  divide32,
  divide64,
  modulo32,
  modulo64,
  signedDivide32,
  signedDivide64,
  signedModulo32,
  signedModulo64,
} from './arithmetic';
import { beginEach, beginLoop, call, depth, leave, codeBase, mayGoto, pcAfter, tailCall } from './calls';
import {
  NATIVE_LEAVE,
  callNative,
  kernelCall,
  kernelDivide,
  kernelEnter,
  kernelExit,
  kernelReturn,
} from './kernel-mode';
import { loadPacket, packetValue } from './packet-load';
import {
  ALU,
  ALU64,
  CALLBACK_INTERPRETED,
  FUSED_ADD32_JLT,
  FUSED_ADD32_JNE,
  FUSED_ADD64_JNE,
  FUSED_MOVE32_K,
  FUSED_MOVE64_K,
  JMP,
  JMP32,
  LOAD,
  LOAD_SIGNED,
  OP_ATOMIC32,
  OP_ATOMIC64,
  OP_CALL,
  OP_CALL_REGISTER,
  OP_CUT16,
  OP_CUT32,
  OP_END,
  OP_FOR_EACH,
  OP_FUNCTION,
  OP_HELPER,
  OP_IMM64,
  OP_KERNEL_ATOMIC32,
  OP_KERNEL_ATOMIC64,
  OP_KERNEL_CALL,
  OP_KERNEL_CALL_REGISTER,
  OP_KERNEL_DIVIDE,
  OP_KERNEL_ENTER,
  OP_KERNEL_EXIT,
  OP_KERNEL_LOAD,
  OP_KERNEL_LOAD_SIGNED,
  OP_KERNEL_NATIVE,
  OP_KERNEL_RETURN,
  OP_KERNEL_STORE,
  OP_KERNEL_STORE_IMMEDIATE,
  OP_LOAD_ACQUIRE16,
  OP_LOAD_ACQUIRE32,
  OP_LOAD_ACQUIRE64,
  OP_LOAD_ACQUIRE8,
  OP_LOOP,
  OP_MAY_GOTO,
  OP_MOVSX32_16,
  OP_MOVSX32_8,
  OP_MOVSX64_16,
  OP_MOVSX64_32,
  OP_MOVSX64_8,
  OP_NOTHING,
  OP_PACKET,
  OP_PROBE16,
  OP_PROBE32,
  OP_PROBE64,
  OP_PROBE8,
  OP_PROBE_SIGNED16,
  OP_PROBE_SIGNED32,
  OP_PROBE_SIGNED8,
  OP_SDIV32_K,
  OP_SDIV32_X,
  OP_SDIV64_K,
  OP_SDIV64_X,
  OP_SMOD32_K,
  OP_SMOD32_X,
  OP_SMOD64_K,
  OP_SMOD64_X,
  OP_STORE_RELEASE16,
  OP_STORE_RELEASE32,
  OP_STORE_RELEASE64,
  OP_STORE_RELEASE8,
  OP_SWAP16,
  OP_SWAP32,
  OP_SWAP64,
  OP_TAIL_CALL,
  RECORD_SHIFT,
  RECORD_SIZE,
  STORE,
  STORE_IMMEDIATE,
  X,
} from './operations';

/** the main program returned; r0 is its value */
export const STATUS_EXIT: i32 = 0;
/** the budget is used up; `execute` goes on where it stopped */
export const STATUS_BUDGET: i32 = 1;
/** see fault.ts */
export const STATUS_FAULT: i32 = 2;

const R0: usize = 0;
const R1: usize = 8;
const R2: usize = 16;
const R3: usize = 24;
const R4: usize = 32;
const R5: usize = 40;

/** record that the next call of `execute` begins with */
export let resumeAt: usize = 0;
/** instructions run since the last reset */
export let executed: u64 = 0;
let granted: i64 = 0;

export function setResume(record: usize): void {
  resumeAt = record;
}

export function resetExecuted(): void {
  executed = 0;
}

/** Instructions that compiled code ran. */
export function addExecuted(count: u64): void {
  executed += count;
}

function get(register: usize): u64 {
  return load<u64>(register, REGISTERS);
}

function get32(register: usize): u32 {
  return load<u32>(register, REGISTERS);
}

function set(register: usize, value: u64): void {
  store<u64>(register, value, REGISTERS);
}

function immediate(record: usize): u64 {
  return load<u64>(record, 8);
}

function immediate32(record: usize): u32 {
  return load<u32>(record, 8);
}

function target(record: usize): usize {
  return <usize>load<u32>(record, 4);
}

function offset(record: usize): u64 {
  return <u64>(<i64>load<i32>(record, 4));
}

/**
 * The shadow byte of a linear address. An access that fits into what it says is good, which one comparison finds out for nearly all;
 * the cases of the switch spell it out, as a call would cost more than the access.
 */
function shadow(linear: usize): i32 {
  return <i32>load<i8>(linear >> 3, SHADOW);
}

function stop(pc: usize, left: i64, status: i32): i32 {
  resumeAt = pc;
  executed += <u64>(granted - left);
  if (status == STATUS_FAULT) locate(<i32>((pc - codeBase) >> RECORD_SHIFT), depth());
  return status;
}

/** Calls helper `id` with r1 to r5; false after a fault. */
function callHelper(id: u64): bool {
  const index = id < <u64>CALL_LIMIT ? load<u32>(HELPER_TABLE + ((<usize>id) << 2)) : 0;
  if (index == 0) {
    raise(FAULT_HELPER, id);
    return false;
  }
  set(R0, call_indirect<u64>(index, get(R1), get(R2), get(R3), get(R4), get(R5)));
  return faultKind() == 0;
}

/** Runs from `resumeAt` for at most `budget` instructions. STATUS_…. */
export function execute(budget: i64): i32 {
  let pc = resumeAt;
  let left = budget;
  let at: usize;
  let address: u64;
  granted = budget;
  for (;;) {
    if (left <= 0) return stop(pc, left, STATUS_BUDGET);
    left--;
    const word = load<u32>(pc);
    const d = <usize>((word >> 16) & 0xff);
    const s = <usize>(word >> 24);
    switch (word & 0xffff) {
      case ALU64 + (BPF_ADD >> 3):
        set(d, get(d) + immediate(pc));
        break;
      case ALU64 + X + (BPF_ADD >> 3):
        set(d, get(d) + get(s));
        break;
      case ALU64 + X + (BPF_SUB >> 3):
        set(d, get(d) - get(s));
        break;
      case ALU64 + (BPF_MUL >> 3):
        set(d, get(d) * immediate(pc));
        break;
      case ALU64 + X + (BPF_MUL >> 3):
        set(d, get(d) * get(s));
        break;
      case ALU64 + (BPF_DIV >> 3):
        set(d, divide64(get(d), immediate(pc)));
        break;
      case ALU64 + X + (BPF_DIV >> 3):
        set(d, divide64(get(d), get(s)));
        break;
      case ALU64 + (BPF_OR >> 3):
        set(d, get(d) | immediate(pc));
        break;
      case ALU64 + X + (BPF_OR >> 3):
        set(d, get(d) | get(s));
        break;
      case ALU64 + (BPF_AND >> 3):
        set(d, get(d) & immediate(pc));
        break;
      case ALU64 + X + (BPF_AND >> 3):
        set(d, get(d) & get(s));
        break;
      case ALU64 + (BPF_LSH >> 3):
        set(d, get(d) << (immediate(pc) & 63));
        break;
      case ALU64 + X + (BPF_LSH >> 3):
        set(d, get(d) << (get(s) & 63));
        break;
      case ALU64 + (BPF_RSH >> 3):
        set(d, get(d) >> (immediate(pc) & 63));
        break;
      case ALU64 + X + (BPF_RSH >> 3):
        set(d, get(d) >> (get(s) & 63));
        break;
      case ALU64 + (BPF_NEG >> 3):
        set(d, 0 - get(d));
        break;
      case ALU64 + (BPF_MOD >> 3):
        set(d, modulo64(get(d), immediate(pc)));
        break;
      case ALU64 + X + (BPF_MOD >> 3):
        set(d, modulo64(get(d), get(s)));
        break;
      case ALU64 + (BPF_XOR >> 3):
        set(d, get(d) ^ immediate(pc));
        break;
      case ALU64 + X + (BPF_XOR >> 3):
        set(d, get(d) ^ get(s));
        break;
      case ALU64 + (BPF_MOV >> 3):
        set(d, immediate(pc));
        break;
      case ALU64 + X + (BPF_MOV >> 3):
        set(d, get(s));
        break;
      case ALU64 + (BPF_ARSH >> 3):
        set(d, <u64>((<i64>get(d)) >> ((<i64>immediate(pc)) & 63)));
        break;
      case ALU64 + X + (BPF_ARSH >> 3):
        set(d, <u64>((<i64>get(d)) >> ((<i64>get(s)) & 63)));
        break;
      case ALU + (BPF_ADD >> 3):
        set(d, <u64>(get32(d) + immediate32(pc)));
        break;
      case ALU + X + (BPF_ADD >> 3):
        set(d, <u64>(get32(d) + get32(s)));
        break;
      case ALU + X + (BPF_SUB >> 3):
        set(d, <u64>(get32(d) - get32(s)));
        break;
      case ALU + (BPF_MUL >> 3):
        set(d, <u64>(get32(d) * immediate32(pc)));
        break;
      case ALU + X + (BPF_MUL >> 3):
        set(d, <u64>(get32(d) * get32(s)));
        break;
      case ALU + (BPF_DIV >> 3):
        set(d, <u64>divide32(get32(d), immediate32(pc)));
        break;
      case ALU + X + (BPF_DIV >> 3):
        set(d, <u64>divide32(get32(d), get32(s)));
        break;
      case ALU + (BPF_OR >> 3):
        set(d, <u64>(get32(d) | immediate32(pc)));
        break;
      case ALU + X + (BPF_OR >> 3):
        set(d, <u64>(get32(d) | get32(s)));
        break;
      case ALU + (BPF_AND >> 3):
        set(d, <u64>(get32(d) & immediate32(pc)));
        break;
      case ALU + X + (BPF_AND >> 3):
        set(d, <u64>(get32(d) & get32(s)));
        break;
      case ALU + (BPF_LSH >> 3):
        set(d, <u64>(get32(d) << (immediate32(pc) & 31)));
        break;
      case ALU + X + (BPF_LSH >> 3):
        set(d, <u64>(get32(d) << (get32(s) & 31)));
        break;
      case ALU + (BPF_RSH >> 3):
        set(d, <u64>(get32(d) >> (immediate32(pc) & 31)));
        break;
      case ALU + X + (BPF_RSH >> 3):
        set(d, <u64>(get32(d) >> (get32(s) & 31)));
        break;
      case ALU + (BPF_NEG >> 3):
        set(d, <u64>(<u32>0 - get32(d)));
        break;
      case ALU + (BPF_MOD >> 3):
        set(d, <u64>modulo32(get32(d), immediate32(pc)));
        break;
      case ALU + X + (BPF_MOD >> 3):
        set(d, <u64>modulo32(get32(d), get32(s)));
        break;
      case ALU + (BPF_XOR >> 3):
        set(d, <u64>(get32(d) ^ immediate32(pc)));
        break;
      case ALU + X + (BPF_XOR >> 3):
        set(d, <u64>(get32(d) ^ get32(s)));
        break;
      case ALU + (BPF_MOV >> 3):
        set(d, <u64>immediate32(pc));
        break;
      case ALU + X + (BPF_MOV >> 3):
        set(d, <u64>get32(s));
        break;
      case ALU + (BPF_ARSH >> 3):
        set(d, <u64>(<u32>((<i32>get32(d)) >> ((<i32>immediate32(pc)) & 31))));
        break;
      case ALU + X + (BPF_ARSH >> 3):
        set(d, <u64>(<u32>((<i32>get32(d)) >> ((<i32>get32(s)) & 31))));
        break;
      case JMP + (BPF_JA >> 3):
        pc = target(pc);
        continue;
      case JMP + (BPF_JEQ >> 3):
        if (get(d) == immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JEQ >> 3):
        if (get(d) == get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JGT >> 3):
        if (get(d) > immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JGT >> 3):
        if (get(d) > get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JGE >> 3):
        if (get(d) >= immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JGE >> 3):
        if (get(d) >= get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JSET >> 3):
        if ((get(d) & immediate(pc)) != 0) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JSET >> 3):
        if ((get(d) & get(s)) != 0) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JNE >> 3):
        if (get(d) != immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JNE >> 3):
        if (get(d) != get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JSGT >> 3):
        if (<i64>get(d) > <i64>immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JSGT >> 3):
        if (<i64>get(d) > <i64>get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JSGE >> 3):
        if (<i64>get(d) >= <i64>immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JSGE >> 3):
        if (<i64>get(d) >= <i64>get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_EXIT >> 3):
        at = leave();
        if (at == 0) return stop(pc, left, STATUS_EXIT);
        pc = at;
        continue;
      case JMP + (BPF_JLT >> 3):
        if (get(d) < immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JLT >> 3):
        if (get(d) < get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JLE >> 3):
        if (get(d) <= immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JLE >> 3):
        if (get(d) <= get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JSLT >> 3):
        if (<i64>get(d) < <i64>immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JSLT >> 3):
        if (<i64>get(d) < <i64>get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + (BPF_JSLE >> 3):
        if (<i64>get(d) <= <i64>immediate(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP + X + (BPF_JSLE >> 3):
        if (<i64>get(d) <= <i64>get(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JEQ >> 3):
        if (get32(d) == immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JEQ >> 3):
        if (get32(d) == get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JGT >> 3):
        if (get32(d) > immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JGT >> 3):
        if (get32(d) > get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JGE >> 3):
        if (get32(d) >= immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JGE >> 3):
        if (get32(d) >= get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JSET >> 3):
        if ((get32(d) & immediate32(pc)) != 0) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JSET >> 3):
        if ((get32(d) & get32(s)) != 0) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JNE >> 3):
        if (get32(d) != immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JNE >> 3):
        if (get32(d) != get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JSGT >> 3):
        if (<i32>get32(d) > <i32>immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JSGT >> 3):
        if (<i32>get32(d) > <i32>get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JSGE >> 3):
        if (<i32>get32(d) >= <i32>immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JSGE >> 3):
        if (<i32>get32(d) >= <i32>get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JLT >> 3):
        if (get32(d) < immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JLT >> 3):
        if (get32(d) < get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JLE >> 3):
        if (get32(d) <= immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JLE >> 3):
        if (get32(d) <= get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JSLT >> 3):
        if (<i32>get32(d) < <i32>immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JSLT >> 3):
        if (<i32>get32(d) < <i32>get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + (BPF_JSLE >> 3):
        if (<i32>get32(d) <= <i32>immediate32(pc)) {
          pc = target(pc);
          continue;
        }
        break;
      case JMP32 + X + (BPF_JSLE >> 3):
        if (<i32>get32(d) <= <i32>get32(s)) {
          pc = target(pc);
          continue;
        }
        break;
      case LOAD + (BPF_W >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>load<u32>(at));
        break;
      case LOAD + (BPF_H >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 2 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 2, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>load<u16>(at));
        break;
      case LOAD + (BPF_B >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 1 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 1, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>load<u8>(at));
        break;
      case LOAD + (BPF_DW >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 8 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 8, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, load<u64>(at));
        break;
      case LOAD_SIGNED + (BPF_W >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>(<i64>load<i32>(at)));
        break;
      case LOAD_SIGNED + (BPF_H >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 2 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 2, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>(<i64>load<i16>(at)));
        break;
      case LOAD_SIGNED + (BPF_B >> 3):
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 1 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 1, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>(<i64>load<i8>(at)));
        break;
      case STORE_IMMEDIATE + (BPF_W >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u32>(at, <u32>immediate(pc));
        break;
      case STORE_IMMEDIATE + (BPF_H >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 2 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 2, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u16>(at, <u16>immediate(pc));
        break;
      case STORE_IMMEDIATE + (BPF_B >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 1 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 1, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u8>(at, <u8>immediate(pc));
        break;
      case STORE_IMMEDIATE + (BPF_DW >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 8 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 8, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u64>(at, immediate(pc));
        break;
      case STORE + (BPF_W >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u32>(at, <u32>get(s));
        break;
      case STORE + (BPF_H >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 2 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 2, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u16>(at, <u16>get(s));
        break;
      case STORE + (BPF_B >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 1 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 1, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u8>(at, <u8>get(s));
        break;
      case STORE + (BPF_DW >> 3):
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 8 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 8, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u64>(at, get(s));
        break;
      case OP_SDIV64_K:
        set(d, <u64>signedDivide64(<i64>get(d), <i64>immediate(pc)));
        break;
      case OP_SDIV64_X:
        set(d, <u64>signedDivide64(<i64>get(d), <i64>get(s)));
        break;
      case OP_SMOD64_K:
        set(d, <u64>signedModulo64(<i64>get(d), <i64>immediate(pc)));
        break;
      case OP_SMOD64_X:
        set(d, <u64>signedModulo64(<i64>get(d), <i64>get(s)));
        break;
      case OP_SDIV32_K:
        set(d, <u64>(<u32>signedDivide32(<i32>get32(d), <i32>immediate32(pc))));
        break;
      case OP_SDIV32_X:
        set(d, <u64>(<u32>signedDivide32(<i32>get32(d), <i32>get32(s))));
        break;
      case OP_SMOD32_K:
        set(d, <u64>(<u32>signedModulo32(<i32>get32(d), <i32>immediate32(pc))));
        break;
      case OP_SMOD32_X:
        set(d, <u64>(<u32>signedModulo32(<i32>get32(d), <i32>get32(s))));
        break;
      case OP_MOVSX64_8:
        set(d, <u64>(<i64>(<i8>get(s))));
        break;
      case OP_MOVSX64_16:
        set(d, <u64>(<i64>(<i16>get(s))));
        break;
      case OP_MOVSX64_32:
        set(d, <u64>(<i64>(<i32>get(s))));
        break;
      case OP_MOVSX32_8:
        set(d, <u64>(<u32>(<i32>(<i8>get(s)))));
        break;
      case OP_MOVSX32_16:
        set(d, <u64>(<u32>(<i32>(<i16>get(s)))));
        break;
      case OP_SWAP16:
        set(d, <u64>bswap<u16>(<u16>get(d)));
        break;
      case OP_SWAP32:
        set(d, <u64>bswap<u32>(get32(d)));
        break;
      case OP_SWAP64:
        set(d, bswap<u64>(get(d)));
        break;
      case OP_CUT16:
        set(d, get(d) & 0xffff);
        break;
      case OP_CUT32:
        set(d, <u64>get32(d));
        break;
      case OP_NOTHING:
        break;
      case OP_HELPER:
        if (!callHelper(immediate(pc))) return stop(pc, left, STATUS_FAULT);
        break;
      case OP_CALL:
        if (!call(pc + RECORD_SIZE)) {
          raise(FAULT_CALL_DEPTH, 0);
          return stop(pc, left, STATUS_FAULT);
        }
        pc = target(pc);
        continue;
      case OP_CALL_REGISTER:
        if (!callHelper(get(d))) return stop(pc, left, STATUS_FAULT);
        break;
      case OP_TAIL_CALL: {
        at = tailCall(get(R2), get32(R3));
        if (faultKind() != 0) return stop(pc, left, STATUS_FAULT);
        if (at == 0) break;
        pc = at;
        continue;
      }
      case OP_LOOP:
        pc = beginLoop(pc);
        if (pc == 0) return stop(pcAfter - RECORD_SIZE, left, STATUS_FAULT);
        continue;
      case OP_FOR_EACH:
        pc = beginEach(pc);
        if (pc == 0) return stop(pcAfter - RECORD_SIZE, left, STATUS_FAULT);
        continue;
      case OP_MAY_GOTO:
        if (mayGoto()) {
          pc = target(pc);
          continue;
        }
        break;
      case OP_ATOMIC32:
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        atomic32(<i32>immediate32(pc), at, REGISTERS + s, REGISTERS + R0);
        break;
      case OP_ATOMIC64:
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 8 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 8, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        atomic64(<i32>immediate32(pc), at, REGISTERS + s, REGISTERS + R0);
        break;
      case OP_LOAD_ACQUIRE8:
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 1 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 1, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>load<u8>(at));
        break;
      case OP_LOAD_ACQUIRE16:
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 2 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 2, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>load<u16>(at));
        break;
      case OP_LOAD_ACQUIRE32:
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, <u64>load<u32>(at));
        break;
      case OP_LOAD_ACQUIRE64:
        address = get(s) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 8 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 8, false);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        set(d, load<u64>(at));
        break;
      case OP_STORE_RELEASE8:
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 1 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 1, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u8>(at, <u8>get(s));
        break;
      case OP_STORE_RELEASE16:
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 2 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 2, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u16>(at, <u16>get(s));
        break;
      case OP_STORE_RELEASE32:
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 4 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 4, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u32>(at, <u32>get(s));
        break;
      case OP_STORE_RELEASE64:
        address = get(d) + offset(pc) - VIRTUAL_BASE;
        at = <usize>address;
        if (address >= MEMORY_LIMIT || <i32>(at & 7) + 8 > shadow(at)) {
          at = checkSlowly(address + VIRTUAL_BASE, 8, true);
          if (at == 0) return stop(pc, left, STATUS_FAULT);
        }
        store<u64>(at, get(s));
        break;
      case OP_PROBE8:
        at = resolve(get(s) + offset(pc), 1);
        set(d, at == 0 ? 0 : <u64>load<u8>(at));
        break;
      case OP_PROBE16:
        at = resolve(get(s) + offset(pc), 2);
        set(d, at == 0 ? 0 : <u64>load<u16>(at));
        break;
      case OP_PROBE32:
        at = resolve(get(s) + offset(pc), 4);
        set(d, at == 0 ? 0 : <u64>load<u32>(at));
        break;
      case OP_PROBE64:
        at = resolve(get(s) + offset(pc), 8);
        set(d, at == 0 ? 0 : load<u64>(at));
        break;
      case OP_PROBE_SIGNED8:
        at = resolve(get(s) + offset(pc), 1);
        set(d, at == 0 ? 0 : <u64>(<i64>load<i8>(at)));
        break;
      case OP_PROBE_SIGNED16:
        at = resolve(get(s) + offset(pc), 2);
        set(d, at == 0 ? 0 : <u64>(<i64>load<i16>(at)));
        break;
      case OP_PROBE_SIGNED32:
        at = resolve(get(s) + offset(pc), 4);
        set(d, at == 0 ? 0 : <u64>(<i64>load<i32>(at)));
        break;
      case OP_PACKET: {
        const size = <u32>offset(pc);
        const from = immediate32(pc) + (size & 8 ? get32(s) : 0);
        if (loadPacket(get(48), <i32>from, size & 7)) {
          set(R0, packetValue);
          break;
        }
        set(R0, 0);
        at = leave();
        if (at == 0) return stop(pc, left, STATUS_EXIT);
        pc = at;
        continue;
      }
      case OP_IMM64:
        set(d, immediate(pc));
        pc += 2 * RECORD_SIZE;
        continue;
      case OP_FUNCTION:
        set(d, CALLBACK_INTERPRETED | immediate(pc));
        pc += 2 * RECORD_SIZE;
        continue;
      case OP_KERNEL_LOAD + (BPF_W >> 3):
        at = kernelAccess(get(s) + offset(pc), 4, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, <u64>load<u32>(at));
        break;
      case OP_KERNEL_LOAD + (BPF_H >> 3):
        at = kernelAccess(get(s) + offset(pc), 2, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, <u64>load<u16>(at));
        break;
      case OP_KERNEL_LOAD + (BPF_B >> 3):
        at = kernelAccess(get(s) + offset(pc), 1, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, <u64>load<u8>(at));
        break;
      case OP_KERNEL_LOAD + (BPF_DW >> 3):
        at = kernelAccess(get(s) + offset(pc), 8, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, load<u64>(at));
        break;
      case OP_KERNEL_LOAD_SIGNED + (BPF_W >> 3):
        at = kernelAccess(get(s) + offset(pc), 4, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, <u64>(<i64>load<i32>(at)));
        break;
      case OP_KERNEL_LOAD_SIGNED + (BPF_H >> 3):
        at = kernelAccess(get(s) + offset(pc), 2, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, <u64>(<i64>load<i16>(at)));
        break;
      case OP_KERNEL_LOAD_SIGNED + (BPF_B >> 3):
        at = kernelAccess(get(s) + offset(pc), 1, false);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        set(d, <u64>(<i64>load<i8>(at)));
        break;
      case OP_KERNEL_STORE_IMMEDIATE + (BPF_W >> 3):
        at = kernelAccess(get(d) + offset(pc), 4, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u32>(at, <u32>immediate32(pc));
        break;
      case OP_KERNEL_STORE_IMMEDIATE + (BPF_H >> 3):
        at = kernelAccess(get(d) + offset(pc), 2, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u16>(at, <u16>immediate32(pc));
        break;
      case OP_KERNEL_STORE_IMMEDIATE + (BPF_B >> 3):
        at = kernelAccess(get(d) + offset(pc), 1, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u8>(at, <u8>immediate32(pc));
        break;
      case OP_KERNEL_STORE_IMMEDIATE + (BPF_DW >> 3):
        at = kernelAccess(get(d) + offset(pc), 8, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u64>(at, immediate(pc));
        break;
      case OP_KERNEL_STORE + (BPF_W >> 3):
        at = kernelAccess(get(d) + offset(pc), 4, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u32>(at, <u32>get(s));
        break;
      case OP_KERNEL_STORE + (BPF_H >> 3):
        at = kernelAccess(get(d) + offset(pc), 2, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u16>(at, <u16>get(s));
        break;
      case OP_KERNEL_STORE + (BPF_B >> 3):
        at = kernelAccess(get(d) + offset(pc), 1, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u8>(at, <u8>get(s));
        break;
      case OP_KERNEL_STORE + (BPF_DW >> 3):
        at = kernelAccess(get(d) + offset(pc), 8, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        store<u64>(at, get(s));
        break;
      case OP_KERNEL_ATOMIC32:
        at = kernelAccess(get(d) + offset(pc), 4, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        atomic32(<i32>immediate32(pc), at, REGISTERS + s, REGISTERS + R0);
        break;
      case OP_KERNEL_ATOMIC64:
        at = kernelAccess(get(d) + offset(pc), 8, true);
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        atomic64(<i32>immediate32(pc), at, REGISTERS + s, REGISTERS + R0);
        break;
      case OP_KERNEL_DIVIDE:
        if (!kernelDivide(<i32>load<i32>(pc, 4), d, s)) {
          raise(FAULT_DIVIDE, 0);
          return stop(pc, left, STATUS_FAULT);
        }
        break;
      case OP_KERNEL_CALL:
        at = kernelCall(pc, immediate(pc));
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        pc = at;
        continue;
      case OP_KERNEL_CALL_REGISTER:
        at = kernelCall(pc, get(d));
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        pc = at;
        continue;
      case OP_KERNEL_ENTER:
        if (!kernelEnter(<i64>immediate(pc), <u32>target(pc))) return stop(pc, left, STATUS_FAULT);
        break;
      case OP_KERNEL_EXIT:
        at = kernelExit(immediate32(pc));
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        pc = at;
        continue;
      case OP_KERNEL_RETURN:
        at = kernelReturn();
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        pc = at;
        continue;
      case OP_KERNEL_NATIVE:
        if (immediate(pc) == <u64>NATIVE_LEAVE) return stop(pc, left, STATUS_EXIT);
        // Natives ask what was run so far, and may run more in between.
        executed += <u64>(granted - left);
        granted = left;
        if (!callNative(pc, immediate(pc))) {
          granted = left;
          return stop(pc, left, STATUS_FAULT);
        }
        granted = left;
        at = kernelReturn();
        if (at == 0) return stop(pc, left, STATUS_FAULT);
        pc = at;
        continue;
      case OP_END:
        raise(FAULT_END, 0);
        return stop(pc, left, STATUS_FAULT);
      case FUSED_MOVE64_K + (BPF_ADD >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, get(s) + immediate(pc + RECORD_SIZE));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE64_K + (BPF_OR >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, get(s) | immediate(pc + RECORD_SIZE));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE64_K + (BPF_AND >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, get(s) & immediate(pc + RECORD_SIZE));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE64_K + (BPF_LSH >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, get(s) << (immediate(pc + RECORD_SIZE) & 63));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE64_K + (BPF_RSH >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, get(s) >> (immediate(pc + RECORD_SIZE) & 63));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE64_K + (BPF_XOR >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, get(s) ^ immediate(pc + RECORD_SIZE));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE64_K + (BPF_ARSH >> 4):
        if (left <= 0) {
          set(d, get(s));
          break;
        }
        left--;
        set(d, <u64>((<i64>get(s)) >> ((<i64>immediate(pc + RECORD_SIZE)) & 63)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_ADD >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(get32(s) + immediate32(pc + RECORD_SIZE)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_OR >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(get32(s) | immediate32(pc + RECORD_SIZE)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_AND >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(get32(s) & immediate32(pc + RECORD_SIZE)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_LSH >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(get32(s) << (immediate32(pc + RECORD_SIZE) & 31)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_RSH >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(get32(s) >> (immediate32(pc + RECORD_SIZE) & 31)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_XOR >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(get32(s) ^ immediate32(pc + RECORD_SIZE)));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_MOVE32_K + (BPF_ARSH >> 4):
        if (left <= 0) {
          set(d, <u64>get32(s));
          break;
        }
        left--;
        set(d, <u64>(<u32>((<i32>get32(s)) >> ((<i32>immediate32(pc + RECORD_SIZE)) & 31))));
        pc += 2 * RECORD_SIZE;
        continue;
      case FUSED_ADD64_JNE:
        set(d, get(d) + immediate(pc));
        if (left <= 0) break;
        left--;
        pc = get(d) != immediate(pc + RECORD_SIZE) ? target(pc + RECORD_SIZE) : pc + 2 * RECORD_SIZE;
        continue;
      case FUSED_ADD32_JNE:
        set(d, <u64>(get32(d) + immediate32(pc)));
        if (left <= 0) break;
        left--;
        pc = get32(d) != immediate32(pc + RECORD_SIZE) ? target(pc + RECORD_SIZE) : pc + 2 * RECORD_SIZE;
        continue;
      case FUSED_ADD32_JLT:
        set(d, <u64>(get32(d) + immediate32(pc)));
        if (left <= 0) break;
        left--;
        pc = get32(d) < immediate32(pc + RECORD_SIZE) ? target(pc + RECORD_SIZE) : pc + 2 * RECORD_SIZE;
        continue;
      default:
        raise(FAULT_INSTRUCTION, 0);
        return stop(pc, left, STATUS_FAULT);
    }
    pc += RECORD_SIZE;
  }
  return STATUS_FAULT;
}
