// Inline assembly: operands become registers, the template's BPF mnemonics (LLVM's syntax) become instructions.
import type { Instruction } from '../../bpf/instruction.ts';
import { decodeInstructions, LD_IMM64 } from '../../bpf/instruction.ts';
import {
  BPF_ADD,
  BPF_ALU,
  BPF_ALU64,
  BPF_AND,
  BPF_ARSH,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_DIV,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_B,
  BPF_H,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JMP,
  BPF_JMP32,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
  BPF_LDX,
  BPF_LSH,
  BPF_MEM,
  BPF_MEMSX,
  BPF_MOD,
  BPF_MOV,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_TO_BE,
  BPF_TO_LE,
  BPF_W,
  BPF_X,
  BPF_XOR,
} from '../../bpf/opcodes.ts';
import type { Inst, SymbolTarget } from '../ir/ir.ts';
import { signedValue } from '../ir/ir.ts';
import { type Machine, NO_REGISTER, type Register } from './machine.ts';
import type { SelectionError, Selector } from './select.ts';

/** Turns an asm statement into a machine instruction with operands; outputs get registers of their own. */
export function selectAssembly(
  s: Selector,
  inst: Inst,
  define: (out: Inst, register: Register) => void,
  outputs: readonly Inst[],
  error: SelectionError,
): void {
  const text = inst.assembly!;
  const registers: Register[] = [];
  const reads: boolean[] = [];
  const writes: boolean[] = [];
  const names = new Map<string, number>();
  const immediates = new Map<number, bigint>();
  const symbols = new Map<number, SymbolTarget>();
  const clobbers: Register[] = [];
  for (const clobber of text.clobbers) {
    const n = /^[rw](\d+)$/.exec(clobber);
    if (n && Number(n[1]) < 10) clobbers.push(Number(n[1]));
  }
  const fixed = (constraint: string): Register | null => {
    const n = /\{[rw](\d+)\}/.exec(constraint);
    return n ? Number(n[1]) : null;
  };
  const copies: [Register, Register][] = [];
  text.outputs.forEach((output, i) => {
    const register = fixed(output.constraint) ?? s.out.register();
    names.set(String(i), registers.length);
    if (output.name) names.set(output.name, registers.length);
    registers.push(register);
    reads.push(false);
    // a memory operand's register holds its address
    writes.push(output.type !== 'void');
    const value = outputs.find((o) => o.width === i);
    if (value && output.type !== 'void') {
      if (register < 16) {
        const own = s.out.register();
        copies.push([own, register]);
        define(value, own);
      } else define(value, register);
    }
  });
  let number = text.outputs.length;
  text.inputs.forEach((input, i) => {
    const value = inst.args[i]!;
    const tied = /^\d+$/.test(input.constraint) ? Number(input.constraint) : -1;
    const memory = input.constraint === '=m' ? text.outputs.findIndex((o, k) => o.type === 'void' && !reads[k]) : -1;
    if (tied >= 0 || memory >= 0) {
      const index = tied >= 0 ? tied : memory;
      s.into(registers[index]!, value);
      reads[index] = true;
      return;
    }
    names.set(String(number), registers.length);
    if (input.name) names.set(input.name, registers.length);
    number++;
    if (value.op === 'const' && /[in]/.test(input.constraint)) {
      immediates.set(registers.length, signedValue(value));
      registers.push(NO_REGISTER);
      reads.push(false);
    } else if (!/[rmw0-9{]/.test(input.constraint) && value.op === 'symbol') {
      symbols.set(registers.length, value.symbol!);
      registers.push(NO_REGISTER);
      reads.push(false);
    } else if (!/[rmw0-9{]/.test(input.constraint) && value.op !== 'const') {
      error('C908', inst.at, "constraint 'i' expects an integer constant expression");
      registers.push(NO_REGISTER);
      reads.push(false);
    } else {
      const wanted = fixed(input.constraint);
      const register = wanted ?? s.out.register();
      s.into(register, value);
      registers.push(register);
      reads.push(true);
    }
    writes.push(false);
  });
  const m = s.emit('asm', 0, NO_REGISTER, NO_REGISTER);
  m.assembly = { template: text.template, names, registers, reads, writes, immediates, symbols, clobbers };
  for (const [own, register] of copies) s.copy(own, register);
}

const ALU: Record<string, number> = {
  '+': BPF_ADD,
  '-': BPF_SUB,
  '*': BPF_MUL,
  '/': BPF_DIV,
  '%': BPF_MOD,
  '&': BPF_AND,
  '|': BPF_OR,
  '^': BPF_XOR,
  '<<': BPF_LSH,
  '>>': BPF_RSH,
  's>>': BPF_ARSH,
  's/': BPF_DIV,
  's%': BPF_MOD,
};

const JUMPS: Record<string, number> = {
  '==': BPF_JEQ,
  '!=': BPF_JNE,
  '>': BPF_JGT,
  '>=': BPF_JGE,
  '<': BPF_JLT,
  '<=': BPF_JLE,
  's>': BPF_JSGT,
  's>=': BPF_JSGE,
  's<': BPF_JSLT,
  's<=': BPF_JSLE,
  '&': BPF_JSET,
};

const SIZES: Record<string, number> = { '8': BPF_B, '16': BPF_H, '32': BPF_W, '64': BPF_DW };

interface Operand {
  readonly register: number | null;
  readonly word: boolean;
  readonly value: bigint;
}

function operand(text: string): Operand | null {
  const register = /^([rw])(10|\d)$/.exec(text);
  if (register) return { register: Number(register[2]), word: register[1] === 'w', value: 0n };
  const number = /^([-+]?)\s*(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (!number) return null;
  const value = BigInt(number[2]!);
  return { register: null, word: false, value: number[1] === '-' ? -value : value };
}

function substitute(m: Machine, error: SelectionError): string {
  const a = m.assembly!;
  return a.template.replace(
    /%(?:([lwc])?(\d+)|([lwc])?\[(\w+)\]|(=)|(%))/g,
    (whole, f1: string, n: string, f2: string, name: string, unique: string, percent: string) => {
      if (percent) return '%';
      if (unique) return String(m.at);
      const index = a.names.get(n ?? name);
      if (index === undefined) {
        error('C908', m.at, `invalid operand in inline asm: '${whole}'`);
        return '0';
      }
      const immediate = a.immediates.get(index);
      if (immediate !== undefined) return String(immediate);
      if (a.symbols.has(index)) return `@${index}`;
      return `${(f1 ?? f2) === 'w' ? 'w' : 'r'}${a.registers[index]!}`;
    },
  );
}

export interface AssembledTemplate {
  readonly instructions: Instruction[];
  /** 64-bit immediate loads and calls that name a symbol */
  readonly relocations: readonly { readonly index: number; readonly target: SymbolTarget; readonly call: boolean }[];
}

/** The template's instructions with registers filled in. */
export function assembleTemplate(m: Machine, error: SelectionError): AssembledTemplate {
  const lines: string[] = [];
  const labels = new Map<string, number[]>();
  for (const part of substitute(m, error).split(/[;\n]/)) {
    let text = part.replace(/\/\/.*$|#.*$/, '').trim();
    for (let label = /^([\w.$]+):\s*/.exec(text); label; label = /^([\w.$]+):\s*/.exec(text)) {
      const list = labels.get(label[1]!);
      if (list) list.push(lines.length);
      else labels.set(label[1]!, [lines.length]);
      text = text.slice(label[0].length);
    }
    // other directives only speak to the assembler
    if (text && !/^\.(?!8byte|quad)\w+/.test(text)) lines.push(text);
  }
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += /\bll$/.test(line) ? 2 : 1;
  }
  starts.push(at);
  const out: Instruction[] = [];
  const relocations: { index: number; target: SymbolTarget; call: boolean }[] = [];
  lines.forEach((line, i) => {
    const jump = (text: string): number | null => {
      if (/^[-+]\d+$/.test(text)) return Number(text);
      const local = /^(\d+)([bf])$/.exec(text);
      const places = labels.get(local ? local[1]! : text);
      const place = local
        ? local[2] === 'b'
          ? places?.filter((p) => p <= i).at(-1)
          : places?.find((p) => p > i)
        : places?.[0];
      return place === undefined ? null : starts[place]! - starts[i]! - 1;
    };
    const named = /@(\d+)/.exec(line);
    const target = named ? m.assembly!.symbols.get(Number(named[1])) : undefined;
    if (target) relocations.push({ index: out.length, target, call: /^call\b/.test(line) });
    const encoded = assembleLine(target ? line.replace(/@\d+/, '0') : line, jump);
    if (encoded && target && /^call\b/.test(line)) encoded[0] = { ...encoded[0]!, src: 1, imm: -1 };
    if (encoded) out.push(...encoded);
    else error('C908', m.at, `invalid instruction in inline asm: '${line}'`);
  });
  return { instructions: out, relocations };
}

/** One space around operators, none elsewhere: LLVM's assembler does not care. */
function normalized(line: string): string {
  return line
    .replace(/\s+/g, ' ')
    .replace(/ ?((?:<<|>>|s>>|[-+*\/%&|^])?=)(?!=) ?/, (whole, op: string, at: number) =>
      /[<>!=s]$/.test(line.slice(0, at)) || /^if\b/.test(line.trim()) ? whole : ` ${op} `,
    )
    .trim();
}

function assembleLine(line: string, jump: (text: string) => number | null): Instruction[] | null {
  const text = normalized(line);
  const make = (opcode: number, dst: number, src: number, offset: number, imm: number | bigint): Instruction[] => [
    { opcode, dst, src, offset, imm: Number(BigInt.asIntN(32, BigInt(imm))) },
  ];
  let match: RegExpExecArray | null;
  if ((match = /^\.(?:8byte|quad) (\S+)$/.exec(text))) {
    const raw = operand(match[1]!);
    return raw && raw.register === null
      ? decodeInstructions(new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, raw.value)).buffer))
      : null;
  }
  if (text === 'exit') return make(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  if ((match = /^call (0x[0-9a-f]+|\d+)$/i.exec(text))) return make(BPF_JMP | BPF_CALL, 0, 0, 0, Number(match[1]));
  if ((match = /^goto ([\w.$+-]+)$/.exec(text))) {
    const distance = jump(match[1]!);
    return distance === null ? null : make(BPF_JMP | BPF_JA, 0, 0, distance, 0);
  }
  if ((match = /^if (\S+) (s?[<>]=?|[!=]=|&) (\S+) goto ([\w.$+-]+)$/.exec(text))) {
    const [left, right, distance] = [operand(match[1]!), operand(match[3]!), jump(match[4]!)];
    if (!left || left.register === null || !right || distance === null) return null;
    const cls = left.word ? BPF_JMP32 : BPF_JMP;
    const code = JUMPS[match[2]!]!;
    return right.register === null
      ? make(cls | code, left.register, 0, distance, right.value)
      : make(cls | code | BPF_X, left.register, right.register, distance, 0);
  }
  if ((match = /^(lock )?\*\(u(8|16|32|64) ?\*\) ?\((\w+) ?([-+] ?\w+)\) (\S*)= (\S+)$/.exec(text))) {
    const [base, offset, value] = [operand(match[3]!), operand(match[4]!.replace(' ', '')), operand(match[6]!)];
    if (!base || base.register === null || !offset || !value) return null;
    const size = SIZES[match[2]!]!;
    if (match[1]) {
      const op = ALU[match[5]!];
      if (op === undefined || value.register === null) return null;
      return make(BPF_STX | BPF_ATOMIC | size, base.register, value.register, Number(offset.value), op);
    }
    if (match[5] !== '') return null;
    return value.register === null
      ? make(BPF_ST | BPF_MEM | size, base.register, 0, Number(offset.value), value.value)
      : make(BPF_STX | BPF_MEM | size, base.register, value.register, Number(offset.value), 0);
  }
  if ((match = /^([rw]\d+) (\S*)= (.+)$/.exec(text))) return assignment(match[1]!, match[2]!, match[3]!, make);
  return null;
}

function assignment(
  left: string,
  op: string,
  right: string,
  make: (opcode: number, dst: number, src: number, offset: number, imm: number | bigint) => Instruction[],
): Instruction[] | null {
  const to = operand(left);
  if (!to || to.register === null) return null;
  const dst = to.register;
  const cls = to.word ? BPF_ALU : BPF_ALU64;
  if (op !== '') {
    const code = ALU[op];
    const from = operand(right);
    if (code === undefined || !from) return null;
    const offset = op === 's/' || op === 's%' ? 1 : 0;
    return from.register === null
      ? make(cls | code, dst, 0, offset, from.value)
      : make(cls | code | BPF_X, dst, from.register, offset, 0);
  }
  const plain = operand(right);
  if (plain) {
    return plain.register === null
      ? make(cls | BPF_MOV, dst, 0, 0, plain.value)
      : make(cls | BPF_MOV | BPF_X, dst, plain.register, 0, 0);
  }
  let match: RegExpExecArray | null;
  if ((match = /^\*\((s|u)(8|16|32|64) ?\*\) ?\((\w+) ?([-+] ?\w+)\)$/.exec(right))) {
    const [base, offset] = [operand(match[3]!), operand(match[4]!.replace(' ', ''))];
    if (!base || base.register === null || !offset) return null;
    const mode = match[1] === 's' ? BPF_MEMSX : BPF_MEM;
    return make(BPF_LDX | mode | SIZES[match[2]!]!, dst, base.register, Number(offset.value), 0);
  }
  if ((match = /^([-+]?\w+) ll$/.exec(right))) {
    const value = operand(match[1]!);
    if (!value || value.register !== null) return null;
    return [...make(LD_IMM64, dst, 0, 0, value.value), ...make(0, 0, 0, 0, value.value >> 32n)];
  }
  if ((match = /^- ?([rw]\d+)$/.exec(right))) return match[1] === left ? make(cls | BPF_NEG, dst, 0, 0, 0) : null;
  if ((match = /^(be|le|bswap)(16|32|64) ([rw]\d+)$/.exec(right))) {
    if (operand(match[3]!)?.register !== dst) return null;
    const direction = match[1] === 'be' ? BPF_ALU | BPF_TO_BE : match[1] === 'le' ? BPF_ALU | BPF_TO_LE : BPF_ALU64;
    return make(direction | BPF_END, dst, 0, 0, Number(match[2]));
  }
  if ((match = /^\(s(8|16|32)\) ?([rw]\d+)$/.exec(right))) {
    const from = operand(match[2]!);
    return from && from.register !== null ? make(cls | BPF_MOV | BPF_X, dst, from.register, Number(match[1]), 0) : null;
  }
  return null;
}
