// The control-flow graph of one eBPF function: basic blocks, reverse postorder, dominators, loops.
import { LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import * as op from '../bpf/opcodes.ts';

/** How a block ends. Targets are blocks. */
export type End =
  | { readonly kind: 'exit' }
  /** `slot` of the jump; without one, the next block simply follows */
  | { readonly kind: 'jump'; readonly slot?: number; readonly target: number }
  /** a condition (or may_goto) at `slot`: `target` when it holds, `next` otherwise */
  | { readonly kind: 'branch'; readonly slot: number; readonly target: number; readonly next: number }
  /** execution runs off the function: only unverified programs do that */
  | { readonly kind: 'fall-off'; readonly slot: number };

export interface Block {
  /** first slot, and the slot after the last instruction before the end's own */
  readonly start: number;
  readonly stop: number;
  /** instructions, the ending one included */
  readonly count: number;
  readonly end: End;
}

export interface Graph {
  readonly blocks: readonly Block[];
  /** reachable blocks in reverse postorder; [0] is the entry */
  readonly order: readonly number[];
  /** position in `order`; -1: unreachable */
  readonly position: Int32Array;
  /** immediate dominator; the entry's is itself */
  readonly dominator: Int32Array;
  readonly isLoop: Uint8Array;
  /** more than one forward edge leads here */
  readonly isMerge: Uint8Array;
  readonly reducible: boolean;
}

const isJump = (opcode: number): boolean => {
  const cls = opcode & 7;
  return cls === op.BPF_JMP || cls === op.BPF_JMP32;
};

const isCall = (opcode: number): boolean => (opcode & 0xf7) === (op.BPF_JMP | op.BPF_CALL);

/** A 64-bit immediate load with its second half. Without one it is no instruction, and the slot behind it stands for itself. */
export const isWide = (instructions: readonly Instruction[], slot: number): boolean =>
  instructions[slot]?.opcode === LD_IMM64 && instructions[slot + 1]?.opcode === 0;

/** First slots of the functions of a program, ascending: slot 0, targets of local calls and of function pointers. */
export function findSubprograms(instructions: readonly Instruction[]): number[] {
  const starts = new Set([0]);
  instructions.forEach((instruction, slot) => {
    const call = instruction.opcode === (op.BPF_JMP | op.BPF_CALL) && instruction.src === op.BPF_PSEUDO_CALL;
    const pointer = instruction.opcode === LD_IMM64 && instruction.src === op.BPF_PSEUDO_FUNC;
    const target = slot + 1 + instruction.imm;
    if ((call || pointer) && target >= 0 && target < instructions.length) starts.add(target);
  });
  return [...starts].sort((a, b) => a - b);
}

/** Target of a jump, or undefined for whatever goes on to the next instruction. */
export function jumpTarget(instruction: Instruction, slot: number): number | undefined {
  if (!isJump(instruction.opcode) || isCall(instruction.opcode)) return undefined;
  if (instruction.opcode === (op.BPF_JMP | op.BPF_EXIT)) return undefined;
  const far = instruction.opcode === (op.BPF_JMP32 | op.BPF_JA);
  return slot + 1 + (far ? instruction.imm : instruction.offset);
}

const isUnconditional = (opcode: number): boolean =>
  opcode === (op.BPF_JMP | op.BPF_JA) || opcode === (op.BPF_JMP32 | op.BPF_JA);

/**
 * Blocks of the function in slots [from, to). A jump out of it counts as falling off: Linux refuses such a program ("jump out of
 * range"); of the engines, only the interpreter would follow it.
 */
function findBlocks(instructions: readonly Instruction[], from: number, to: number): Block[] {
  const leaders = new Set([from]);
  for (let slot = from; slot < to; slot++) {
    const instruction = instructions[slot] as Instruction;
    if (isWide(instructions, slot)) {
      slot++;
      continue;
    }
    const target = jumpTarget(instruction, slot);
    if (target !== undefined) {
      if (target >= from && target < to) leaders.add(target);
      leaders.add(slot + 1);
    } else if (instruction.opcode === (op.BPF_JMP | op.BPF_EXIT)) leaders.add(slot + 1);
  }
  // Where a jump goes to the second half, what follows the load begins a block of its own.
  for (let slot = from; slot + 2 < to; slot++)
    if (leaders.has(slot + 1) && isWide(instructions, slot)) leaders.add(slot + 2);
  const starts = [...leaders].filter((slot) => slot < to).sort((a, b) => a - b);
  const blockAt = new Map(starts.map((slot, block) => [slot, block]));
  const outside: { slot: number }[] = [];
  /** A target outside the function gets a block of its own, which faults. */
  const blockOf = (target: number, slot: number): number =>
    blockAt.get(target) ?? starts.length + outside.push({ slot }) - 1;

  const blocks = starts.map((start, index): Block => {
    const limit = starts[index + 1] ?? to;
    let count = 0;
    let slot = start;
    for (; slot < limit; slot++) {
      const instruction = instructions[slot] as Instruction;
      count++;
      if (isWide(instructions, slot)) {
        slot++;
        continue;
      }
      if (instruction.opcode === (op.BPF_JMP | op.BPF_EXIT)) return { start, stop: slot, count, end: { kind: 'exit' } };
      const target = jumpTarget(instruction, slot);
      if (target === undefined) continue;
      const end: End = isUnconditional(instruction.opcode)
        ? { kind: 'jump', slot, target: blockOf(target, slot) }
        : { kind: 'branch', slot, target: blockOf(target, slot), next: blockOf(slot + 1, slot + 1) };
      return { start, stop: slot, count, end };
    }
    return { start, stop: limit, count, end: { kind: 'jump', target: blockOf(slot, slot) } };
  });
  for (const { slot } of outside) blocks.push({ start: slot, stop: slot, count: 0, end: { kind: 'fall-off', slot } });
  return blocks;
}

const successors = (block: Block): readonly number[] =>
  block.end.kind === 'jump'
    ? [block.end.target]
    : block.end.kind === 'branch'
      ? [block.end.target, block.end.next]
      : [];

/** Depth-first, without recursion: a program may be a million blocks long. */
function reversePostorder(blocks: readonly Block[]): number[] {
  const seen = new Uint8Array(blocks.length);
  const postorder: number[] = [];
  const stack: { block: number; next: number }[] = [{ block: 0, next: 0 }];
  seen[0] = 1;
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as { block: number; next: number };
    // The fall-through first, so that it comes last in postorder: right behind its block.
    const targets = successors(blocks[top.block] as Block);
    const target = targets[top.next++];
    if (target === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!seen[target]) {
      seen[target] = 1;
      stack.push({ block: target, next: 0 });
    }
  }
  return postorder.reverse();
}

/** Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001). */
function findDominators(order: readonly number[], position: Int32Array, predecessors: readonly number[][]): Int32Array {
  const dominator = new Int32Array(position.length).fill(-1);
  const entry = order[0] as number;
  dominator[entry] = entry;
  const at = (block: number): number => position[block] as number;
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      if (block === entry) continue;
      let common = -1;
      for (const predecessor of predecessors[block] as number[]) {
        if (dominator[predecessor] === -1) continue;
        if (common === -1) {
          common = predecessor;
          continue;
        }
        let other = predecessor;
        while (common !== other) {
          while (at(common) > at(other)) common = dominator[common] as number;
          while (at(other) > at(common)) other = dominator[other] as number;
        }
      }
      if (common !== dominator[block]) {
        dominator[block] = common;
        changed = true;
      }
    }
  }
  return dominator;
}

/** The graph of the function in slots [from, to). */
export function buildGraph(instructions: readonly Instruction[], from: number, to: number): Graph {
  const blocks = findBlocks(instructions, from, to);
  const order = reversePostorder(blocks);
  const position = new Int32Array(blocks.length).fill(-1);
  order.forEach((block, i) => (position[block] = i));
  const predecessors: number[][] = blocks.map(() => []);
  for (const block of order)
    for (const target of successors(blocks[block] as Block)) (predecessors[target] as number[]).push(block);
  const dominator = findDominators(order, position, predecessors);

  const isLoop = new Uint8Array(blocks.length);
  const isMerge = new Uint8Array(blocks.length);
  let reducible = true;
  for (const block of order) {
    let forward = 0;
    for (const predecessor of predecessors[block] as number[]) {
      if ((position[predecessor] as number) < (position[block] as number)) {
        forward++;
        continue;
      }
      isLoop[block] = 1;
      // A back edge's target must dominate its source; otherwise the loop has a second entrance.
      let walk = predecessor;
      while (walk !== block && walk !== dominator[walk]) walk = dominator[walk] as number;
      if (walk !== block) reducible = false;
    }
    if (forward > 1) isMerge[block] = 1;
  }
  return { blocks, order, position, dominator, isLoop, isMerge, reducible };
}

/** Instructions in the natural loop of each header: what one turn costs at most. Zero for other blocks. */
export function loopWeights(graph: Graph): Int32Array {
  const weights = new Int32Array(graph.blocks.length);
  if (!graph.reducible) return weights;
  const predecessors: number[][] = graph.blocks.map(() => []);
  for (const block of graph.order)
    for (const target of successors(graph.blocks[block] as Block)) (predecessors[target] as number[]).push(block);
  for (const header of graph.order) {
    if (!graph.isLoop[header]) continue;
    const inside = new Set([header]);
    const work = (predecessors[header] as number[]).filter(
      (block) => (graph.position[block] as number) >= (graph.position[header] as number),
    );
    while (work.length > 0) {
      const block = work.pop() as number;
      if (inside.has(block)) continue;
      inside.add(block);
      work.push(...(predecessors[block] as number[]));
    }
    let weight = 0;
    for (const block of inside) weight += (graph.blocks[block] as Block).count;
    weights[header] = weight;
  }
  return weights;
}
