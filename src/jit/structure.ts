// Control flow: from a graph of blocks to WebAssembly's nested blocks and loops.
//
// Reducible graphs follow the dominator tree (Norman Ramsey, "Beyond Relooper", ICFP 2022): a block that several forward
// edges reach becomes the code behind a `block … end` which its dominator opens; a loop header opens a `loop`; every
// other block stands where its only predecessor jumps to it. Irreducible graphs become a loop around a br_table.
import type { Block, Graph } from './graph.ts';
import { BLOCK, BR, BR_IF, BR_TABLE, ELSE, EMPTY, END, I32_EQZ, IF, LOOP, UNREACHABLE, type Bytes } from './wasm.ts';

/** What the translator writes; each writes to the same buffer. */
export interface BlockWriter {
  /** at the head of a loop, once a turn */
  loopHead(block: number): void;
  /** the instructions before the block's end */
  body(block: number): void;
  /** leaves an i32: does the branch of this block go to its target? */
  condition(block: number): void;
  /** ends the function: exit or fall-off */
  leave(block: number): void;
  /** how often the body of a loop of one block is to be written, one behind the other */
  copies(block: number): number;
}

type Step =
  | { readonly kind: 'tree'; readonly block: number }
  | { readonly kind: 'node'; readonly block: number }
  | { readonly kind: 'branch'; readonly from: number; readonly to: number }
  | { readonly kind: 'open'; readonly operation: number }
  | { readonly kind: 'else' }
  | { readonly kind: 'close' };

/** Emits a reducible graph. Uses a stack of its own instead of recursion: a chain of blocks may be very long. */
function emitStructured(graph: Graph, code: Bytes, write: BlockWriter): void {
  const { blocks, position, dominator, isLoop, isMerge, order } = graph;
  /** merge blocks that a block must open a label for, latest in the order first (outermost) */
  const merges: number[][] = blocks.map(() => []);
  for (let i = order.length - 1; i > 0; i--) {
    const block = order[i] as number;
    if (isMerge[block]) (merges[dominator[block] as number] as number[]).push(block);
  }
  /** nesting level at which the label of a block was opened: of a loop's head, of a merge block's end */
  const loopLevel = new Int32Array(blocks.length);
  const mergeLevel = new Int32Array(blocks.length);
  let level = 0;
  const isBack = (from: number, to: number): boolean => (position[to] as number) <= (position[from] as number);
  const hasLabel = (from: number, to: number): boolean => isBack(from, to) || isMerge[to] === 1;
  const label = (from: number, to: number): number =>
    level - 1 - ((isBack(from, to) ? loopLevel[to] : mergeLevel[to]) as number);

  const steps: Step[] = [{ kind: 'tree', block: order[0] as number }];
  while (steps.length > 0) {
    const step = steps.pop() as Step;
    switch (step.kind) {
      case 'open':
        code.byte(step.operation, EMPTY);
        level++;
        break;
      case 'else':
        code.byte(ELSE);
        break;
      case 'close':
        code.byte(END);
        level--;
        break;
      case 'tree': {
        const { block } = step;
        if (isLoop[block]) {
          code.byte(LOOP, EMPTY);
          loopLevel[block] = level++;
          write.loopHead(block);
          steps.push({ kind: 'close' });
        }
        // Innermost label belongs to the block that comes first; behind each `end` stands that block's own tree.
        const labels = merges[block] as number[];
        for (const merge of labels) {
          code.byte(BLOCK, EMPTY);
          mergeLevel[merge] = level++;
          steps.push({ kind: 'tree', block: merge }, { kind: 'close' });
        }
        steps.push({ kind: 'node', block });
        break;
      }
      case 'node': {
        const { block } = step;
        const { end } = blocks[block] as Block;
        if (end.kind === 'branch' && end.target !== end.next && (end.target === block || end.next === block)) {
          // A loop of one block: several turns in a row spare the engine's own work at each loop head.
          const again = end.target === block;
          code.byte(BLOCK, EMPTY);
          for (let left = write.copies(block); left > 0; left--) {
            write.body(block);
            write.condition(block);
            if (again !== (left === 1)) code.byte(I32_EQZ);
            code.byte(BR_IF).unsigned(left === 1 ? label(block, block) + 1 : 0);
          }
          code.byte(END);
          steps.push({ kind: 'branch', from: block, to: again ? end.next : end.target });
          break;
        }
        write.body(block);
        if (end.kind === 'jump') steps.push({ kind: 'branch', from: block, to: end.target });
        else if (end.kind === 'branch') {
          write.condition(block);
          const { target, next } = end;
          if (hasLabel(block, target)) {
            code.byte(BR_IF).unsigned(label(block, target));
            steps.push({ kind: 'branch', from: block, to: next });
          } else if (hasLabel(block, next)) {
            code.byte(I32_EQZ, BR_IF).unsigned(label(block, next));
            steps.push({ kind: 'branch', from: block, to: target });
          } else {
            steps.push(
              { kind: 'close' },
              { kind: 'branch', from: block, to: next },
              { kind: 'else' },
              { kind: 'branch', from: block, to: target },
              { kind: 'open', operation: IF },
            );
          }
        } else write.leave(block);
        break;
      }
      case 'branch':
        if (hasLabel(step.from, step.to)) code.byte(BR).unsigned(label(step.from, step.to));
        else steps.push({ kind: 'tree', block: step.to });
        break;
    }
  }
  // Every path has left or jumped; WebAssembly's validator does not know it of the function's end.
  code.byte(UNREACHABLE);
}

/** Emits any graph: `loop { block* { br_table } …block 0… …block 1… }`. `local` is an i32 that holds the next block. */
function emitDispatcher(graph: Graph, code: Bytes, write: BlockWriter, local: number): void {
  const { blocks, order, position } = graph;
  code.i32(0).set(local).byte(LOOP, EMPTY);
  write.loopHead(order[0] as number);
  for (let i = 0; i < order.length; i++) code.byte(BLOCK, EMPTY);
  code
    .get(local)
    .byte(BR_TABLE)
    .unsigned(order.length - 1);
  for (let i = 0; i < order.length; i++) code.unsigned(i);
  order.forEach((block, i) => {
    code.byte(END);
    write.body(block);
    /** how many labels stand between here and the loop */
    const loop = order.length - 1 - i;
    const goto = (to: number): Bytes => code.i32(position[to] as number).set(local);
    const { end } = blocks[block] as Block;
    if (end.kind === 'branch') {
      goto(end.next);
      write.condition(block);
      code.byte(IF, EMPTY);
      goto(end.target);
      code.byte(END, BR).unsigned(loop);
    } else if (end.kind === 'jump') {
      goto(end.target);
      code.byte(BR).unsigned(loop);
    } else write.leave(block);
  });
  code.byte(END, UNREACHABLE);
}

/** Emits the whole function; `dispatchLocal` is used by irreducible graphs only. */
export function emitControlFlow(graph: Graph, code: Bytes, write: BlockWriter, dispatchLocal: number): void {
  if (graph.reducible) emitStructured(graph, code, write);
  else emitDispatcher(graph, code, write, dispatchLocal);
}
