// Loads from constants of this unit are known.
import type { Func, Inst } from '../ir/ir.ts';

export function constantLoad(func: Func, load: Inst): Inst | null {
  if (load.volatile) return null;
  let address = load.args[0]!;
  let offset = 0;
  if (address.op === 'ptradd' && address.args[1]!.op === 'const') {
    offset = Number(BigInt.asIntN(64, address.args[1]!.value));
    address = address.args[0]!;
  }
  if (address.op !== 'symbol' || address.symbol?.kind !== 'data') return null;
  const data = address.symbol.data;
  if (!data.constant || offset < 0 || offset + load.width > data.bytes.length) return null;
  let value = 0n;
  for (let i = load.width - 1; i >= 0; i--) value = (value << 8n) | BigInt(data.bytes[offset + i]!);
  return func.constant(load.type, load.signed ? BigInt.asIntN(load.width * 8, value) : value);
}
