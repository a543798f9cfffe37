// Division as RFC 9669 defines it where WebAssembly traps: by zero, and the smallest number by -1.

export function divide64(a: u64, b: u64): u64 {
  return b == 0 ? 0 : a / b;
}

export function modulo64(a: u64, b: u64): u64 {
  return b == 0 ? a : a % b;
}

export function divide32(a: u32, b: u32): u32 {
  return b == 0 ? 0 : a / b;
}

export function modulo32(a: u32, b: u32): u32 {
  return b == 0 ? a : a % b;
}

export function signedDivide64(a: i64, b: i64): i64 {
  if (b == 0) return 0;
  return b == -1 ? 0 - a : a / b;
}

export function signedModulo64(a: i64, b: i64): i64 {
  if (b == 0) return a;
  return b == -1 ? 0 : a % b;
}

export function signedDivide32(a: i32, b: i32): i32 {
  if (b == 0) return 0;
  return b == -1 ? 0 - a : a / b;
}

export function signedModulo32(a: i32, b: i32): i32 {
  if (b == 0) return a;
  return b == -1 ? 0 : a % b;
}
