// The verification that is going on: one at a time, so one object, reused. What is per instruction lies in raw memory.
import { Program } from '../program';

// What the verifier keeps about an instruction (bytes from its entry).
/** registers that may still be read, as they are before it: u16 */
export const AUX_LIVE: i32 = 0;
/** strongly connected component, 0: none */
export const AUX_COMPONENT: i32 = 4;
/** a state may be kept or compared here */
export const AUX_PRUNE: i32 = 8;
/** the jump history notes it */
export const AUX_JUMP: i32 = 9;
/** a state must be kept here */
export const AUX_CHECKPOINT: i32 = 10;
/** a helper that calls a callback */
export const AUX_CALLBACK: i32 = 11;
export const AUX_SEEN: i32 = 12;
/** u8: 1 + the way of its conditional jump that was always taken so far; 3: both */
export const AUX_DECIDED: i32 = 13;
/** speculation stops before it */
export const AUX_BARRIER: i32 = 14;
/** speculation stops behind it */
export const AUX_BARRIER_BEHIND: i32 = 15;
/** register type of the pointer a load or store goes through */
export const AUX_POINTER: i32 = 16;
/** of ld_imm64: map index plus one, offset into the value; of a helper call: the map it got, plus one, -1 when several */
export const AUX_MAP: i32 = 20;
export const AUX_MAP_OFFSET: i32 = 24;
/** key of a constant lookup or tail call: bit 63 seen, bit 62 several */
export const AUX_KEY: i32 = 32;
/** how a pointer addition here is to be masked against speculation: kind plus one, and limit; 0: not yet seen */
export const AUX_MASKING: i32 = 40;
export const AUX_MASKING_LIMIT: i32 = 44;
export const AUX_SIZE: i32 = 48;

// What is known of a subprogram.
export const SUB_START: i32 = 0;
export const SUB_DEPTH: i32 = 4;
/** bits SUB_… */
export const SUB_FLAGS: i32 = 8;
export const SUB_POSTORDER: i32 = 12;
/** first instruction after it */
export const SUB_END: i32 = 16;
export const SUB_ARGUMENTS: i32 = 20;
/** five argument kinds and sizes (global functions) */
export const SUB_ARGUMENT_KINDS: i32 = 24;
export const SUB_ARGUMENT_SIZES: i32 = 48;
/** BTF type of its function, 0: none */
export const SUB_BTF: i32 = 72;
export const SUB_SIZE: i32 = 80;

export const SUB_HAS_TAIL_CALL: i32 = 1;
export const SUB_HAS_LD_ABS: i32 = 2;
export const SUB_TAIL_CALL_REACHABLE: i32 = 4;
export const SUB_GLOBAL: i32 = 8;
export const SUB_CALLED: i32 = 16;
export const SUB_VERIFIED: i32 = 32;
export const SUB_ARGUMENTS_READY: i32 = 64;
export const SUB_CHANGES_PACKET: i32 = 128;
export const SUB_CALLBACK: i32 = 256;
export const SUB_ASYNC: i32 = 512;
export const SUB_UNRELIABLE: i32 = 1024;

export class Environment {
  program: Program = new Program();
  instructions: usize = 0;
  count: i32 = 0;
  aux: usize = 0;
  subprograms: usize = 0;
  subprogramCount: i32 = 0;

  // Rights of the loader, and what follows from them.
  mayLeak: bool = true;
  mayReadUninitialized: bool = true;
  privileged: bool = true;
  bypassSpeculation: bool = true;
  /** a pointer was moved by an unknown number: states are compared to the letter, since limits may differ */
  comparesLimits: bool = false;
  strictAlignment: bool = false;
  testStateFrequency: bool = false;

  // Where the walk is.
  state: usize = 0;
  instruction: i32 = 0;
  previous: i32 = 0;
  subprogram: i32 = 0;
  nextId: u32 = 0;
  waiting: usize = 0;
  waitingCount: i32 = 0;
  waitingNumber: i32 = 0;
  /** history entry of this instruction, 0: none yet */
  historyEntry: usize = 0;
  asyncEntries: i32 = 0;

  // Counters.
  processed: u32 = 0;
  /** the walk pauses when `processed` is there */
  sliceEnd: u32 = 0;
  jumps: u32 = 0;
  previousProcessed: u32 = 0;
  previousJumps: u32 = 0;
  maxStatesPerInstruction: u32 = 0;
  totalStates: u32 = 0;
  keptStates: u32 = 0;
  evictedStates: u32 = 0;
  backEdges: u32 = 0;
  peakStates: u32 = 0;

  // What the last instruction changed, for the log.
  scratchedRegisters: u32 = 0;
  scratchedSlots: u64 = 0;

  /** result of the running verification, once something failed: -errno */
  error: i32 = 0;
  cancelled: bool = false;
  hasTailCall: bool = false;
  changesPacket: bool = false;
  bugs: i32 = 0;
}
export const env: Environment = new Environment();

export function auxOf(instruction: i32): usize {
  return env.aux + <usize>instruction * AUX_SIZE;
}
export function subOf(number: i32): usize {
  return env.subprograms + <usize>number * SUB_SIZE;
}
export function subprogramStart(number: i32): i32 {
  return load<i32>(subOf(number), SUB_START);
}

// The fields of instruction `i`.
export function opcodeAt(i: i32): i32 {
  return <i32>load<u8>(env.instructions + ((<usize>i) << 3));
}
export function dstAt(i: i32): i32 {
  return <i32>(load<u8>(env.instructions + ((<usize>i) << 3), 1) & 15);
}
export function srcAt(i: i32): i32 {
  return <i32>(load<u8>(env.instructions + ((<usize>i) << 3), 1) >> 4);
}
export function offsetAt(i: i32): i32 {
  return <i32>load<i16>(env.instructions + ((<usize>i) << 3), 2);
}
/** The immediate as its 32 bits. A load of its own: widening a signed load without its sign is miscompiled by Binaryen 123. */
export function unsignedImmediateAt(i: i32): u64 {
  return <u64>load<u32>(env.instructions + ((<usize>i) << 3), 4);
}
export function immediateAt(i: i32): i32 {
  return load<i32>(env.instructions + ((<usize>i) << 3), 4);
}

export function scratchRegister(number: i32): void {
  env.scratchedRegisters |= 1 << number;
}
export function scratchSlot(number: i32): void {
  env.scratchedSlots |= (<u64>1) << number;
}
export function scratchAll(): void {
  env.scratchedRegisters = u32.MAX_VALUE;
  env.scratchedSlots = u64.MAX_VALUE;
}
export function scratchNothing(): void {
  env.scratchedRegisters = 0;
  env.scratchedSlots = 0;
}
export function isScratched(): bool {
  return env.scratchedRegisters != 0 || env.scratchedSlots != 0;
}
