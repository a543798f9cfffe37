// Machine code with registers assigned, to eBPF instructions: jumps resolved, relocations and lines noted.
import type { Instruction } from '../../bpf/instruction.ts';
import { LD_IMM64 } from '../../bpf/instruction.ts';
import { BPF_ALU64, BPF_EXIT, BPF_JMP, BPF_JMP32, BPF_MOV, BPF_PSEUDO_CALL, BPF_X } from '../../bpf/opcodes.ts';
import type { CoreRelocation, SymbolTarget } from '../ir/ir.ts';
import { enterFrame, leaveFrame } from '../kernel-mode/convention.ts';
import type { FunctionDeclaration, Location } from '../tree.ts';
import { type AssembledTemplate, assembleTemplate, namedTargets } from './assembly.ts';
import { forEachWrite, type Machine, type MachineBlock, type MachineFunction } from './machine.ts';
import type { SelectionError } from './select.ts';
import type { Target } from './target.ts';

export interface CodeRelocation {
  /** slot of the instruction in the function */
  readonly index: number;
  readonly target: SymbolTarget;
  readonly call: boolean;
}

/** A function's instructions, as they go into its section. */
export interface CompiledFunction {
  readonly declaration: FunctionDeclaration;
  readonly instructions: Instruction[];
  readonly relocations: CodeRelocation[];
  readonly core: readonly { readonly index: number; readonly relocation: CoreRelocation }[];
  /** where each instruction comes from; ascending, only changes */
  readonly lines: readonly { readonly index: number; readonly at: Location }[];
  readonly frame: number;
}

const EXIT: Instruction = { opcode: BPF_JMP | BPF_EXIT, dst: 0, src: 0, offset: 0, imm: 0 };

function slots(m: Machine): number {
  return m.kind === 'wide' ? 2 : m.kind === 'asm' ? (m.assembly!.template.trim() === '' ? 0 : -1) : 1;
}

/** Is the block nothing but `exit`? Then a jump there may as well be the exit. */
function isExit(block: MachineBlock): boolean {
  return block.code.length === 1 && block.code[0]!.kind === 'exit';
}

export function emitFunction(
  func: MachineFunction,
  declaration: FunctionDeclaration,
  target: Target,
  error: SelectionError,
): CompiledFunction {
  removeUselessJumps(func);
  const assembled = new Map<Machine, AssembledTemplate>();
  const starts = new Map<MachineBlock, number>();
  const saved = target.kernelMode ? calleeSaved(func) : 0;
  const leave = target.kernelMode ? leaveFrame(saved) : EXIT;
  const entry =
    target.kernelMode && !declaration.attributes.naked ? [enterFrame(func.frame, func.outgoing, saved)] : [];
  let index = entry.length;
  for (const block of func.blocks) {
    starts.set(block, index);
    for (const m of block.code) {
      const n = slots(m);
      if (n >= 0) {
        index += n;
      } else {
        // where labels of an asm goto stand is known when all lengths are
        const lines = assembleTemplate(m, error);
        assembled.set(m, lines);
        index += lines.instructions.length;
      }
    }
  }
  const instructions: Instruction[] = entry;
  const relocations: CodeRelocation[] = [];
  const core: { index: number; relocation: CoreRelocation }[] = [];
  const lines: { index: number; at: Location }[] = [];
  let lastAt: Location = -1;
  const push = (opcode: number, dst: number, src: number, offset: number, imm: number): void => {
    instructions.push({ opcode, dst, src, offset, imm });
  };
  for (const block of func.blocks) {
    for (const m of block.code) {
      const here = instructions.length;
      if (m.at !== 0 && m.at !== lastAt && slots(m) !== 0) {
        lines.push({ index: here, at: m.at });
        lastAt = m.at;
      }
      if (m.core) core.push({ index: here, relocation: m.core });
      switch (m.kind) {
        case 'copy':
          push(BPF_ALU64 | BPF_MOV | BPF_X, m.dst, m.src, 0, 0);
          break;
        case 'move':
        case 'load':
          push(m.opcode, m.dst, m.src, m.offset, 0);
          break;
        case 'constant':
          push(m.opcode, m.dst, 0, 0, m.imm);
          break;
        case 'alu':
          push(m.opcode, m.dst, Math.max(0, m.src), m.offset, m.src >= 0 ? 0 : m.imm);
          break;
        case 'store':
          push(m.opcode, m.dst, m.src, m.offset, 0);
          break;
        case 'storeimm':
          push(m.opcode, m.dst, 0, m.offset, m.imm);
          break;
        case 'atomic':
          push(m.opcode, m.dst, m.src, m.offset, m.imm);
          break;
        case 'wide':
          if (m.symbol) relocations.push({ index: here, target: m.symbol, call: false });
          push(LD_IMM64, m.dst, 0, 0, Number(BigInt.asIntN(32, m.wide)));
          push(0, 0, 0, 0, Number(BigInt.asIntN(32, m.wide >> 32n)));
          break;
        case 'call':
          if (m.callee) {
            relocations.push({ index: here, target: { kind: 'function', declaration: m.callee }, call: true });
            push(m.opcode, 0, BPF_PSEUDO_CALL, 0, -1);
          } else if (m.src >= 0) {
            push(m.opcode | BPF_X, m.src, 0, 0, 0);
          } else {
            push(m.opcode, 0, 0, 0, m.imm);
          }
          break;
        case 'exit':
          instructions.push(leave);
          break;
        case 'jump': {
          if (isExit(m.target!)) {
            instructions.push(leave);
            break;
          }
          const distance = starts.get(m.target!)! - here - 1;
          if (distance >= -32768 && distance <= 32767) push(0x05, 0, 0, distance, 0);
          else if (target.v4) push(BPF_JMP32, 0, 0, 0, distance);
          else tooFar(m, error);
          break;
        }
        case 'branch': {
          const distance = starts.get(m.target!)! - here - 1;
          if (distance < -32768 || distance > 32767) tooFar(m, error);
          push(m.opcode, m.dst, Math.max(0, m.src), distance, m.src >= 0 ? 0 : m.imm);
          break;
        }
        case 'asm': {
          const { targets } = m.assembly!;
          const lines =
            targets.length > 0
              ? assembleTemplate(
                  m,
                  () => undefined,
                  (label) => starts.get(targets[label]!)! - here,
                )
              : assembled.get(m);
          for (const r of lines?.relocations ?? []) relocations.push({ ...r, index: here + r.index });
          instructions.push(...(lines?.instructions ?? []));
          break;
        }
      }
    }
  }
  if (lines.length > 0 && lines[0]!.index > 0) lines[0] = { index: 0, at: lines[0]!.at };
  return { declaration, instructions, relocations, core, lines, frame: func.frame };
}

