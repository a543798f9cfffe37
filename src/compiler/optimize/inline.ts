// Inlining: what is asked for, what has one caller, and what is smaller than a call. The verifier follows calls of
// static functions too, but only inlined code lets constants and ranges reach where they are needed.
import type { Block, Func, Inst, Module } from '../ir/ir.ts';
import { append, Inst as Instruction, isLifetime, sweepForwards } from '../ir/ir.ts';
import type { FunctionDeclaration } from '../tree.ts';
import { cloneBlocks } from './clone.ts';

/** Instructions that a callee may have to be copied into several callers; about what LLVM does at -O2. */
const SMALL = 45;
const SMALL_INLINE = 65;
/** A caller does not grow beyond this, whatever is asked. */
const CALLER_LIMIT = 200_000;

export interface CallGraph {
  /** callees first */
  readonly order: readonly Func[];
  readonly callers: ReadonlyMap<Func, number>;
  readonly recursive: ReadonlySet<Func>;
  readonly byDeclaration: ReadonlyMap<FunctionDeclaration, Func>;
  /** functions whose address is taken */
  readonly addressed: ReadonlySet<Func>;
}

export function callGraph(module: Module): CallGraph {
  const byDeclaration = new Map<FunctionDeclaration, Func>(module.functions.map((f) => [f.declaration, f]));
  const callers = new Map<Func, number>();
  const callees = new Map<Func, Func[]>();
  const addressed = new Set<Func>();
  for (const func of module.functions) {
    const list: Func[] = [];
    callees.set(func, list);
    for (const block of func.blocks) {
      for (const inst of block.insts) {
        if (inst.op === 'call' && inst.callee?.kind === 'function') {
          const callee = byDeclaration.get(inst.callee.declaration);
          if (!callee) continue;
          list.push(callee);
          callers.set(callee, (callers.get(callee) ?? 0) + 1);
        } else if (inst.op === 'symbol' && inst.symbol?.kind === 'function') {
          const target = byDeclaration.get(inst.symbol.declaration);
          if (target) addressed.add(target);
        }
      }
    }
  }
  for (const data of module.data) {
    for (const { target } of data.relocations) {
      const func = target.kind === 'function' ? byDeclaration.get(target.declaration) : undefined;
      if (func) addressed.add(func);
    }
  }
  const order: Func[] = [];
  const recursive = new Set<Func>();
  const state = new Map<Func, 'open' | 'done'>();
  for (const root of module.functions) {
    if (state.has(root)) continue;
    const stack: { func: Func; next: number }[] = [{ func: root, next: 0 }];
    state.set(root, 'open');
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const list = callees.get(top.func)!;
      if (top.next < list.length) {
        const callee = list[top.next++]!;
        const seen = state.get(callee);
        if (seen === 'open') {
          // everything from the callee up to here calls itself
          for (let i = stack.length - 1; i >= 0; i--) {
            recursive.add(stack[i]!.func);
            if (stack[i]!.func === callee) break;
          }
        } else if (!seen) {
          state.set(callee, 'open');
          stack.push({ func: callee, next: 0 });
        }
      } else {
        state.set(top.func, 'done');
        order.push(top.func);
        stack.pop();
      }
    }
  }
  return { order, callers, recursive, byDeclaration, addressed };
}

function size(func: Func): number {
  let n = 0;
  for (const block of func.blocks) {
    n += block.phis.length;
    for (const inst of block.insts) if (!isLifetime(inst)) n++;
  }
  return n;
}

function wanted(callee: Func, graph: CallGraph, cost: number): boolean {
  const { attributes, isStatic, isInline } = callee.declaration;
  // what `...` stands for is found by its place in the callee's own frame
  if (graph.recursive.has(callee) || attributes.naked || callee.declaration.type.variadic) return false;
  if (attributes.alwaysInline) return true;
  if (attributes.noInline || attributes.weak) return false;
  if (isStatic && graph.callers.get(callee) === 1 && !graph.addressed.has(callee) && !attributes.section) return true;
  return cost <= (isInline ? SMALL_INLINE : SMALL);
}

/** Inlines into one function; its callees are final already. Returns whether anything was. */
export function inlineCalls(caller: Func, graph: CallGraph): boolean {
  let total = size(caller);
  const slots: Inst[] = [];
  const out: Block[] = [];
  let changed = false;
  // taken from the end
  const queue = caller.blocks.slice().reverse();
  while (queue.length > 0) {
    const block = queue.pop()!;
    out.push(block);
    // from the last call to the first, so that what follows a call is moved once
    for (let at = block.insts.length - 1; at >= 0; at--) {
      const call = block.insts[at]!;
      if (call.op !== 'call' || call.callee?.kind !== 'function') continue;
      const callee = graph.byDeclaration.get(call.callee.declaration);
      if (!callee || callee === caller) continue;
      const cost = size(callee);
      if (total + cost > CALLER_LIMIT || !wanted(callee, graph, cost)) continue;
      const { body, rest } = inlineCall(caller, block, at, callee, slots);
      queue.push(rest, ...body.reverse());
      total += cost;
      changed = true;
    }
  }
  if (!changed) return false;
  caller.blocks = out;
  // slots belong to the caller's entry, where later passes look for them
  for (const slot of slots) slot.block = out[0]!;
  out[0]!.insts = [...slots, ...out[0]!.insts];
  sweepForwards(caller);
  return true;
}

/** Puts a copy of the callee between what stands before the call and what follows it, the `rest`. */
function inlineCall(
  caller: Func,
  block: Block,
  at: number,
  callee: Func,
  slots: Inst[],
): { body: Block[]; rest: Block } {
  const call = block.insts[at]!;
  const seed = new Map<Inst, Inst>();
  callee.params.forEach((param, i) => seed.set(param, call.args[i] ?? caller.undefined(param.type)));
  const copy = cloneBlocks(caller, callee.blocks, seed);
  const entry = copy.blocks.get(callee.blocks[0]!)!;

  const rest = caller.block();
  rest.insts = block.insts.splice(at);
  rest.insts.shift();
  for (const inst of rest.insts) inst.block = rest;
  for (const successor of rest.successors) successor.preds = successor.preds.map((p) => (p === block ? rest : p));

  // the callee's variables live from here to where it returns
  entry.insts = entry.insts.filter((inst) => {
    if (inst.op !== 'alloca') return true;
    slots.push(inst);
    append(block, new Instruction('lifestart', 'void', [inst], call.at));
    const end = new Instruction('lifeend', 'void', [inst], call.at);
    end.block = rest;
    rest.insts.unshift(end);
    return false;
  });

  const jump = new Instruction('jump', 'void', [], call.at);
  jump.targets = [entry];
  append(block, jump);
  entry.preds.push(block);

  const returned: Inst[] = [];
  const body: Block[] = [];
  for (const original of callee.blocks) {
    const cloned = copy.blocks.get(original)!;
    body.push(cloned);
    const end = cloned.terminator;
    if (end?.op !== 'ret') continue;
    returned.push(end.args[0] ?? caller.undefined('i32'));
    end.op = 'jump';
    end.args = [];
    end.targets = [rest];
    rest.preds.push(cloned);
  }
  if (call.type !== 'void') {
    if (returned.length === 0) {
      call.forward = caller.undefined(call.type);
    } else if (returned.length === 1) {
      call.forward = returned[0]!;
    } else {
      const phi = new Instruction('phi', call.type, returned, call.at);
      phi.block = rest;
      rest.phis.push(phi);
      call.forward = phi;
    }
  }
  return { body, rest };
}
