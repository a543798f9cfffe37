// The order of the passes. Every loop here is bounded: a strange program costs time, never a hang.
import type { Func, Inst, Module } from '../ir/ir.ts';
import { countInstructions } from '../ir/ir.ts';
import { combine } from './combine.ts';
import { useConditions } from './conditions.ts';
import { propagateConstants } from './constant-propagation.ts';
import { removeDeadCode } from './dead-code.ts';
import { removeDeadStores } from './dead-stores.ts';
import { expandMemory } from './expand.ts';
import { callGraph, inlineCalls } from './inline.ts';
import { threadJumps } from './jump-threading.ts';
import { mergeReturns } from './merge-returns.ts';
import { promoteMemory } from './promote.ts';
import { simplifyControlFlow } from './simplify-cfg.ts';
import { markUnwritten } from './unwritten.ts';
import { unrollLoops } from './unroll.ts';
import { forwardMemory, numberValues } from './value-numbering.ts';

export interface OptimizeReport {
  /** functions that remain to be emitted */
  readonly functions: Func[];
  readonly recursive: ReadonlySet<Func>;
  /** memcpy or memset that is too long, by function */
  readonly tooLong: readonly { readonly func: Func; readonly inst: Inst }[];
  /** loops that were to be unrolled and were not */
  readonly notUnrolled: readonly { readonly func: Func; readonly at: number }[];
  /** functions beyond the size that this compiler works on */
  readonly tooBig: readonly Func[];
}

/** Beyond this a function is refused. Linux takes a million instructions, which more than these make. */
const MOST_INSTRUCTIONS = 1_000_000;

type Pass = (func: Func) => boolean;

const SIMPLIFY: readonly Pass[] = [
  simplifyControlFlow,
  propagateConstants,
  combine,
  removeDeadCode,
  simplifyControlFlow,
];
const ROUND: readonly Pass[] = [
  promoteMemory,
  ...SIMPLIFY,
  numberValues,
  useConditions,
  forwardMemory,
  removeDeadStores,
  threadJumps,
];

/** Rounds of all passes, until each has had the function before it as the others left it and found nothing. */
function settle(func: Func, rounds: number): void {
  let idle = 0;
  for (let i = 0; i < rounds; i++) {
    for (const pass of ROUND) {
      idle = pass(func) ? 0 : idle + 1;
      if (idle === ROUND.length) return;
    }
  }
  for (const pass of SIMPLIFY) pass(func);
}

export function optimize(module: Module): OptimizeReport {
  const graph = callGraph(module);
  markUnwritten(module);
  const tooLong: { func: Func; inst: Inst }[] = [];
  const notUnrolled: { func: Func; at: number }[] = [];
  const tooBig: Func[] = [];
  for (const func of graph.order) {
    mergeReturns(func);
    simplifyControlFlow(func);
    inlineCalls(func, graph);
    if (countInstructions(func) > MOST_INSTRUCTIONS) {
      tooBig.push(func);
      continue;
    }
    settle(func, 6);
    for (let i = 0; i < 8; i++) {
      const { changed, failed } = unrollLoops(func);
      for (const header of failed) notUnrolled.push({ func, at: (header.insts[0] ?? header.phis[0])?.at ?? 0 });
      if (!changed) break;
      settle(func, 4);
    }
    const expansion = expandMemory(func);
    for (const inst of expansion.tooLong) tooLong.push({ func, inst });
    if (expansion.changed) settle(func, 2);
  }
  const functions = reachable(module, graph.byDeclaration);
  return { functions, recursive: graph.recursive, tooLong, notUnrolled, tooBig };
}

/** What is visible from outside, and what that still calls or points to. */
function reachable(module: Module, byDeclaration: ReadonlyMap<object, Func>): Func[] {
  const kept = new Set<Func>();
  const work: Func[] = [];
  const keep = (func: Func | undefined): void => {
    if (func && !kept.has(func)) {
      kept.add(func);
      work.push(func);
    }
  };
  for (const func of module.functions) {
    const { isStatic, attributes } = func.declaration;
    if (!isStatic || attributes.used || attributes.section) keep(func);
  }
  const keepData = new Set<object>();
  const follow = (data: Module['data'][number]): void => {
    if (keepData.has(data)) return;
    keepData.add(data);
    data.used = true;
    for (const { target } of data.relocations) {
      if (target.kind === 'function') keep(byDeclaration.get(target.declaration));
      else follow(target.data);
    }
  };
  for (const data of module.data) if (data.used) follow(data);
  while (work.length > 0) {
    const func = work.pop()!;
    for (const block of func.blocks) {
      for (const inst of block.insts) {
        if (inst.op === 'call' && inst.callee?.kind === 'function') keep(byDeclaration.get(inst.callee.declaration));
        else if (inst.op === 'symbol') {
          if (inst.symbol!.kind === 'function') keep(byDeclaration.get(inst.symbol!.declaration));
          else follow(inst.symbol!.data);
        }
      }
    }
  }
  return module.functions.filter((f) => kept.has(f));
}
