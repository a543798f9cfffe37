// WebAssembly for people: a compiled program's functions in the text format's words, one instruction a line, each with the eBPF instruction that
// it does. Only what the JIT emits is known here; anything else would be a mistake of ours, and is thrown as one.
import { FUNCTION_PARAMETERS, LOCALS, REGISTER_LOCAL, type CodeMark } from './emitter.ts';
import type { CompiledProgram } from './index.ts';
import { KERNEL_FUNCTIONS } from './machine.ts';
import * as wasm from './wasm.ts';

export interface WasmLine {
  /** nesting: what stands in a block is deeper than it */
  readonly depth: number;
  /** "i64.add", "local.get $r1", "br_if 1" */
  readonly text: string;
  /** the eBPF instruction that it belongs to, by slot of the translated program; -1: before the first */
  readonly slot: number;
}

/** Constants of wasm.ts that are no instructions. */
const NO_INSTRUCTION = new Set(['I32', 'I64', 'EMPTY']);
/** I64_LOAD32_U → i64.load32_u, BR_IF → br_if, LOCAL_GET → local.get */
function wordOf(name: string): string {
  const lower = name.toLowerCase();
  if (/^(i32|i64|local|global)_/.test(lower)) return lower.replace('_', '.');
  return lower;
}
const WORDS = new Map<number, string>(
  Object.entries(wasm).flatMap(([name, code]) =>
    typeof code === 'number' && !NO_INSTRUCTION.has(name) ? [[code, wordOf(name)] as const] : [],
  ),
);

const SCRATCH_NAMES = ['scratch', 'budget', 'address', 'dispatch', 'may_goto', 'loop_index', 'loop_frame'];
const LOCAL_NAMES = Array.from({ length: FUNCTION_PARAMETERS.length + LOCALS.length }, (_, local) => {
  const register = REGISTER_LOCAL.indexOf(local as (typeof REGISTER_LOCAL)[number]);
  return register >= 0 ? `$r${register}` : `$${SCRATCH_NAMES[local - REGISTER_LOCAL.length] ?? String(local)}`;
});

class Reader {
  readonly bytes: Uint8Array;
  at = 0;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - (1n << (shift + 7n));
    }
  }
}

/** Each function's code in the module: where it begins behind its locals, and where it ends. */
function bodiesOf(bytes: Uint8Array): { from: number; to: number }[] {
  const reader = new Reader(bytes);
  reader.at = 8;
  const bodies: { from: number; to: number }[] = [];
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (section === 10) {
      for (let left = reader.unsigned(); left > 0; left--) {
        const to = reader.unsigned() + reader.at;
        for (let locals = reader.unsigned(); locals > 0; locals--) {
          reader.unsigned();
          reader.byte();
        }
        bodies.push({ from: reader.at, to });
        reader.at = to;
      }
    }
    reader.at = end;
  }
  return bodies;
}

/** `helperName`: what a helper of that number is called. */
function linesOf(
  bytes: Uint8Array,
  body: { from: number; to: number },
  marks: readonly CodeMark[],
  functionName: (index: number) => string,
): WasmLine[] {
  const reader = new Reader(bytes);
  reader.at = body.from;
  const lines: WasmLine[] = [];
  let depth = 0;
  let mark = -1;
  while (reader.at < body.to) {
    const offset = reader.at - body.from;
    while (mark + 1 < marks.length && (marks[mark + 1]?.at ?? 0) <= offset) mark++;
    const code = reader.byte();
    const word = WORDS.get(code);
    if (word === undefined) throw new Error(`the JIT emitted an instruction that has no name: 0x${code.toString(16)}`);
    let text = word;
    if (code === wasm.END || code === wasm.ELSE) depth--;
    const here = depth;
    if (code === wasm.BLOCK || code === wasm.LOOP || code === wasm.IF) {
      const type = reader.byte();
      if (type !== wasm.EMPTY) text += type === wasm.I32 ? ' (result i32)' : ' (result i64)';
      depth++;
    } else if (code === wasm.ELSE) depth++;
    else if (code === wasm.BR || code === wasm.BR_IF) text += ` ${reader.unsigned()}`;
    else if (code === wasm.BR_TABLE) {
      const targets = Array.from({ length: reader.unsigned() + 1 }, () => reader.unsigned());
      text += ` ${targets.join(' ')}`;
    } else if (code === wasm.CALL) text += ` ${functionName(reader.unsigned())}`;
    else if (code === wasm.CALL_INDIRECT) {
      text += ` (type ${reader.unsigned()})`;
      reader.unsigned();
    } else if (code >= wasm.LOCAL_GET && code <= wasm.LOCAL_TEE) text += ` ${LOCAL_NAMES[reader.unsigned()] ?? '?'}`;
    else if (code === wasm.GLOBAL_GET) text += ` ${reader.unsigned() === 0 ? '$table_base' : '?'}`;
    else if (code >= wasm.I32_LOAD && code <= wasm.I64_STORE32) {
      reader.unsigned();
      const constant = reader.unsigned();
      if (constant !== 0) text += ` offset=${constant}`;
    } else if (code === wasm.I32_CONST || code === wasm.I64_CONST) text += ` ${reader.signed()}`;
    // The function's own end says nothing.
    if (depth < 0) break;
    lines.push({ depth: here, text, slot: mark < 0 ? -1 : (marks[mark]?.slot ?? -1) });
  }
  return lines;
}

/** All functions of a program, in the order of its subprograms. */
export function printProgram(compiled: CompiledProgram, helperName: (id: number) => string): WasmLine[][] {
  const kernel = Object.keys(KERNEL_FUNCTIONS);
  const functionName = (index: number): string => {
    if (index < kernel.length) return `$kernel.${kernel[index] ?? ''}`;
    const helper = compiled.helpers[index - kernel.length];
    if (helper !== undefined) return `$${helperName(helper)}`;
    return `$f${index - kernel.length - compiled.helpers.length}`;
  };
  return bodiesOf(compiled.wasm).map((body, i) => linesOf(compiled.wasm, body, compiled.marks[i] ?? [], functionName));
}
