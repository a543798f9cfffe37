// The control-flow graph: every instruction is reachable, no jump lands inside an ld_imm64, and where states are compared.
// Also its orders: each subprogram's instructions in postorder, and the loops (strongly connected components).
import { E2BIG, EINVAL } from '../generated/errno';
import { HELPER_CHANGES_PACKET, helperFlags } from '../generated/helpers';
import { BPF_CALL, BPF_EXIT, BPF_JA, BPF_JCOND, BPF_JMP, BPF_JMP32 } from '../generated/opcodes';
import {
  MESSAGE_BACK_EDGE,
  MESSAGE_JUMP_INTO_LD_IMM64,
  MESSAGE_JUMP_OUT_OF_RANGE,
  MESSAGE_UNREACHABLE,
} from '../generated/verifier-messages';
import {
  isAsyncCallbackCall,
  isFunctionLoad,
  isHelperCall,
  isLoadImmediate64,
  isSubprogramCall,
  isSyncCallbackCall,
} from './calls';
import {
  AUX_CALLBACK,
  AUX_CHECKPOINT,
  AUX_COMPONENT,
  AUX_JUMP,
  AUX_PRUNE,
  SUB_CHANGES_PACKET,
  SUB_FLAGS,
  SUB_POSTORDER,
  SUB_START,
  auxOf,
  env,
  immediateAt,
  opcodeAt,
  srcAt,
  subOf,
} from './environment';
import { fail1, fail2 } from './fail';
import { isIteratorNext } from './iterators';
import { powerPool, take } from './pool';
import { jumpTarget, subprogramAt, subprogramContaining } from './subprograms';

/** postorder of all subprograms' instructions, u32 each */
let postorder: usize = 0;

export function postorderAt(i: i32): i32 {
  return load<i32>(postorder + ((<usize>i) << 2));
}

const FALLS: i32 = 1;
const JUMPS: i32 = 2;
function ways(i: i32): i32 {
  const opcode = opcodeAt(i);
  const kind = opcode & 7;
  if (kind != BPF_JMP && kind != BPF_JMP32) return FALLS;
  switch (opcode & 0xf0) {
    case BPF_EXIT:
      return 0;
    case BPF_CALL:
      return FALLS;
    case BPF_JA:
      return JUMPS;
    default:
      return FALLS | JUMPS;
  }
}
function nextOf(i: i32): i32 {
  return isLoadImmediate64(i) ? i + 2 : i + 1;
}
/** Instructions that may run right after `i` in the same function. */
export function successorCount(i: i32): i32 {
  const way = ways(i);
  if (way == (FALLS | JUMPS)) return jumpTarget(i) == i + 1 ? 1 : 2;
  return way == 0 ? 0 : 1;
}
export function successorOf(i: i32, which: i32): i32 {
  if (which == 1) return jumpTarget(i);
  return ways(i) == JUMPS ? jumpTarget(i) : nextOf(i);
}

// --- the walk that checks reachability

const DISCOVERED: i32 = 0x10;
const EXPLORED: i32 = 0x20;
const FALLTHROUGH: i32 = 1;
const BRANCH: i32 = 2;
const DONE: i32 = 0;
const KEEP: i32 = 1;

let marks: usize = 0;
let stack: usize = 0;
let depth: i32 = 0;

