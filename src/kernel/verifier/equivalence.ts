// Is the current state covered by one that was kept? Everything that the rest of the program could notice must fit.
import {
  BPF_ADD_CONST,
  PTR_TO_BUF,
  PTR_TO_ARENA,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  NOT_INIT,
  REG_SIZE,
  REG_dynptrFirst,
  REG_dynptrKind,
  REG_frame,
  REG_id,
  REG_mask,
  REG_off,
  REG_precise,
  REG_range,
  REG_reference,
  REG_s32max,
  REG_s32min,
  REG_smax,
  REG_smin,
  REG_type,
  REG_u32max,
  REG_u32min,
  REG_umax,
  REG_umin,
  REG_value,
  SCALAR_VALUE,
  SLOT_kinds,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
} from '../generated/verifier-records';
import { unbound } from './bounds';
import { AUX_LIVE, auxOf, env } from './environment';
import {
  FRAME_ALLOCATED,
  FRAME_CALLBACK_DEPTH,
  FRAME_CALLSITE,
  REFERENCE_ID,
  REFERENCE_SIZE,
  REGISTERS,
  STATE_FRAME,
  STATE_INSTRUCTION,
  STATE_LOCKS,
  STATE_LOCK_ID,
  STATE_RCU,
  STATE_REFERENCES,
  STATE_REFERENCE_COUNT,
  STATE_SPECULATIVE,
  frameOf,
  registerOf,
  slotOf,
} from './layout';
import { baseType } from './registers';
import { isSpilledScalar64, kindOf } from './stack-slots';
import { tnumIn } from './tnum';

/** Ways to compare: what the kept state's path relied on; the same; the same but ranges may be inside. */
export const COMPARE_RELEVANT: i32 = 0;
export const COMPARE_EXACT: i32 = 1;
export const COMPARE_WITHIN: i32 = 2;

// Ids are only names: kept and current ones must correspond one to one.
const MOST_IDS: i32 = 700;
const oldIds: StaticArray<u32> = new StaticArray<u32>(MOST_IDS);
const currentIds: StaticArray<u32> = new StaticArray<u32>(MOST_IDS);
let idCount: i32 = 0;
let temporaryId: u32 = 0;

export function resetIds(): void {
  idCount = 0;
  temporaryId = env.nextId;
}
function matchIds(old: u32, now: u32): bool {
  if ((old != 0) != (now != 0)) return false;
  if (old == 0) return true;
  for (let i = 0; i < idCount; i++) {
    if (oldIds[i] == old) return currentIds[i] == now;
    if (currentIds[i] == now) return false;
  }
  if (idCount == MOST_IDS) return false;
  oldIds[idCount] = old;
  currentIds[idCount] = now;
  idCount++;
  return true;
}
/** Scalars: one without an id is alone, which is a name of its own. */
function matchScalarIds(old: u32, now: u32): bool {
  return matchIds(old != 0 ? old : ++temporaryId, now != 0 ? now : ++temporaryId);
}

