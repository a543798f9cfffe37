// Assembly in bpf_conformance's syntax → instructions. One instruction a line; "#" or ";" starts a comment.
//
//   line        = [label ":"] [mnemonic operand ("," operand)*]
//   operand     = register | immediate | "[" register [("+" | "-") number] "]" | label | ("+" | "-") number
//   immediate   = ["-"] decimal | ["-"] "0x" hex
//   reference   = "map[" n "]" | "value[" n "]" ["+" number] | "map_index[" n "]" | "value_index[" n "]" ["+" number]
//               | "func" label | "btf[" n "]"                                       (lddw only)
//
// The label "exit" is the first exit instruction, unless it is defined. `.slot 0x…` puts eight bytes as they are.
import { HELPERS } from './helpers.ts';
import { operationsOfMnemonic, type Operand, type Operation } from './instruction-set.ts';
import type { Instruction } from './instruction.ts';
import * as op from './opcodes.ts';

export interface AssemblyProblem {
  /** from 1 */
  readonly line: number;
  readonly column: number;
  /** stable, e.g. "invalid-register" */
  readonly code: string;
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
}

export interface Assembly {
  /** what could be assembled; runs only when there are no problems */
  readonly instructions: readonly Instruction[];
  readonly problems: readonly AssemblyProblem[];
  /** slot of each label */
  readonly labels: ReadonlyMap<string, number>;
  /** source line (from 1) of each slot */
  readonly lines: readonly number[];
}

type Draft = { -readonly [K in keyof Instruction]: Instruction[K] };

interface Jump {
  readonly slot: number;
  readonly field: 'offset' | 'imm';
  readonly label: string;
  readonly line: number;
  readonly column: number;
}

interface Word {
  readonly text: string;
  readonly column: number;
}

/** A problem on its way to the caller; never leaves this file. */
class Refusal extends Error {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  constructor(code: string, message: string, args: Readonly<Record<string, string | number>>) {
    super(message);
    this.code = code;
    this.args = args;
  }
}

const refuse = (code: string, message: string, args: Readonly<Record<string, string | number>> = {}): never => {
  throw new Refusal(code, message, args);
};

const helperIds = new Map(HELPERS.map((helper) => [`bpf_${helper.name}`, helper.id]));

