// What the verifier claimed about the numbers in the registers, at every instruction and on every path; and whether a value
// that was seen at run time lies in it.
import * as r from '../../bpf/verifier-records.ts';
import { visitRecords, type RegisterState } from '../../explain/records.ts';

interface Range {
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

/** One path's claims before an instruction: registers that hold numbers. */
export type Claim = ReadonlyMap<number, Range>;

export interface Claims {
  /** by slot: one claim for each time that the verifier came there */
  readonly bySlot: ReadonlyMap<number, readonly Claim[]>;
  /** paths were cut short because an earlier state covers them: what is not precise there may have any value */
  readonly pruned: boolean;
}

const rangeOf = (state: RegisterState): Range => ({
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
        if (isCall(slot)) for (let i = 0; i <= 5; i++) known.delete(i);
      } else if (record.kind === r.RECORD_POP) {
        frames = [];
        fresh = true;
      } else if (record.kind === r.RECORD_PRUNED) pruned = true;
    },
  });
  return { bySlot, pruned };
}

/** Does the 64-bit value lie in the range, in every way that the range is told? */
export function within(range: Range, bits: bigint): boolean {
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

/** Is there a path whose claims hold for these registers, the first ones? */
export const admits = (claims: readonly Claim[], registers: readonly bigint[]): boolean =>
  claims.some((claim) =>
    [...claim].every(([number, range]) => number >= registers.length || within(range, registers[number] ?? 0n)),
  );