/** type, off, kind-specific fields, tnum and bounds are the same bytes */
function sameUpToIds(old: usize, now: usize): bool {
  for (let at: usize = 0; at < 72; at += 8) if (load<u64>(old + at) != load<u64>(now + at)) return false;
  return sameKind(old, now);
}
/** map, map uid, memory size, BTF id, range */
function sameKind(old: usize, now: usize): bool {
  return (
    load<u64>(old, 80) == load<u64>(now, 80) &&
    load<u64>(old, 88) == load<u64>(now, 88) &&
    load<u32>(old, 96) == load<u32>(now, 96) &&
    load<u32>(old, 112) == load<u32>(now, 112)
  );
}
export function registersExact(old: usize, now: usize): bool {
  return (
    sameUpToIds(old, now) &&
    matchIds(load<u32>(old, REG_id), load<u32>(now, REG_id)) &&
    matchIds(load<u32>(old, REG_reference), load<u32>(now, REG_reference))
  );
}
function within(old: usize, now: usize): bool {
  return (
    load<u64>(old, REG_umin) <= load<u64>(now, REG_umin) &&
    load<u64>(old, REG_umax) >= load<u64>(now, REG_umax) &&
    load<i64>(old, REG_smin) <= load<i64>(now, REG_smin) &&
    load<i64>(old, REG_smax) >= load<i64>(now, REG_smax) &&
    load<u32>(old, REG_u32min) <= load<u32>(now, REG_u32min) &&
    load<u32>(old, REG_u32max) >= load<u32>(now, REG_u32max) &&
    load<i32>(old, REG_s32min) <= load<i32>(now, REG_s32min) &&
    load<i32>(old, REG_s32max) >= load<i32>(now, REG_s32max)
  );
}
function bitsWithin(old: usize, now: usize): bool {
  return tnumIn(
    load<u64>(old, REG_value),
    load<u64>(old, REG_mask),
    load<u64>(now, REG_value),
    load<u64>(now, REG_mask),
  );
}
function scalarSafe(old: usize, now: usize, how: i32): bool {
  if (env.comparesLimits) {
    return sameUpToIds(old, now) && matchScalarIds(load<u32>(old, REG_id), load<u32>(now, REG_id));
  }
  if (load<u8>(old, REG_precise) == 0 && how == COMPARE_RELEVANT) return true;
  const oldId = load<u32>(old, REG_id);
  const id = load<u32>(now, REG_id);
  // a kept register on its own is covered by one that has links besides
  if (oldId != 0) {
    if (((oldId ^ id) & BPF_ADD_CONST) != 0) return false;
    if ((oldId & BPF_ADD_CONST) != 0 && load<i32>(old, REG_off) != load<i32>(now, REG_off)) return false;
    if (!matchScalarIds(oldId, id)) return false;
  }
  return within(old, now) && bitsWithin(old, now);
}
function packetSafe(old: usize, now: usize): bool {
  const oldRange = load<i32>(old, REG_range);
  const range = load<i32>(now, REG_range);
  if (oldRange < 0 || range < 0) {
    if (oldRange != range) return false;
  } else if (oldRange > range) return false;
  if (load<i32>(old, REG_off) != load<i32>(now, REG_off)) return false;
  if (!matchIds(load<u32>(old, REG_id), load<u32>(now, REG_id))) return false;
  return within(old, now) && bitsWithin(old, now);
}
function registerSafe(old: usize, now: usize, how: i32): bool {
  if (how == COMPARE_EXACT) return registersExact(old, now);
  const type = load<i32>(old, REG_type);
  if (type == NOT_INIT) return true;
  if (type != load<i32>(now, REG_type)) return false;
  switch (baseType(type)) {
    case SCALAR_VALUE:
      return scalarSafe(old, now, how);
    case PTR_TO_MAP_KEY:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MEM:
    case PTR_TO_BUF:
    case PTR_TO_TP_BUFFER:
      return (
        load<i32>(old, REG_off) == load<i32>(now, REG_off) &&
        sameKind(old, now) &&
        within(old, now) &&
        bitsWithin(old, now) &&
        matchIds(load<u32>(old, REG_id), load<u32>(now, REG_id)) &&
        matchIds(load<u32>(old, REG_reference), load<u32>(now, REG_reference))
      );
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET:
      return packetSafe(old, now);
    case PTR_TO_STACK:
      return registersExact(old, now) && load<i32>(old, REG_frame) == load<i32>(now, REG_frame);
    case PTR_TO_ARENA:
      return true;
    default:
      return registersExact(old, now);
  }
}

/** What a load of eight bytes of plain data gives. */
const dataRegister: usize = memory.data(REG_SIZE, 8);
let dataReady: bool = false;
function scalarOfSlot(slot: usize): usize {
  if (isSpilledScalar64(slot)) return slot;
  for (let i = 0; i < 8; i++) {
    const kind = kindOf(slot, i);
    if (kind != STACK_MISC && !(kind == STACK_INVALID && env.mayReadUninitialized)) return 0;
  }
  if (!dataReady) {
    memory.fill(dataRegister, 0, REG_SIZE);
    store<i32>(dataRegister, SCALAR_VALUE, REG_type);
    store<u64>(dataRegister, u64.MAX_VALUE, REG_mask);
    unbound(dataRegister);
    dataReady = true;
  }
  return dataRegister;
}
function slotsSafe(old: usize, now: usize, how: i32): bool {
  const oldSize = load<i32>(old, FRAME_ALLOCATED);
  const size = load<i32>(now, FRAME_ALLOCATED);
  for (let n = 0; n < oldSize >> 3; n++) {
    const oldSlot = slotOf(old, n);
    const there = n < size >> 3;
    if (how != COMPARE_RELEVANT && (!there || load<u64>(oldSlot, SLOT_kinds) != load<u64>(slotOf(now, n), SLOT_kinds)))
      return false;
    if (load<u64>(oldSlot, SLOT_kinds) == 0) continue;
    if (!there) {
      // slots beyond the current stack hold nothing: fine where nothing is needed
      for (let i = 0; i < 8; i++) {
        const kind = kindOf(oldSlot, i);
        if (kind != STACK_INVALID && !(env.mayReadUninitialized && kind == STACK_MISC)) return false;
      }
      continue;
    }
    const slot = slotOf(now, n);
    if (!slotSafe(oldSlot, slot, how)) return false;
  }
  return true;
}
/** A dynptr or an iterator: of one kind and state, and their references correspond; rounds done do not matter. */
function objectSafe(old: usize, now: usize): bool {
  return (
    load<i32>(old, REG_dynptrKind) == load<i32>(now, REG_dynptrKind) &&
    load<i32>(old, REG_dynptrFirst) == load<i32>(now, REG_dynptrFirst) &&
    matchIds(load<u32>(old, REG_reference), load<u32>(now, REG_reference))
  );
}
function slotSafe(oldSlot: usize, slot: usize, how: i32): bool {
  for (let i = 0; i < 8; i++) {
    const oldKind = kindOf(oldSlot, i);
    if (oldKind == STACK_INVALID) continue;
    if (env.mayReadUninitialized && oldKind == STACK_MISC) continue;
    const oldScalar = scalarOfSlot(oldSlot);
    const scalar = scalarOfSlot(slot);
    if (oldScalar != 0 && scalar != 0) return registerSafe(oldScalar, scalar, how);
    const kind = kindOf(slot, i);
    if (oldKind == STACK_MISC && kind == STACK_ZERO) continue;
    if (oldKind != kind) return false;
    if (i != 7) continue;
    if (oldKind == STACK_SPILL && !registerSafe(oldSlot, slot, how)) return false;
    if (oldKind >= STACK_DYNPTR && !objectSafe(oldSlot, slot)) return false;
  }
  return true;
}