/** A number, or undefined where the text is none. */
function number(text: string): bigint | undefined {
  const match = /^([+-]?)(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (!match?.[2]) return undefined;
  const value = BigInt(match[2]);
  return match[1] === '-' ? -value : value;
}

const isHex = (text: string): boolean => /0x/i.test(text);

/** 32 bits. Hexadecimal may use all of them (0xffffffff is -1); a decimal number is signed. */
function immediate32(text: string): number {
  const value = number(text) ?? refuse('invalid-immediate', `Invalid immediate: ${text}`, { text });
  const highest = isHex(text) ? 0xffffffffn : 0x7fffffffn;
  if (value < -0x80000000n || value > highest)
    refuse('immediate-range', `Immediate does not fit in 32 bits: ${text}`, { text, bits: 32 });
  return Number(BigInt.asIntN(32, value));
}

function immediate64(text: string): readonly [number, number] {
  const value = number(text) ?? refuse('invalid-immediate', `Invalid immediate: ${text}`, { text });
  if (value < -(1n << 63n) || value >= 1n << 64n)
    refuse('immediate-range', `Immediate does not fit in 64 bits: ${text}`, { text, bits: 64 });
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

function offset16(text: string): number {
  const value = number(text) ?? refuse('invalid-offset', `Invalid offset: ${text}`, { text });
  if (value < -0x8000n || value > 0x7fffn)
    refuse('offset-range', `Offset does not fit in 16 bits: ${text}`, { text, bits: 16 });
  return Number(value);
}

/** r11 to r15 can be encoded, and are then refused by the verifier. */
function register(text: string): number {
  const match = /^%?r(\d|1[0-5])$/.exec(text);
  return match ? Number(match[1]) : refuse('invalid-register', `Invalid register: ${text}`, { text });
}

const isRegister = (text: string): boolean => /^%|^r\d+$/.test(text);

function memory(text: string): readonly [number, number] {
  const match = /^\[\s*([^\s+\-\]]+)\s*(?:([+-])\s*(\w+)\s*)?\]$/.exec(text);
  if (!match?.[1]) return refuse('invalid-memory', `Failed to decode register and offset: ${text}`, { text });
  return [register(match[1]), match[3] === undefined ? 0 : offset16((match[2] ?? '') + match[3])];
}

/** What "lddw" takes besides a number: source register, low and high half; a label is filled in later. */
function reference(text: string): { src: number; low: number; high: number; label?: string } | undefined {
  const indexed = /^(map|value|map_index|value_index|btf)\[(\w+)\](?:\s*\+\s*(\w+))?$/.exec(text);
  if (indexed?.[1] && indexed[2]) {
    const src = {
      map: op.BPF_PSEUDO_MAP_FD,
      value: op.BPF_PSEUDO_MAP_VALUE,
      map_index: op.BPF_PSEUDO_MAP_IDX,
      value_index: op.BPF_PSEUDO_MAP_IDX_VALUE,
      btf: op.BPF_PSEUDO_BTF_ID,
    }[indexed[1] as 'map' | 'value' | 'map_index' | 'value_index' | 'btf'];
    const high = indexed[3] === undefined ? 0 : immediate32(indexed[3]);
    return { src, low: immediate32(indexed[2]), high };
  }
  const callback = /^func\s+([A-Za-z_.$][\w.$]*)$/.exec(text);
  return callback?.[1] ? { src: op.BPF_PSEUDO_FUNC, low: 0, high: 0, label: callback[1] } : undefined;
}

/** Words of a line up to the comment: the mnemonic split at blanks, then operands split at commas outside brackets. */
function split(line: string): { mnemonic: Word[]; operands: Word[] } {
  const code = line.replace(/[#;].*$/, '');
  const start = code.length - code.trimStart().length;
  const mnemonic: Word[] = [];
  let at = start;
  // "lock fetch add32" and "call local" are mnemonics of several words.
  const words = /^(lock(?:\s+fetch)?(?:\s+[a-z]\w*)?|call\s+(?:local|helper|runtime)\b|\S+)/.exec(code.slice(start));
  if (!words?.[0]) return { mnemonic, operands: [] };
  mnemonic.push({ text: words[0].replace(/\s+/g, ' '), column: at + 1 });
  at += words[0].length;
  const operands: Word[] = [];
  const rest = code.slice(at);
  if (rest.trim() === '') return { mnemonic, operands };
  let from = 0;
  for (const piece of rest.split(',')) {
    const lead = piece.length - piece.trimStart().length;
    operands.push({ text: piece.trim(), column: at + from + lead + 1 });
    from += piece.length + 1;
  }
  return { mnemonic, operands };
}

/** The row whose operands have the shape of the given ones: a register as the last operand asks for the register form. */
function chooseRow(rows: readonly Operation[], mnemonic: string, operands: readonly Word[]): Operation {
  const fitting = rows.filter((row) => row.operands.length === operands.length);
  if (fitting.length === 0) {
    const word = mnemonic.startsWith('lock') ? 'lock' : `mnemonic: ${mnemonic}`;
    return refuse('operand-count', `Invalid number of operands for ${word}`, { mnemonic, count: operands.length });
  }
  const matches = (operand: Operand, text: string): boolean =>
    operand === 'imm' ? !isRegister(text) : operand === 'src' || operand === 'dst' ? isRegister(text) : true;
  const exact = fitting.find((row) => row.operands.every((operand, i) => matches(operand, operands[i]?.text ?? '')));
  return exact ?? (fitting[0] as Operation);
}

class Assembler {
  readonly instructions: Draft[] = [];
  readonly lines: number[] = [];
  readonly labels = new Map<string, number>();
  readonly problems: AssemblyProblem[] = [];
  private readonly jumps: Jump[] = [];
  private firstExit = -1;
  private line = 0;

  source(text: string): void {
    for (const line of text.split(/\r?\n/)) {
      this.line++;
      this.guard(1, () => this.statement(line));
    }
    if (this.firstExit >= 0 && !this.labels.has('exit')) this.labels.set('exit', this.firstExit);
    for (const jump of this.jumps) {
      this.line = jump.line;
      this.guard(jump.column, () => this.resolve(jump));
    }
    if (this.instructions.length === 0 && this.problems.length === 0) {
      this.line = 1;
      this.guard(1, () => refuse('empty', 'No instructions'));
    }
  }

  private guard(column: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problems.push({ line: this.line, column, code: error.code, message: error.message, args: error.args });
    }
  }

  private statement(text: string): void {
    const label = /^\s*([A-Za-z_.$][\w.$]*):/.exec(text);
    if (label?.[1]) {
      if (this.labels.has(label[1])) refuse('duplicate-label', `Duplicate label: ${label[1]}`, { label: label[1] });
      this.labels.set(label[1], this.instructions.length);
      // Blanks keep the columns right.
      return this.statement(' '.repeat(label[0].length) + text.slice(label[0].length));
    }
    const { mnemonic: words, operands } = split(text);
    const word = words[0];
    if (!word) return;
    if (word.text === '.slot') return this.slot(operands);
    let mnemonic = word.text;
    if (mnemonic === 'call' && operands[0] && isRegister(operands[0].text)) mnemonic = 'callx';
    const rows = operationsOfMnemonic(mnemonic);
    if (rows.length === 0) {
      if (mnemonic === 'lock' || mnemonic === 'lock fetch')
        refuse('operand-count', 'Invalid number of operands for lock', { mnemonic, count: 0 });
      refuse('invalid-mnemonic', `Invalid mnemonic: ${mnemonic}`, { mnemonic });
    }
    const row = chooseRow(rows, mnemonic, operands);
    if (row.mnemonic === 'exit' && this.firstExit < 0) this.firstExit = this.instructions.length;
    const draft: Draft = {
      opcode: row.opcode,
      dst: 0,
      src: row.src ?? 0,
      offset: row.offset ?? 0,
      imm: row.imm ?? 0,
    };
    let high: number | undefined;
    const pending: Omit<Jump, 'slot' | 'line'>[] = [];
    row.operands.forEach((kind, i) => {
      const operand = operands[i] as Word;
      this.guard(operand.column, () => {
        high = this.operand(draft, kind, operand, pending) ?? high;
      });
    });
    for (const jump of pending) this.jumps.push({ ...jump, slot: this.instructions.length, line: this.line });
    this.push(draft);
    if (high !== undefined) this.push({ opcode: 0, dst: 0, src: 0, offset: 0, imm: high });
  }

  private push(draft: Draft): void {
    this.instructions.push(draft);
    this.lines.push(this.line);
  }

  /** Fills in one operand; gives the second slot's imm of a 64-bit immediate. */
  private operand(draft: Draft, kind: Operand, word: Word, jumps: Omit<Jump, 'slot' | 'line'>[]): number | undefined {
    const { text, column } = word;
    switch (kind) {
      case 'dst':
        draft.dst = register(text);
        return undefined;
      case 'src':
        draft.src = register(text);
        return undefined;
      case '[dst]':
        [draft.dst, draft.offset] = memory(text);
        return undefined;
      case '[src]':
        [draft.src, draft.offset] = memory(text);
        return undefined;
      case 'imm':
        draft.imm =
          (draft.opcode === (op.BPF_JMP | op.BPF_CALL) ? helperIds.get(text) : undefined) ?? immediate32(text);
        return undefined;
      case 'imm64': {
        const named = reference(text);
        if (!named) {
          const [low, high] = immediate64(text);
          draft.imm = low;
          return high;
        }
        draft.src = named.src;
        draft.imm = named.low;
        if (named.label !== undefined) jumps.push({ field: 'imm', label: named.label, column });
        return named.high;
      }
      case 'jump16':
      case 'jump32': {
        const field = kind === 'jump16' ? 'offset' : 'imm';
        if (number(text) !== undefined) draft[field] = kind === 'jump16' ? offset16(text) : immediate32(text);
        else jumps.push({ field, label: text, column });
        return undefined;
      }
    }
  }

  private slot(operands: readonly Word[]): void {
    const [low, high] = immediate64(operands[0]?.text ?? '');
    this.push({
      opcode: low & 0xff,
      dst: (low >> 8) & 0xf,
      src: (low >> 12) & 0xf,
      offset: low >> 16,
      imm: high,
    });
  }

  private resolve(jump: Jump): void {
    const target = this.labels.get(jump.label);
    if (target === undefined) return refuse('invalid-label', `Invalid label: ${jump.label}`, { label: jump.label });
    const distance = target - jump.slot - 1;
    if (jump.field === 'offset' && (distance < -0x8000 || distance > 0x7fff))
      refuse('jump-range', `Label is too far away for a 16-bit offset: ${jump.label}`, { label: jump.label });
    const instruction = this.instructions[jump.slot];
    if (instruction) instruction[jump.field] = distance;
  }
}

/** Assembles a text. Problems carry the line; with any of them, the instructions are not to be run. */
export function assemble(text: string): Assembly {
  const assembler = new Assembler();
  assembler.source(text);
  const { instructions, problems, labels, lines } = assembler;
  return { instructions, problems, labels, lines };
}
