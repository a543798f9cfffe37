// From what the verifier accepted (or what was loaded unverified) to what runs. Linux does the same between verification and JIT:
// dead code goes (opt_remove_dead_code), context accesses become accesses to the kernel's structures (convert_ctx_accesses), loads
// through BTF pointers become probing ones, references to maps become addresses.
import { ENOMEM, ERANGE, EINVAL } from '../generated/errno';
import {
  BPF_CALL,
  BPF_DW,
  BPF_EXIT,
  BPF_IMM,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LDX,
  BPF_MEM,
  BPF_MEMSX,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
  BPF_ST,
  BPF_STX,
  BPF_X,
} from '../generated/opcodes';
import {
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  REGISTER_BASE_TYPE,
} from '../generated/verifier-records';
import { FIRST_KERNEL_FUNCTION, kfuncRow } from '../generated/kfuncs';
import { reserve } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import { InstructionInfo, Program } from '../program';
import { MODE_PROBE, MODE_PROBE_SIGNED, decode } from '../vm/decode';
import { RECORD_SHIFT } from '../vm/operations';
import { emitContextLoad, emitContextStore, hasConvertedContext } from './context';
import { emitSocketLoad } from './socket';
import { beginEmit, emitRaw, emitted, originOf, setOrigin, slotAt } from './emit';

const LD_IMM64: i32 = BPF_LD | BPF_IMM | BPF_DW;
const JUMP_ALWAYS: i32 = BPF_JMP | BPF_JA;

/** Puts the address of a map or map value into the 64-bit immediate at `at` that names it. */
function resolveImmediate(program: Program, at: usize, next: usize): void {
  const source = <i32>(load<u8>(at, 1) >> 4);
  const isMap = source == BPF_PSEUDO_MAP_FD || source == BPF_PSEUDO_MAP_IDX;
  const isValue = source == BPF_PSEUDO_MAP_VALUE || source == BPF_PSEUDO_MAP_IDX_VALUE;
  if (!isMap && !isValue) return;
  const map = program.maps[load<i32>(at, 4)];
  const address = toVirtual(isMap ? map.address : map.directValue(load<u32>(next, 4)));
  store<u8>(at, load<u8>(at, 1) & 15, 1);
  store<u32>(at, <u32>address, 4);
  store<u32>(next, <u32>(address >> 32), 4);
}

/** Emits what instruction `i` at `at` becomes. False: a context access that the type does not have. */
function convert(program: Program, info: InstructionInfo, at: usize): bool {
  const code = <i32>load<u8>(at);
  const registers = <i32>load<u8>(at, 1);
  const offset = <i32>load<i16>(at, 2);
  const kind = code & 7;
  const mode = code & 0xe0;
  const size = 1 << ((code & 0x18) == 0 ? 2 : (code & 0x18) == 8 ? 1 : (code & 0x18) == 0x10 ? 0 : 3);
  const base = info.pointerType & REGISTER_BASE_TYPE;
  const throughContext = base == PTR_TO_CTX;
  const context = throughContext && hasConvertedContext(program.type);
  if (throughContext && kind != BPF_LD) program.contextBytes = max<u32>(program.contextBytes, <u32>(offset + size));
  if (kind == BPF_LDX && context && mode == BPF_MEM) {
    return emitContextLoad(program.type, size, registers & 15, registers >> 4, offset);
  }
  if ((kind == BPF_ST || kind == BPF_STX) && context && mode == BPF_MEM) {
    const immediate = kind == BPF_ST;
    return emitContextStore(program.type, size, registers & 15, registers >> 4, offset, immediate, load<i32>(at, 4));
  }
  if (kind == BPF_LDX && mode == BPF_MEM && (base == PTR_TO_SOCKET || base == PTR_TO_SOCK_COMMON)) {
    return emitSocketLoad(size, registers & 15, registers >> 4, offset);
  }
  // What a BTF pointer points at may be gone: such loads are always checked, and give zero.
  if (kind == BPF_LDX && (info.probeMemory || base == PTR_TO_BTF_ID) && (mode == BPF_MEM || mode == BPF_MEMSX)) {
    const probing = (code & 0x1f) | (mode == BPF_MEM ? MODE_PROBE : MODE_PROBE_SIGNED);
    emitRaw((load<u64>(at) & ~(<u64>0xff)) | (<u64>probing));
    return true;
  }
  emitPlain(at);
  return true;
}
/** As it is; a kernel function's number becomes its place in the table of helpers. */
function emitPlain(at: usize): void {
  const isKernelFunction = load<u8>(at) == <u8>(BPF_JMP | BPF_CALL) && load<u8>(at, 1) >> 4 == BPF_PSEUDO_KFUNC_CALL;
  const row = isKernelFunction ? kfuncRow(load<i32>(at, 4)) : -1;
  if (row < 0) emitRaw(load<u64>(at));
  else emitRaw((<u64>(BPF_JMP | BPF_CALL)) | ((<u64>(FIRST_KERNEL_FUNCTION + row)) << 32));
}

