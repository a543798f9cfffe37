// The assembler for inline assembly: LLVM's BPF mnemonics, labels, data directives and .ifc to eBPF instructions.
import { decodeInstructions, encodeInstruction, type Instruction, LD_IMM64 } from '../../bpf/instruction.ts';
import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_ALU64,
  BPF_AND,
  BPF_ARSH,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_DIV,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_FETCH,
  BPF_B,
  BPF_H,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
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
  BPF_LD,
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
  BPF_XCHG,
  BPF_XOR,
  INSTRUCTION_SIZE,
} from '../../bpf/opcodes.ts';
import { evaluateExpression } from './assembler-expression.ts';

export interface Assembled {
  readonly instructions: Instruction[];
  /** 64-bit immediate loads and calls that name the symbol written `@n`; `index` counts slots */
  readonly symbols: readonly { readonly index: number; readonly symbol: number; readonly call: boolean }[];
}

/** What stands for the n-th label of an `asm goto` in the text. */
export function outsideLabel(n: number): string {
  return `.Lgoto${n}`;
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

const ATOMICS: Record<string, number> = {
  atomic_fetch_add: BPF_ADD | BPF_FETCH,
  atomic_fetch_and: BPF_AND | BPF_FETCH,
  atomic_fetch_or: BPF_OR | BPF_FETCH,
  atomic_fetch_xor: BPF_XOR | BPF_FETCH,
};

const SIZES: Record<string, number> = { '8': BPF_B, '16': BPF_H, '32': BPF_W, '64': BPF_DW };

/** Bytes of each number behind a data directive. */
const DATA: Record<string, number> = {
  '.byte': 1,
  '.short': 2,
  '.hword': 2,
  '.2byte': 2,
  '.long': 4,
  '.int': 4,
  '.4byte': 4,
  '.quad': 8,
  '.8byte': 8,
};

/** A line that makes bytes, and where they stand, in bytes from the template's start. */
interface Piece {
  readonly text: string;
  readonly at: number;
  readonly size: number;
  readonly data: number;
}

/**
 * @param text instructions separated by `;` or line ends, registers and numbers filled in
 * @param outside slots from the template's first to where the n-th label of the `asm goto` stands
 * @param problem is told each line that is not understood
 */
export function assemble(text: string, outside: (label: number) => number, problem: (line: string) => void): Assembled {
  const labels = new Map<string, number[]>();
  const { pieces, size } = read(text, labels, problem);
  const bytes = new Uint8Array(Math.ceil(size / INSTRUCTION_SIZE) * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  const symbols: { index: number; symbol: number; call: boolean }[] = [];
  if (size % INSTRUCTION_SIZE !== 0) problem(pieces[pieces.length - 1]!.text);
  for (const { text: line, at, size: length, data } of pieces) {
    const find = (name: string): number | null => {
      const far = /^\.Lgoto(\d+)$/.exec(name);
      if (far) return outside(Number(far[1])) * INSTRUCTION_SIZE;
      const local = /^(\d+)([bf])$/.exec(name);
      const places = labels.get(local ? local[1]! : name);
      if (!local) return places?.[0] ?? null;
      return (local[2] === 'b' ? places?.findLast((p) => p <= at) : places?.find((p) => p > at)) ?? null;
    };
    if (data > 0) {
      line
        .replace(/^\S+/, '')
        .split(',')
        .forEach((item, i) => {
          const value = evaluateExpression(item, find);
          if (value === null) problem(line);
          const raw = BigInt.asUintN(64, value ?? 0n);
          for (let b = 0; b < data; b++) bytes[at + i * data + b] = Number((raw >> BigInt(8 * b)) & 0xffn);
        });
      continue;
    }
    const jump = (to: string): number | null => {
      if (/^[-+]\s*\d+$/.test(to)) return Number(to.replace(/\s/g, ''));
      const place = find(to);
      return place === null ? null : (place - at) / INSTRUCTION_SIZE - 1;
    };
    const named = /@(\d+)/.exec(line);
    const call = named !== null && /^call\b/.test(line);
    if (named) symbols.push({ index: at / INSTRUCTION_SIZE, symbol: Number(named[1]), call });
    const encoded = at % INSTRUCTION_SIZE === 0 ? assembleLine(named ? line.replace(/@\d+/, '0') : line, jump) : null;
    if (encoded?.length !== length / INSTRUCTION_SIZE) {
      problem(line);
      continue;
    }
    if (call) encoded[0] = { ...encoded[0]!, src: 1, imm: -1 };
    encoded.forEach((instruction, i) => {
      encodeInstruction(instruction, view, at + i * INSTRUCTION_SIZE);
    });
  }
  return { instructions: decodeInstructions(bytes), symbols };
}

/** The lines that make something, what .ifc leaves out left out, and the places of labels. */
function read(
  text: string,
  labels: Map<string, number[]>,
  problem: (line: string) => void,
): { pieces: Piece[]; size: number } {
  const pieces: Piece[] = [];
  /** for each open .if: was its condition true */
  const open: boolean[] = [];
  let at = 0;
  for (const part of text.split(/[;\n]/)) {
    let line = part.replace(/\/\/.*$|#.*$/, '').trim();
    const condition = /^\.(ifc|ifnc|if|else|endif)\b\s*(.*)$/.exec(line);
    if (condition) {
      const [, word, rest = ''] = condition;
      const [left, right] = rest.split(',').map((s) => s.trim());
      if (word === 'endif') open.pop();
      else if (word === 'else') open.push(!open.pop());
      else
        open.push(
          word === 'if' ? (evaluateExpression(rest, () => null) ?? 0n) !== 0n : (left === right) === (word === 'ifc'),
        );
      continue;
    }
    if (open.includes(false)) continue;
    for (let label = /^([\w.$]+):\s*/.exec(line); label; label = /^([\w.$]+):\s*/.exec(line)) {
      const list = labels.get(label[1]!);
      if (list) list.push(at);
      else labels.set(label[1]!, [at]);
      line = line.slice(label[0].length);
    }
    if (line === '') continue;
    const data = DATA[/^\.\w+/.exec(line)?.[0] ?? ''] ?? 0;
    // other directives only speak to the assembler
    if (line.startsWith('.') && data === 0) continue;
    const size = data > 0 ? data * line.split(',').length : /\bll$/.test(line) ? 16 : 8;
    pieces.push({ text: line, at, size, data });
    at += size;
  }
  if (open.length > 0) problem('.endif');
  return { pieces, size: at };
}

interface Operand {
  readonly register: number | null;
  readonly word: boolean;
  readonly value: bigint;
}

function operand(text: string): Operand | null {
  const register = /^([rw])(10|\d)$/.exec(text);
  if (register) return { register: Number(register[2]), word: register[1] === 'w', value: 0n };
  const value = evaluateExpression(text, () => null);
  return value === null ? null : { register: null, word: false, value };
}

/** "r1 + 8", "r10 - 4", "r1 + -4", "r1" */
function memory(text: string): { base: number; offset: number } | null {
  const match = /^(r\d+)\s*([-+].*)?$/.exec(text.trim());
  const base = match ? operand(match[1]!) : null;
  const offset = evaluateExpression(match?.[2] ?? '0', () => null);
  return base?.register === undefined || base.register === null || offset === null
    ? null
    : { base: base.register, offset: Number(offset) };
}

/** One space around the operator, none elsewhere: LLVM's assembler does not care. */
function normalized(line: string): string {
  return line
    .replace(/\s+/g, ' ')
    .replace(/ ?((?:<<|>>|s>>|[-+*\/%&|^])?=)(?!=) ?/, (whole, op: string, at: number) =>
      /[<>!=s]$/.test(line.slice(0, at)) || /^if\b/.test(line.trim()) ? whole : ` ${op} `,
    )
    .trim();
}

const make = (opcode: number, dst: number, src: number, offset: number, imm: number | bigint): Instruction[] => [
  { opcode, dst, src, offset, imm: Number(BigInt.asIntN(32, BigInt(imm))) },
];

function assembleLine(line: string, jump: (text: string) => number | null): Instruction[] | null {
  const text = normalized(line);
  let match: RegExpExecArray | null;
  if (text === 'exit') return make(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  if ((match = /^call (.+)$/.exec(text))) {
    const to = operand(match[1]!);
    return to && to.register === null ? make(BPF_JMP | BPF_CALL, 0, 0, 0, to.value) : null;
  }
  if ((match = /^callx r(10|\d)$/.exec(text))) return make(BPF_JMP | BPF_CALL | BPF_X, Number(match[1]), 0, 0, 0);
  if ((match = /^(goto|gotol|may_goto) ([\w.$]+|[-+] ?\d+)$/.exec(text))) {
    const distance = jump(match[2]!);
    if (distance === null) return null;
    if (match[1] === 'gotol') return make(BPF_JMP32 | BPF_JA, 0, 0, 0, distance);
    return make(BPF_JMP | (match[1] === 'goto' ? BPF_JA : BPF_JCOND), 0, 0, distance, 0);
  }
  if ((match = /^if ([rw]\d+) ?(s?[<>]=?|[!=]=|&) ?(.+?) goto ([\w.$]+|[-+] ?\d+)$/.exec(text))) {
    const [left, right, distance] = [operand(match[1]!), operand(match[3]!), jump(match[4]!)];
    if (!left || left.register === null || !right || distance === null) return null;
    const cls = left.word ? BPF_JMP32 : BPF_JMP;
    const code = JUMPS[match[2]!]!;
    return right.register === null
      ? make(cls | code, left.register, 0, distance, right.value)
      : make(cls | code | BPF_X, left.register, right.register, distance, 0);
  }
  if ((match = /^(lock )?\*\(u(8|16|32|64) ?\*\) ?\(([^()]+)\) (\S*)= (.+)$/.exec(text))) {
    const [to, value] = [memory(match[3]!), operand(match[5]!)];
    if (!to || !value) return null;
    const size = SIZES[match[2]!]!;
    if (match[1]) {
      const op = ALU[match[4]!];
      if (op === undefined || value.register === null) return null;
      return make(BPF_STX | BPF_ATOMIC | size, to.base, value.register, to.offset, op);
    }
    if (match[4] !== '') return null;
    return value.register === null
      ? make(BPF_ST | BPF_MEM | size, to.base, 0, to.offset, value.value)
      : make(BPF_STX | BPF_MEM | size, to.base, value.register, to.offset, 0);
  }
  if ((match = /^([rw]\d+) (\S*)= (.+)$/.exec(text))) return assignment(match[1]!, match[2]!, match[3]!);
  return null;
}

function assignment(left: string, op: string, right: string): Instruction[] | null {
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
  let match: RegExpExecArray | null;
  if ((match = /^\*\((s|u)(8|16|32|64) ?\*\) ?\(([^()]+)\)$/.exec(right))) {
    const from = memory(match[3]!);
    if (!from) return null;
    const mode = match[1] === 's' ? BPF_MEMSX : BPF_MEM;
    return make(BPF_LDX | mode | SIZES[match[2]!]!, dst, from.base, from.offset, 0);
  }
  if ((match = /^\*\(u(8|16|32) ?\*\) ?skb ?\[(.+)\]$/.exec(right))) {
    const at = operand(match[2]!);
    if (!at || dst !== 0) return null;
    const size = BPF_LD | SIZES[match[1]!]!;
    return at.register === null ? make(size | BPF_ABS, 0, 0, 0, at.value) : make(size | BPF_IND, 0, at.register, 0, 0);
  }
  if ((match = /^(.+) ll$/.exec(right))) {
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
  if ((match = /^(\w+) ?\((.*)\)$/.exec(right))) return operation(match[1]!, match[2]!.split(','), dst, to.word);
  const plain = operand(right);
  if (!plain) return null;
  return plain.register === null
    ? make(cls | BPF_MOV, dst, 0, 0, plain.value)
    : make(cls | BPF_MOV | BPF_X, dst, plain.register, 0, 0);
}

/** atomic_fetch_add((u64 *)(r1 + 0), r2), xchg_64(r1 + 0, r2), cmpxchg_64(r1 + 0, r0, r2), addr_space_cast(r1, 0, 1) */
function operation(name: string, args: readonly string[], dst: number, word: boolean): Instruction[] | null {
  const [first = '', ...rest] = args.map((a) => a.trim());
  const values = rest.map(operand);
  const last = values[values.length - 1];
  if (!last) return null;
  const size = word ? BPF_W : BPF_DW;
  if (name === 'addr_space_cast') {
    const from = operand(first);
    if (from?.register === undefined || from.register === null || values.length !== 2 || !values[0]) return null;
    return make(BPF_ALU64 | BPF_MOV | BPF_X, dst, from.register, 1, (values[0].value << 16n) | last.value);
  }
  const fetch = ATOMICS[name];
  const exchange = name === (word ? 'xchg32_32' : 'xchg_64');
  const compare = name === (word ? 'cmpxchg32_32' : 'cmpxchg_64');
  const at = memory(fetch === undefined ? first : first.replace(/^\(u(?:32|64) ?\*\) ?\((.*)\)$/, '$1'));
  if (!at || last.register === null || (fetch === undefined && !exchange && !compare)) return null;
  if (compare ? dst !== 0 || values[0]?.register !== 0 : last.register !== dst) return null;
  const code = fetch ?? (exchange ? BPF_XCHG : BPF_CMPXCHG);
  return make(BPF_STX | BPF_ATOMIC | size, at.base, last.register, at.offset, code);
}
