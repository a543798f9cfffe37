// May two addresses mean the same memory? Bases and constant offsets decide; stack slots whose address stays inside
// the function meet nothing else.
import type { Func, Inst } from '../ir/ir.ts';

/** The object that an address points into, and the constant distance from it (null: not constant). */
export function rangeOf(address: Inst): { base: Inst; offset: number | null } {
  let base = address;
  let offset: number | null = 0;
  while (base.op === 'ptradd') {
    const by = base.args[1]!;
    if (by.op === 'const' && offset !== null) offset += Number(BigInt.asIntN(64, by.value));
    else offset = null;
    base = base.args[0]!;
  }
  return { base, offset };
}

export function mayAlias(
  base1: Inst,
  offset1: number | null,
  size1: number,
  base2: Inst,
  offset2: number | null,
  size2: number,
  escaping: ReadonlySet<Inst>,
): boolean {
  if (base1 === base2) {
    if (offset1 === null || offset2 === null) return true;
    return offset1 < offset2 + size2 && offset2 < offset1 + size1;
  }
  const object1 = isObject(base1);
  const object2 = isObject(base2);
  if (object1 && object2) return base1.op === 'symbol' && base2.op === 'symbol' && sameSymbol(base1, base2);
  // an unknown pointer meets only what escaped (globals always have)
  if (base1.op === 'alloca') return escaping.has(base1);
  if (base2.op === 'alloca') return escaping.has(base2);
  return true;
}

function isObject(base: Inst): boolean {
  return base.op === 'alloca' || base.op === 'symbol';
}

function sameSymbol(a: Inst, b: Inst): boolean {
  const x = a.symbol!;
  const y = b.symbol!;
  return x.kind === 'data' && y.kind === 'data' ? x.data === y.data : x.kind === y.kind;
}

/** Stack slots whose address may be known outside: stored, passed, or mixed with other pointers. */
export function escapingAllocas(func: Func): Set<Inst> {
  const escaping = new Set<Inst>();
  const note = (value: Inst): void => {
    const { base } = rangeOf(value);
    if (base.op === 'alloca') escaping.add(base);
  };
  for (const block of func.blocks) {
    for (const phi of block.phis) phi.args.forEach(note);
    for (const inst of block.insts) {
      switch (inst.op) {
        case 'load':
        case 'memset':
        case 'memcpy':
        case 'ptradd':
        case 'icmp':
        case 'lifestart':
        case 'lifeend':
          break;
        case 'store':
          note(inst.args[1]!);
          break;
        default:
          inst.args.forEach(note);
          break;
      }
    }
  }
  return escaping;
}