function referencesSafe(old: usize, now: usize): bool {
  const count = load<i32>(old, STATE_REFERENCE_COUNT);
  if (count != load<i32>(now, STATE_REFERENCE_COUNT)) return false;
  if (load<i32>(old, STATE_LOCKS) != load<i32>(now, STATE_LOCKS)) return false;
  // both regions at once: they lie side by side
  if (load<u64>(old, STATE_RCU) != load<u64>(now, STATE_RCU)) return false;
  if (!matchIds(load<u32>(old, STATE_LOCK_ID), load<u32>(now, STATE_LOCK_ID))) return false;
  const a = load<usize>(old, STATE_REFERENCES);
  const b = load<usize>(now, STATE_REFERENCES);
  for (let i = 0; i < count; i++) {
    const at = <usize>(i * REFERENCE_SIZE);
    if (!matchIds(load<u32>(a + at, REFERENCE_ID), load<u32>(b + at, REFERENCE_ID))) return false;
  }
  return true;
}
/** The instruction where frame `number` goes on. */
export function frameInstruction(state: usize, number: i32): i32 {
  return number == load<i32>(state, STATE_FRAME)
    ? load<i32>(state, STATE_INSTRUCTION)
    : load<i32>(frameOf(state, number + 1), FRAME_CALLSITE);
}
function framesEqual(old: usize, now: usize, instruction: i32, how: i32): bool {
  if (load<i32>(old, FRAME_CALLBACK_DEPTH) > load<i32>(now, FRAME_CALLBACK_DEPTH)) return false;
  const live = <u32>load<u16>(auxOf(instruction), AUX_LIVE);
  for (let i = 0; i < REGISTERS; i++) {
    if (((live >> i) & 1) != 0 && !registerSafe(registerOf(old, i), registerOf(now, i), how)) return false;
  }
  return slotsSafe(old, now, how);
}

/** Does what was found for `old` hold for `now`? */
export function statesEqual(old: usize, now: usize, how: i32): bool {
  const last = load<i32>(old, STATE_FRAME);
  if (last != load<i32>(now, STATE_FRAME)) return false;
  resetIds();
  if (load<i32>(old, STATE_SPECULATIVE) != 0 && load<i32>(now, STATE_SPECULATIVE) == 0) return false;
  if (!referencesSafe(old, now)) return false;
  for (let i = 0; i <= last; i++) {
    const a = frameOf(old, i);
    const b = frameOf(now, i);
    if (load<i32>(a, FRAME_CALLSITE) != load<i32>(b, FRAME_CALLSITE)) return false;
    if (!framesEqual(a, b, frameInstruction(old, i), how)) return false;
  }
  return true;
}
/** A quick look before the exact comparison: are the running frame's registers byte for byte the same? */
export function mayBeLooping(old: usize, now: usize): bool {
  const last = load<i32>(old, STATE_FRAME);
  if (last != load<i32>(now, STATE_FRAME)) return false;
  const a = frameOf(old, last);
  const b = frameOf(now, last);
  for (let i = 0; i < REGISTERS; i++) {
    const x = registerOf(a, i);
    const y = registerOf(b, i);
    if (!sameUpToIds(x, y) || load<u64>(x, REG_id) != load<u64>(y, REG_id)) return false;
  }
  return true;
}
