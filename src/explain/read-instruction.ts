// "(61) r1 = *(u32 *)(r1 +0)" → an instruction. The patterns are made from the one table that also writes such text.
import { HELPERS } from '../bpf/helpers.ts';
import { OPERATIONS, type Operation } from '../bpf/instruction-set.ts';
import { kfuncByName } from '../bpf/kfuncs.ts';
import { BPF_PSEUDO_KFUNC_CALL } from '../bpf/opcodes.ts';
import type { Instruction } from '../bpf/instruction.ts';

export interface ReadInstruction {
  readonly instruction: Instruction;
  /** imm of the second slot, for a 64-bit immediate */
  readonly high: number | null;
}

const PATTERNS: Readonly<Record<string, string>> = {
  dst: '(\\d+)',
  src: '(\\d+)',
  off: '([+-]\\d+)',
  to: '([+-]\\d+)',
  imm: '(-?\\d+)',
  hex: '(0x[0-9a-f]+)',
  imm64: '(0x[0-9a-f]+|\\d+)',
  function: '(\\S+?)',
  high16: '(\\d+)',
  low16: '(\\d+)',
};

interface Reader {
  readonly row: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const readers = new Map<number, Reader[]>();
for (const row of OPERATIONS) {
  const names: string[] = [];
  const pattern = row.text.split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    if (name === undefined) return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    names.push(name);
    return PATTERNS[name] ?? '(.*)';
  });
  const list = readers.get(row.opcode) ?? [];
  list.push({ row, pattern: new RegExp(`^${pattern.join('')}$`), names });
  readers.set(row.opcode, list);
}

const helperNumbers = new Map(HELPERS.map((helper) => [`bpf_${helper.name}`, helper.id]));

/** null where the text is no instruction's. `text` begins with the opcode in brackets. */
export function readInstruction(text: string): ReadInstruction | null {
  const [, code, rest] = /^\(([0-9a-f]{2})\) (.*)$/.exec(text) ?? [];
  if (code === undefined || rest === undefined) return null;
  const opcode = parseInt(code, 16);
  for (const { row, pattern, names } of readers.get(opcode) ?? []) {
    const found = pattern.exec(rest);
    if (!found) continue;
    const fields = { opcode, dst: 0, src: row.src ?? 0, offset: row.offset ?? 0, imm: row.imm ?? 0 };
    let high: number | null = null;
    names.forEach((name, i) => {
      const value = found[i + 1] ?? '';
      if (name === 'dst') fields.dst = Number(value);
      else if (name === 'src') fields.src = Number(value);
      else if (name === 'off') fields.offset = Number(value);
      else if (name === 'imm' || name === 'to') fields.imm = Number(value);
      else if (name === 'hex') fields.imm = Number(value) | 0;
      else if (name === 'function' && helperNumbers.has(value)) fields.imm = helperNumbers.get(value) ?? 0;
      else if (name === 'imm64') {
        fields.imm = Number(BigInt.asIntN(32, BigInt(value)));
        high = Number(BigInt.asIntN(32, BigInt(value) >> 32n));
      }
    });
    // a kernel function has another number in every kernel: its name counts
    const kfunc = kfuncByName(found[names.indexOf('function') + 1] ?? '');
    if (kfunc) Object.assign(fields, { src: BPF_PSEUDO_KFUNC_CALL, imm: kfunc.id });
    return { instruction: fields, high };
  }
  return null;
}