function setAux(i: i32, field: i32): void {
  store<u8>(auxOf(i) + <usize>field, 1);
}
function follow(from: i32, to: i32, edge: i32): i32 {
  if (<i32>load<u8>(marks + <usize>from) >= (DISCOVERED | edge)) return DONE;
  if (to < 0 || to >= env.count) return fail2(MESSAGE_JUMP_OUT_OF_RANGE, from, to);
  if (edge == BRANCH) {
    setAux(to, AUX_PRUNE);
    setAux(to, AUX_JUMP);
  }
  const mark = <i32>load<u8>(marks + <usize>to);
  if (mark == 0) {
    store<u8>(marks + <usize>from, <u8>(DISCOVERED | edge));
    store<u8>(marks + <usize>to, <u8>DISCOVERED);
    if (depth >= env.count) return -E2BIG;
    store<i32>(stack + ((<usize>depth) << 2), to);
    depth++;
    return KEEP;
  }
  if ((mark & 0xf0) == DISCOVERED) return env.privileged ? DONE : fail2(MESSAGE_BACK_EDGE, from, to);
  store<u8>(marks + <usize>from, <u8>(DISCOVERED | edge));
  return DONE;
}
function mergeFlags(number: i32, flags: i32): void {
  store<i32>(subOf(number), load<i32>(subOf(number), SUB_FLAGS) | flags, SUB_FLAGS);
}
/** A call, or the load of a function's address. */
function visitCall(i: i32, callee: bool): i32 {
  const next = nextOf(i);
  let result = follow(i, next, FALLTHROUGH);
  if (result != DONE) return result;
  setAux(next, AUX_PRUNE);
  setAux(next, AUX_JUMP);
  if (callee) {
    const target = i + immediateAt(i) + 1;
    setAux(i, AUX_PRUNE);
    const number = subprogramAt(target);
    if (number >= 0) mergeFlags(subprogramContaining(i), load<i32>(subOf(number), SUB_FLAGS) & SUB_CHANGES_PACKET);
    result = follow(i, target, BRANCH);
  }
  return result;
}
function visit(i: i32): i32 {
  if (isFunctionLoad(i)) return visitCall(i, true);
  const opcode = opcodeAt(i);
  const kind = opcode & 7;
  if (kind != BPF_JMP && kind != BPF_JMP32) return follow(i, nextOf(i), FALLTHROUGH);
  switch (opcode & 0xf0) {
    case BPF_EXIT:
      return DONE;
    case BPF_CALL: {
      if (isAsyncCallbackCall(i)) setAux(i, AUX_PRUNE);
      if (isIteratorNext(i)) {
        setAux(i, AUX_CHECKPOINT);
        setAux(i, AUX_PRUNE);
      }
      if (isSyncCallbackCall(i)) {
        setAux(i, AUX_CALLBACK);
        setAux(i, AUX_CHECKPOINT);
        setAux(i, AUX_PRUNE);
        setAux(i, AUX_JUMP);
      }
      if (isHelperCall(i) && (helperFlags(immediateAt(i)) & HELPER_CHANGES_PACKET) != 0)
        mergeFlags(subprogramContaining(i), SUB_CHANGES_PACKET);
      return visitCall(i, isSubprogramCall(i));
    }
    case BPF_JA: {
      if ((opcode & 8) != 0) return -EINVAL;
      const target = jumpTarget(i);
      const result = follow(i, target, FALLTHROUGH);
      if (result != DONE) return result;
      setAux(target, AUX_PRUNE);
      setAux(target, AUX_JUMP);
      return DONE;
    }
    default: {
      setAux(i, AUX_PRUNE);
      if (opcode == (BPF_JMP | BPF_JCOND) && srcAt(i) == 0) setAux(i, AUX_CHECKPOINT);
      const result = follow(i, i + 1, FALLTHROUGH);
      if (result != DONE) return result;
      return follow(i, jumpTarget(i), BRANCH);
    }
  }
}
function words(count: i32): usize {
  const size = (<usize>count) << 2;
  const block = take(powerPool(size));
  memory.fill(block, 0, size);
  return block;
}

export function checkFlowGraph(): i32 {
  marks = words((env.count + 4) >> 2);
  stack = words(env.count + 1);
  depth = 1;
  store<u8>(marks, <u8>DISCOVERED);
  while (depth > 0) {
    const i = load<i32>(stack + ((<usize>(depth - 1)) << 2));
    const result = visit(i);
    if (result < 0) return result;
    if (result == DONE) {
      store<u8>(marks + <usize>i, <u8>EXPLORED);
      depth--;
    }
  }
  for (let i = 0; i < env.count; i++) {
    if (<i32>load<u8>(marks + <usize>i) != EXPLORED) return fail1(MESSAGE_UNREACHABLE, i);
    if (isLoadImmediate64(i)) {
      if (load<u8>(marks + <usize>i + 1) != 0) return fail1(MESSAGE_JUMP_INTO_LD_IMM64, i);
      i++;
    }
  }
  env.changesPacket = (load<i32>(subOf(0), SUB_FLAGS) & SUB_CHANGES_PACKET) != 0;
  return 0;
}