/** Which of r6 to r9 the function overwrites: bits 1 to 8. */
function calleeSaved(func: MachineFunction): number {
  let saved = 0;
  for (const block of func.blocks) {
    for (const m of block.code) {
      forEachWrite(m, (r) => {
        if (r >= 6 && r <= 9) saved |= 1 << (r - 6);
      });
    }
  }
  return saved;
}

function tooFar(m: Machine, error: SelectionError): void {
  error('C910', m.at, 'branch target out of insn range');
}

/** Blocks that execution comes to: Linux refuses a program with others ("unreachable insn"), and jumps that were followed to their end leave some. */
function reachable(func: MachineFunction): MachineBlock[] {
  const seen = new Set<MachineBlock>();
  const work = func.blocks.slice(0, 1);
  for (let block = work.pop(); block; block = work.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    for (const m of block.code) {
      if (m.target && !(m.kind === 'jump' && isExit(m.target))) work.push(m.target);
      if (m.assembly) work.push(...namedTargets(m.assembly));
    }
    const last = block.code[block.code.length - 1]?.kind;
    const next = func.blocks[block.index + 1];
    if (next && last !== 'jump' && last !== 'exit') work.push(next);
  }
  return func.blocks.filter((block) => seen.has(block));
}

/** Follows jumps to jumps, and drops jumps to the next instruction and what no jump leads to any more. */
function removeUselessJumps(func: MachineFunction): void {
  const final = (block: MachineBlock): MachineBlock => {
    let at = block;
    for (let i = 0; i < 32; i++) {
      const first = at.code[0];
      if (!first) {
        const next = func.blocks[at.index + 1];
        if (!next) return at;
        at = next;
      } else if (first.kind === 'jump' && first.target !== at) {
        at = first.target!;
      } else return at;
    }
    return at;
  };
  for (const block of func.blocks) {
    for (const m of block.code) {
      if (m.target) m.target = final(m.target);
      m.assembly?.targets.forEach((target, i, targets) => (targets[i] = final(target)));
    }
  }
  func.blocks = reachable(func);
  for (let i = func.blocks.length - 1; i >= 0; i--) {
    const block = func.blocks[i]!;
    const last = block.code[block.code.length - 1];
    if (last?.kind !== 'jump') continue;
    let next = i + 1;
    while (next < func.blocks.length && func.blocks[next]!.code.length === 0) next++;
    if (last.target === func.blocks[next]) block.code.pop();
  }
}
