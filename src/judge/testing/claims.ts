// What the verifier claimed about the numbers in the registers, at every instruction and on every path; and whether a value
// that was seen at run time lies in it.
import * as r from '../../bpf/verifier-records.ts';
import { visitRecords, type RegisterState, type StackSlot } from '../../explain/records.ts';

interface Range {
  /** how many low bytes of the place it is about */
  readonly bytes: number;
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
  readonly value: bigint;
  readonly mask: bigint;
  readonly u32min: number;
  readonly u32max: number;
  readonly s32min: number;
  readonly s32max: number;
}

/**
 * One path's claims before an instruction, about the frame that is running: registers (0 to 9) and stack slots (SLOTS + n is the one
 * at r10 - 8(n + 1)) that hold numbers.
 */
export type Claim = ReadonlyMap<number, Range>;
export const SLOTS = 16;

export interface Claims {
  /** by slot: one claim for each time that the verifier came there */
  readonly bySlot: ReadonlyMap<number, readonly Claim[]>;
  /** not every path was told: an earlier state covers it (what is not precise there may have any value), or the record is full */
  readonly pruned: boolean;
}

const rangeOf = (state: RegisterState, bytes = 8): Range => ({
  bytes,
  umin: state.umin,
  umax: state.umax,
  smin: state.smin,
  smax: state.smax,
  value: state.value,
  mask: state.mask,
  u32min: state.u32min,
  u32max: state.u32max,
  s32min: state.s32min,
  s32max: state.s32max,
});

const ANY = { umin: 0n, umax: (1n << 64n) - 1n, smin: -(1n << 63n), smax: (1n << 63n) - 1n } as const;
const ANY32 = { u32min: 0, u32max: 0xffffffff, s32min: -0x80000000, s32max: 0x7fffffff } as const;
/** Of a slot: the number spilled in its low bytes, or the bytes that are surely zero; null: nothing is claimed. */
function rangeOfSlot({ register, kinds }: StackSlot): Range | null {
  // kinds[0] is the byte next to the frame pointer, the highest of the number
  let spilled = 0;
  while (spilled < 8 && kinds[7 - spilled] === r.STACK_SPILL) spilled++;
  // a number too wide for the store is kept whole, and cut when it is read
  const fits = spilled === 8 || register.umax < 1n << BigInt(8 * spilled);
  if (spilled > 0 && register.base === r.SCALAR_VALUE) return fits ? rangeOf(register, spilled) : null;
  let mask = 0n;
  kinds.forEach((kind, i) => {
    if (kind !== r.STACK_ZERO) mask |= 0xffn << BigInt(8 * (7 - i));
  });
  return mask === (1n << 64n) - 1n ? null : { bytes: 8, ...ANY, ...ANY32, value: 0n, mask };
}

/** Reads complete records (not those of the failing path). `isCall`: does the instruction leave nothing in r1 to r5? */
export function claimsOf(records: Uint8Array, isCall: (slot: number) => boolean): Claims {
  const bySlot = new Map<number, Claim[]>();
  let frames: Map<number, Range>[] = [new Map<number, Range>()];
  let frame = 0;
  let pruned = false;
  let fresh = false;
  visitRecords(records, {
    state: (record) => {
      const whole = record.why !== r.STATE_DELTA;
      if (record.why === r.STATE_PARENT || record.why === r.STATE_LOOP_CURRENT || record.why === r.STATE_LOOP_OLD)
        return;
      if (record.why === r.STATE_CALLER || record.why === r.STATE_CALLEE_RETURN) return;
      frame = record.frame;
      if (whole || fresh) frames[frame] = new Map();
      fresh = false;
      const known = (frames[frame] ??= new Map<number, Range>());
      for (const [number, state] of record.registers) {
        if (state.base === r.SCALAR_VALUE) known.set(number, rangeOf(state));
        else known.delete(number);
      }
      for (const slot of record.slots) {
        const range = rangeOfSlot(slot);
        if (range) known.set(SLOTS + slot.number, range);
        else known.delete(SLOTS + slot.number);
      }
    },
    // "Validating f() func#1...": a walk of its own begins
    message: () => {
      frames = [];
      fresh = true;
    },
    other: (record) => {
      if (record.kind === r.RECORD_STEP) {
        const slot = record.u32(r.STEP_RECORD.instruction);
        const known = frames[frame] ?? new Map<number, Range>();
        const claims = bySlot.get(slot) ?? [];
        claims.push(new Map(known));
        bySlot.set(slot, claims);
        // what a helper writes into the stack at an unknown size is not told, in Linux's log as little as in ours
        if (isCall(slot)) for (const place of [...known.keys()]) if (place <= 5 || place >= SLOTS) known.delete(place);
      } else if (record.kind === r.RECORD_POP) {
        frames = [];
        fresh = true;
      } else if (record.kind === r.RECORD_PRUNED || record.kind === r.RECORD_TRUNCATED) pruned = true;
    },
  });
  return { bySlot, pruned };
}

/** Does the 64-bit value lie in the range, in every way that the range is told? */
export function within(range: Range, whole: bigint): boolean {
  const bits = BigInt.asUintN(range.bytes * 8, whole);
  const signed = BigInt.asIntN(64, bits);
  const low = Number(BigInt.asUintN(32, bits));
  const signedLow = low | 0;
  return (
    bits >= range.umin &&
    bits <= range.umax &&
    signed >= range.smin &&
    signed <= range.smax &&
    BigInt.asUintN(64, bits & ~range.mask) === range.value &&
    low >= range.u32min &&
    low <= range.u32max &&
    signedLow >= range.s32min &&
    signedLow <= range.s32max
  );
}

/** Is there a path whose claims hold for what is in these places? `read` gives the eight bytes of a register or slot. */
export const admits = (claims: readonly Claim[], read: (place: number) => bigint): boolean =>
  claims.some((claim) => [...claim].every(([place, range]) => within(range, read(place))));
