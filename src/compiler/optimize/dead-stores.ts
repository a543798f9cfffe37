// Stores that are overwritten before anybody can read them, within a block.
import type { Func, Inst } from '../ir/ir.ts';
import { escapingAllocas, mayAlias, rangeOf } from './alias.ts';

export function removeDeadStores(func: Func): boolean {
  const escaping = escapingAllocas(func);
  let changed = false;
  for (const block of func.blocks) {
    // later stores, walking backwards: [base, offset, width]
    let later: { base: Inst; offset: number; width: number }[] = [];
    const dead = new Set<Inst>();
    for (let i = block.insts.length - 1; i >= 0; i--) {
      const inst = block.insts[i]!;
      switch (inst.op) {
        case 'store': {
          const { base, offset } = rangeOf(inst.args[0]!);
          if (offset === null || inst.volatile) break;
          const covered = later.some(
            (s) => s.base === base && s.offset <= offset && offset + inst.width <= s.offset + s.width,
          );
          if (covered) dead.add(inst);
          else later.push({ base, offset, width: inst.width });
          break;
        }
        case 'load':
        case 'memcpy': {
          const { base, offset } = rangeOf(inst.args[inst.op === 'load' ? 0 : 1]!);
          const size = inst.op === 'load' ? inst.width : inst.size;
          later = later.filter((s) => !mayAlias(base, offset, size, s.base, s.offset, s.width, escaping));
          break;
        }
        case 'call':
        case 'atomic':
        case 'asm':
        case 'asmgoto':
        case 'fence':
        case 'ret':
        case 'unreachable':
          later = later.filter((s) => s.base.op === 'alloca' && !escaping.has(s.base));
          break;
        default:
          break;
      }
      if (later.length > 64) later = later.slice(-64);
    }
    if (dead.size > 0) {
      block.insts = block.insts.filter((inst) => !dead.has(inst));
      changed = true;
    }
  }
  return changed;
}
