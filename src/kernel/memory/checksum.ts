// The Internet checksum (RFC 1071) as Linux computes it: 32-bit partial sums in one's complement.

/** Sum of `size` bytes added to `sum`, not folded. */
export function partialSum(at: usize, size: u32, sum: u32): u32 {
  let total: u64 = <u64>sum;
  let i: u32 = 0;
  for (; i + 4 <= size; i += 4) total += <u64>load<u32>(at + i);
  if (i + 2 <= size) {
    total += <u64>load<u16>(at + i);
    i += 2;
  }
  if (i < size) total += <u64>load<u8>(at + i);
  while (total >> 32 != 0) total = (total & 0xffffffff) + (total >> 32);
  return <u32>total;
}

export function addSums(a: u32, b: u32): u32 {
  const sum = a + b;
  return sum + (sum < b ? 1 : 0);
}

export function subtractSums(a: u32, b: u32): u32 {
  return addSums(a, ~b);
}

/** 32 → 16 bits, without the final complement */
export function fold16(sum: u32): u32 {
  let folded = (sum & 0xffff) + (sum >> 16);
  folded = (folded & 0xffff) + (folded >> 16);
  return folded;
}

/** The 16-bit checksum field for a sum. */
export function foldSum(sum: u32): u16 {
  return <u16>~fold16(sum);
}

/** A checksum field after `difference` was added to what it covers (csum_replace_by_diff). */
export function replaceByDifference(field: u16, difference: u32): u16 {
  return foldSum(addSums(difference, ~(<u32>field)));
}

/** A checksum field after a 32-bit word changed (csum_replace4). */
export function replaceWord(field: u16, from: u32, to: u32): u16 {
  return foldSum(addSums(subtractSums(~(<u32>field), from), to));
}

/** A checksum field after a 16-bit word changed (csum_replace2). */
export function replaceHalf(field: u16, from: u16, to: u16): u16 {
  let sum = <u32>(~field & 0xffff) + <u32>(~from & 0xffff);
  sum = (sum & 0xffff) + (sum >> 16);
  sum += <u32>to;
  sum = (sum & 0xffff) + (sum >> 16);
  return <u16>~sum;
}
