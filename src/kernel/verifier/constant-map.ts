// A read-only map that user space has frozen cannot change: what is loaded from it is known now.

/** @param address linear; @param size 1, 2, 4 or 8 bytes */
export function readConstantMap(address: usize, size: i32, signExtends: bool): u64 {
  switch (size) {
    case 1:
      return signExtends ? <u64>(<i64>load<i8>(address)) : <u64>load<u8>(address);
    case 2:
      return signExtends ? <u64>(<i64>load<i16>(address)) : <u64>load<u16>(address);
    case 4:
      return signExtends ? <u64>(<i64>load<i32>(address)) : <u64>load<u32>(address);
    default:
      return load<u64>(address);
  }
}
