// What a branch that was taken says about values further down: a comparison made before has the same answer, a value
// found equal to a constant is that constant, a value found not negative needs no sign.
import type { Block, Func, Inst } from '../ir/ir.ts';
import {
  inversePredicate,
  isNonNegativeConstant,
  type Predicate,
  resolve,
  signedValue,
  sweepForwards,
} from '../ir/ir.ts';
import { rangeOf } from './alias.ts';
import { countUses, dominators } from './analysis.ts';
import { isNonNegative } from './facts.ts';

interface Frame {
  readonly block: Block;
  undo: (() => void)[] | null;
}

export function useConditions(func: Func): boolean {
  countUses(func);
  const dom = dominators(func);
  const notNegative = new Set<Inst>();
  const equal = new Map<Inst, Inst>();
  const answers = new Map<string, boolean>();
  /** pointers that were followed: they are not null here */
  const followed = new Set<Inst>();
  const leaf = new Map<Inst, number>();
  const idOf = (inst: Inst): number => {
    if (inst.block) return inst.id;
    return leaf.get(inst) ?? (leaf.set(inst, -1 - leaf.size), leaf.get(inst)!);
  };
  const keyOf = (predicate: Predicate, args: readonly Inst[]): string =>
    `${predicate},${idOf(args[0]!)},${idOf(args[1]!)}`;
  let changed = false;

  const learn = (block: Block, undo: (() => void)[]): void => {
    const pred = block.preds.length === 1 ? block.preds[0]! : null;
    const end = pred?.terminator;
    if (!pred || end?.op !== 'br' || end.targets[0] === end.targets[1]) return;
    const condition = end.args[0]!;
    if (condition.op !== 'icmp') return;
    const holds = end.targets[0] === block;
    const predicate = holds ? condition.predicate : inversePredicate(condition.predicate);
    for (const [p, answer] of [
      [predicate, true],
      [inversePredicate(predicate), false],
    ] as const) {
      const key = keyOf(p, condition.args);
      if (answers.has(key)) continue;
      answers.set(key, answer);
      undo.push(() => answers.delete(key));
    }
    const [x, k] = condition.args as [Inst, Inst];
    if (k.op !== 'const' || !x.block) return;
    if (predicate === 'eq' && x.type !== 'ptr' && !equal.has(x)) {
      equal.set(x, k);
      undo.push(() => equal.delete(x));
    }
    if (saysNotNegative(predicate, k) && !notNegative.has(x)) {
      notNegative.add(x);
      undo.push(() => notNegative.delete(x));
    }
  };
  const plain = (value: Inst): boolean => notNegative.has(value) || isNonNegative(value);
  let undo: (() => void)[] = [];
  const visit = (inst: Inst): void => {
    const args = inst.args;
    for (let i = 0; i < args.length; i++) {
      if (args[i]!.forward) args[i] = resolve(args[i]!);
      const constant = equal.get(args[i]!);
      if (constant && constant.type === args[i]!.type) {
        args[i] = constant;
        changed = true;
      }
    }
    switch (inst.op) {
      case 'load':
      case 'store':
      case 'atomic': {
        const { base, offset } = rangeOf(args[0]!);
        if (offset === null || !base.block || followed.has(base)) return;
        followed.add(base);
        undo.push(() => followed.delete(base));
        return;
      }
      case 'icmp': {
        if ((inst.predicate === 'eq' || inst.predicate === 'ne') && args[1]!.op === 'const' && args[1]!.value === 0n) {
          const { base, offset } = rangeOf(args[0]!);
          if (offset !== null && offset >= 0 && followed.has(base)) {
            inst.forward = func.constant('i1', inst.predicate === 'ne' ? 1n : 0n);
            changed = true;
            return;
          }
        }
        const answer = answers.get(keyOf(inst.predicate, args));
        if (answer === undefined) return;
        inst.forward = func.constant('i1', answer ? 1n : 0n);
        changed = true;
        return;
      }
      case 'sdiv':
      case 'srem':
        if (plain(args[0]!) && plain(args[1]!)) {
          inst.op = inst.op === 'sdiv' ? 'udiv' : 'urem';
          changed = true;
        }
        return;
      case 'sext':
        if (args[0]!.type !== 'i1' && plain(args[0]!)) {
          inst.op = 'zext';
          changed = true;
        }
        return;
      case 'ashr':
        if (plain(args[0]!)) {
          inst.op = 'lshr';
          changed = true;
        }
        return;
      default:
        return;
    }
  };

  const stack: Frame[] = [{ block: func.blocks[0]!, undo: null }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.undo) {
      for (let i = top.undo.length - 1; i >= 0; i--) top.undo[i]!();
      stack.pop();
      continue;
    }
    top.undo = [];
    undo = top.undo;
    learn(top.block, top.undo);
    top.block.insts.forEach(visit);
    for (const child of dom.children.get(top.block) ?? []) stack.push({ block: child, undo: null });
  }
  if (changed) sweepForwards(func);
  return changed;
}

/** `value predicate k` holds: is the value surely zero or more? */
function saysNotNegative(predicate: Predicate, k: Inst): boolean {
  const constant = signedValue(k);
  switch (predicate) {
    case 'sgt':
      return constant >= -1n;
    case 'sge':
    case 'eq':
      return constant >= 0n;
    case 'ult':
    case 'ule':
      return isNonNegativeConstant(k);
    default:
      return false;
  }
}