/** Slot that the jump or call in emitted slot `i`, which came from slot `from`, leads to in the loaded program; -1: it is none. */
function targetOf(at: usize, from: i32): i32 {
  const code = <i32>load<u8>(at);
  const kind = code & 7;
  const source = <i32>(load<u8>(at, 1) >> 4);
  if (code == LD_IMM64) return source == BPF_PSEUDO_FUNC ? from + 1 + load<i32>(at, 4) : -1;
  if (kind != BPF_JMP && kind != BPF_JMP32) return -1;
  const operation = code & 0xf0;
  if (operation == BPF_EXIT) return -1;
  if (operation == BPF_CALL) return source == BPF_PSEUDO_CALL && !(code & BPF_X) ? from + 1 + load<i32>(at, 4) : -1;
  return from + 1 + (kind == BPF_JMP32 && operation == BPF_JA ? load<i32>(at, 4) : <i32>load<i16>(at, 2));
}

function usesImmediate(at: usize): bool {
  const code = <i32>load<u8>(at);
  return code == LD_IMM64 || (code & 0xf0) == BPF_CALL || code == (BPF_JMP32 | BPF_JA);
}

/** Makes `program` ready to run. 0 or -errno. */
export function rewrite(program: Program): i32 {
  const count = program.instructionCount;
  const verified = !program.unverified && program.info.length == count;
  /** loaded slot → first emitted slot, and whether what is there came from it unchanged (a jump keeps its distance) */
  const places = heap.alloc((<usize>(count + 1)) << 2);
  const error = emitAll(program, verified, places);
  const result = error ? error : finish(program, places, count);
  heap.free(places);
  return result;
}

function emitAll(program: Program, verified: bool, places: usize): i32 {
  const count = program.instructionCount;
  beginEmit(count);
  for (let i = 0; i < count; i++) {
    const at = program.instructions + ((<usize>i) << 3);
    const code = <i32>load<u8>(at);
    store<i32>(places + ((<usize>i) << 2), emitted);
    setOrigin(i);
    const wide = code == LD_IMM64 && i + 1 < count;
    if (verified) {
      const info = program.info[i];
      if (info.seen) {
        if (info.alwaysTaken < 0) continue;
        if (info.alwaysTaken > 0) {
          // A jump over nothing is nothing.
          if (load<i16>(at, 2) != 0) emitRaw((<u64>JUMP_ALWAYS) | ((<u64>load<u16>(at, 2)) << 16));
          continue;
        }
        if (!convert(program, info, at)) return -EINVAL;
      }
      if (wide) {
        i++;
        store<i32>(places + ((<usize>i) << 2), emitted);
        if (info.seen) emitRaw(load<u64>(at, 8));
      }
    } else {
      emitPlain(at);
      if (wide) {
        i++;
        store<i32>(places + ((<usize>i) << 2), emitted);
        emitRaw(load<u64>(at, 8));
      }
    }
  }
  store<i32>(places + ((<usize>count) << 2), emitted);
  return 0;
}

/** Gives jumps and calls their new distances, immediates their addresses, and keeps the result. */
function finish(program: Program, places: usize, count: i32): i32 {
  const total = emitted;
  for (let i = 0; i < total; i++) {
    const at = slotAt(i);
    const from = originOf(i);
    const code = <i32>load<u8>(at);
    // Jumps that rewriting put in itself stay inside what it emitted for one instruction.
    const own = load<i32>(places + ((<usize>from) << 2)) == i && isJump(program.instructions + ((<usize>from) << 3));
    const target = code == LD_IMM64 || own ? targetOf(at, from) : -1;
    if (target >= 0 && target <= count) {
      const distance = load<i32>(places + ((<usize>target) << 2)) - i - 1;
      if (usesImmediate(at)) store<i32>(at, distance, 4);
      else {
        if (distance < -32768 || distance > 32767) return -ERANGE;
        store<i16>(at, <i16>distance, 2);
      }
    }
    if (code == LD_IMM64 && i + 1 < total) {
      resolveImmediate(program, at, slotAt(i + 1));
      i++;
    }
  }
  program.rewritten = reserve((<usize>total) << 3);
  program.origins = reserve((<usize>total) << 2);
  program.records = reserve((<usize>total + 1) << RECORD_SHIFT);
  if (program.rewritten == 0 || program.origins == 0 || program.records == 0) return -ENOMEM;
  for (let i = 0; i < total; i++) {
    store<u64>(program.rewritten + ((<usize>i) << 3), load<u64>(slotAt(i)));
    store<i32>(program.origins + ((<usize>i) << 2), originOf(i));
  }
  program.rewrittenCount = total;
  decode(program.rewritten, total, program.records);
  return 0;
}

function isJump(at: usize): bool {
  const kind = (<i32>load<u8>(at)) & 7;
  return kind == BPF_JMP || kind == BPF_JMP32;
}
