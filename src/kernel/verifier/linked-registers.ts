// Registers that hold the same value (or one that is a constant ahead): what is learnt of one at a branch holds for all.
import {
  BPF_ADD_CONST,
  BPF_ADD_CONST32,
  REG_SIZE,
  REG_id,
  REG_off,
  REG_subregisterDefinition,
  REG_type,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { synchronizeBounds, zeroExtend32 } from './bounds';
import { AUX_LIVE, auxOf } from './environment';
import { FRAME_CALLSITE, STATE_FRAME, frameOf, registerOf, slotCount, slotOf } from './layout';
import { copyRegister, markKnown } from './registers';
import { addRanges } from './scalar-arithmetic';
import { isSpilled } from './stack-slots';
import { clearScalarId } from './scalar-id';

/** Linux notes six at most; further ones lose their link. */
const MOST: i32 = 6;
/** an entry: frame (3 bits), register or slot (6), is a register (1) */
const BITS: i32 = 10;
const COUNT_BITS: i32 = 4;

let count: i32 = 0;
const frames: StaticArray<i32> = new StaticArray<i32>(MOST);
const numbers: StaticArray<i32> = new StaticArray<i32>(MOST);
const areRegisters: StaticArray<bool> = new StaticArray<bool>(MOST);
const delta: usize = memory.data(REG_SIZE, 8);

export function clearLinked(): void {
  count = 0;
}
export function linkedCount(): i32 {
  return count;
}
function bareId(r: usize): u32 {
  return load<u32>(r, REG_id) & ~BPF_ADD_CONST;
}
function collect(r: usize, id: u32, frame: i32, number: i32, isRegister: bool): void {
  if (load<i32>(r, REG_type) != SCALAR_VALUE || bareId(r) != id) return;
  if (count == MOST) {
    clearScalarId(r);
    return;
  }
  frames[count] = frame;
  numbers[count] = number;
  areRegisters[count] = isRegister;
  count++;
}
/** Adds every register of `state` that is linked by `id` and may still be read. */
export function collectLinked(state: usize, id: u32, instruction: i32): void {
  id &= ~BPF_ADD_CONST;
  for (let f = load<i32>(state, STATE_FRAME); f >= 0; f--) {
    const frame = frameOf(state, f);
    const at = f == load<i32>(state, STATE_FRAME) ? instruction : load<i32>(frameOf(state, f + 1), FRAME_CALLSITE);
    const live = <i32>load<u16>(auxOf(at), AUX_LIVE);
    for (let i = 0; i < 10; i++) if (((live >> i) & 1) != 0) collect(registerOf(frame, i), id, f, i, true);
    const slots = slotCount(frame);
    for (let i = 0; i < slots; i++) {
      const slot = slotOf(frame, i);
      if (isSpilled(slot)) collect(slot, id, f, i, false);
    }
  }
}
/** The set as 64 bits, for the jump history. */
export function packLinked(): u64 {
  let packed: u64 = 0;
  for (let i = 0; i < count; i++) {
    const entry = (<u64>frames[i]) | ((<u64>numbers[i]) << 3) | (areRegisters[i] ? (<u64>1) << 9 : 0);
    packed |= entry << (COUNT_BITS + i * BITS);
  }
  return packed | (<u64>count);
}
export function packedCount(packed: u64): i32 {
  return <i32>(packed & 15);
}
export function packedFrame(packed: u64, i: i32): i32 {
  return <i32>((packed >> (COUNT_BITS + i * BITS)) & 7);
}
export function packedNumber(packed: u64, i: i32): i32 {
  return <i32>((packed >> (COUNT_BITS + i * BITS + 3)) & 63);
}
export function packedIsRegister(packed: u64, i: i32): bool {
  return ((packed >> (COUNT_BITS + i * BITS + 9)) & 1) != 0;
}

/** Every collected register of `state` that is linked with `known` gets its state, moved by their difference. */
export function synchronizeLinked(state: usize, known: usize): void {
  const id = bareId(known);
  for (let i = 0; i < count; i++) {
    const frame = frameOf(state, frames[i]);
    const r = areRegisters[i] ? registerOf(frame, numbers[i]) : slotOf(frame, numbers[i]);
    if (load<i32>(r, REG_type) != SCALAR_VALUE || r == known || bareId(r) != id) continue;
    const rid = load<u32>(r, REG_id);
    const kid = load<u32>(known, REG_id);
    // a difference by 32-bit addition says nothing about one by 64-bit addition
    if (((rid ^ kid) & BPF_ADD_CONST) == <u32>BPF_ADD_CONST) continue;
    const definition = load<u32>(r, REG_subregisterDefinition);
    const off = load<i32>(r, REG_off);
    const knownOff = load<i32>(known, REG_off);
    const plain = ((rid | kid) & BPF_ADD_CONST) == 0;
    copyRegister(r, known);
    store<u32>(r, definition, REG_subregisterDefinition);
    if (plain || off == knownOff) continue;
    memory.fill(delta, 0, REG_SIZE);
    markKnown(delta, <u64>(<i64>off - <i64>knownOff));
    store<i32>(delta, SCALAR_VALUE, REG_type);
    store<i32>(r, off, REG_off);
    store<u32>(r, rid, REG_id);
    addRanges(r, delta);
    if ((kid & BPF_ADD_CONST32) != 0 || (rid & BPF_ADD_CONST32) != 0) zeroExtend32(r);
    synchronizeBounds(r);
  }
}
