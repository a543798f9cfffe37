// Tracked numbers: of each bit it is known that it is 0, that it is 1, or nothing. `value` has the known ones, `mask` the unknown
// bits; they never overlap. A result is left in tnumValue and tnumMask, since AssemblyScript has no pairs.
export let tnumValue: u64 = 0;
export let tnumMask: u64 = 0;

export function tnumSet(value: u64, mask: u64): void {
  tnumValue = value;
  tnumMask = mask;
}
export function tnumAdd(av: u64, am: u64, bv: u64, bm: u64): void {
  const sum = av + bv;
  // a bit is uncertain where an operand's is, or where the carry into it is
  const unknown = ((am + bm + sum) ^ sum) | am | bm;
  tnumValue = sum & ~unknown;
  tnumMask = unknown;
}
export function tnumSub(av: u64, am: u64, bv: u64, bm: u64): void {
  const difference = av - bv;
  const unknown = ((difference + am) ^ (difference - bm)) | am | bm;
  tnumValue = difference & ~unknown;
  tnumMask = unknown;
}
export function tnumAnd(av: u64, am: u64, bv: u64, bm: u64): void {
  const ones = av & bv;
  tnumValue = ones;
  tnumMask = (av | am) & (bv | bm) & ~ones;
}
export function tnumOr(av: u64, am: u64, bv: u64, bm: u64): void {
  const ones = av | bv;
  tnumValue = ones;
  tnumMask = (am | bm) & ~ones;
}
export function tnumXor(av: u64, am: u64, bv: u64, bm: u64): void {
  const unknown = am | bm;
  tnumValue = (av ^ bv) & ~unknown;
  tnumMask = unknown;
}
/** What both say: for a value that satisfies two descriptions. */
export function tnumIntersect(av: u64, am: u64, bv: u64, bm: u64): void {
  const unknown = am & bm;
  tnumValue = (av | bv) & ~unknown;
  tnumMask = unknown;
}
/** Schoolbook multiplication; an unknown bit of `a` joins the sums with and without it. */
export function tnumMul(av: u64, am: u64, bv: u64, bm: u64): void {
  let value: u64 = 0;
  let mask: u64 = 0;
  while ((av | am) != 0) {
    if ((av & 1) != 0) {
      tnumAdd(value, mask, bv, bm);
      value = tnumValue;
      mask = tnumMask;
    } else if ((am & 1) != 0) {
      tnumAdd(value, mask, bv, bm);
      const unknown = (value ^ tnumValue) | mask | tnumMask;
      value = value & tnumValue & ~unknown;
      mask = unknown;
    }
    av >>= 1;
    am >>= 1;
    bv <<= 1;
    bm <<= 1;
  }
  tnumValue = value;
  tnumMask = mask;
}
/** The least tnum that holds every number from min to max: their common high bits are known. */
export function tnumRange(min: u64, max: u64): void {
  const different = min ^ max;
  if (different >> 63 != 0) {
    tnumValue = 0;
    tnumMask = u64.MAX_VALUE;
    return;
  }
  const below: u64 = different == 0 ? 0 : ((<u64>1) << (64 - clz<u64>(different))) - 1;
  tnumValue = min & ~below;
  tnumMask = below;
}
export function tnumArithmeticShift(av: u64, am: u64, shift: u64, is32: bool): void {
  if (is32) {
    tnumValue = <u64>(<u32>((<i32>av) >> (<i32>shift)));
    tnumMask = <u64>(<u32>((<i32>am) >> (<i32>shift)));
  } else {
    tnumValue = <u64>((<i64>av) >> (<i64>shift));
    tnumMask = <u64>((<i64>am) >> (<i64>shift));
  }
}
/** Does `a` allow everything that `b` allows? */
export function tnumIn(av: u64, am: u64, bv: u64, bm: u64): bool {
  return (bm & ~am) == 0 && (bv & ~am) == av;
}
/**
 * The least number above `z` that the tnum allows; its greatest one when there is none, its least one when `z` is below all.
 */
export function tnumStep(value: u64, mask: u64, z: u64): u64 {
  const greatest = value | mask;
  if (z >= greatest) return greatest;
  if (z < value) return value;
  // counting in the unknown bits only: the known ones are filled so that carries run through them
  const differs = (z ^ value) & ~mask;
  let base = z & mask;
  if (differs != 0) {
    // the highest known bit in which z is not a member decides: below it everything starts anew
    const top = (<u64>1) << (63 - clz<u64>(differs));
    const below = top - 1;
    base &= ~below;
    if ((value & top) != 0) return value | base;
  }
  const low = differs != 0 ? ((<u64>1) << (63 - clz<u64>(differs))) - 1 : 0;
  return value | (((base | ~mask | low) + 1) & mask);
}