// --- orders

export function computePostorder(): void {
  postorder = words(env.count + 1);
  memory.fill(marks, 0, <usize>env.count);
  let placed = 0;
  // a conditional jump pushes two, so the stack may hold twice the instructions
  stack = words(env.count * 2 + 2);
  for (let s = 0; s < env.subprogramCount; s++) {
    store<i32>(subOf(s), placed, SUB_POSTORDER);
    store<i32>(stack, load<i32>(subOf(s), SUB_START));
    let size = 1;
    while (size > 0) {
      const top = load<i32>(stack + ((<usize>(size - 1)) << 2));
      const mark = <i32>load<u8>(marks + <usize>top);
      if ((mark & EXPLORED) != 0) {
        store<i32>(postorder + ((<usize>placed) << 2), top);
        placed++;
        size--;
        continue;
      }
      store<u8>(marks + <usize>top, <u8>(DISCOVERED | EXPLORED));
      const count = successorCount(top);
      for (let k = 0; k < count; k++) {
        const next = successorOf(top, k);
        if (load<u8>(marks + <usize>next) != 0) continue;
        store<u8>(marks + <usize>next, <u8>DISCOVERED);
        store<i32>(stack + ((<usize>size) << 2), next);
        size++;
      }
    }
  }
  store<i32>(subOf(env.subprogramCount), placed, SUB_POSTORDER);
}

const OFF_STACK: i32 = i32.MAX_VALUE;

/** Numbers the loops (Tarjan): instructions of one loop share a number; outside of loops it is 0. */
export function computeComponents(): void {
  const order = words(env.count);
  const low = words(env.count);
  const walk = words(env.count + 1);
  const open = words(env.count + 1);
  let openSize = 0;
  let next = 1;
  let component = 1;
  for (let root = 0; root < env.count; root++) {
    if (load<i32>(order + ((<usize>root) << 2)) != 0) continue;
    let walkSize = 1;
    store<i32>(walk, root);
    while (walkSize > 0) {
      const i = load<i32>(walk + ((<usize>(walkSize - 1)) << 2));
      const at = (<usize>i) << 2;
      if (load<i32>(order + at) == 0) {
        store<i32>(order + at, next);
        store<i32>(low + at, next);
        next++;
        store<i32>(open + ((<usize>openSize) << 2), i);
        openSize++;
      }
      // visit a successor that was not visited; take what the others reached
      const count = successorCount(i);
      let descended = false;
      let lowest = load<i32>(low + at);
      for (let k = 0; k < count; k++) {
        const to = successorOf(i, k);
        if (load<i32>(order + ((<usize>to) << 2)) == 0) {
          store<i32>(walk + ((<usize>walkSize) << 2), to);
          walkSize++;
          descended = true;
          break;
        }
        lowest = min<i32>(lowest, load<i32>(low + ((<usize>to) << 2)));
      }
      if (descended) continue;
      store<i32>(low + at, lowest);
      walkSize--;
      if (lowest < load<i32>(order + at)) continue;
      let isLoop = load<i32>(open + ((<usize>(openSize - 1)) << 2)) != i;
      for (let k = 0; k < count; k++) if (successorOf(i, k) == i) isLoop = true;
      let popped = -1;
      while (popped != i) {
        openSize--;
        popped = load<i32>(open + ((<usize>openSize) << 2));
        store<i32>(low + ((<usize>popped) << 2), OFF_STACK);
        if (isLoop) store<i32>(auxOf(popped), component, AUX_COMPONENT);
      }
      if (isLoop) component++;
    }
  }
}
