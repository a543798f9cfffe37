// Signed 64-bit multiplication that notices overflow.
export let product: i64 = 0;

/** a × b in `product`; false when it does not fit 64 signed bits. */
export function multiply64(a: i64, b: i64): bool {
  product = a * b;
  if (a == 0 || b == 0) return true;
  if ((a == -1 && b == i64.MIN_VALUE) || (b == -1 && a == i64.MIN_VALUE)) return false;
  return product / b == a;
}
