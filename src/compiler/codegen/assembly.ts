// Inline assembly: operands become registers, the template's text goes to the assembler with them filled in.
import type { Instruction } from '../../bpf/instruction.ts';
import type { Inst, SymbolTarget } from '../ir/ir.ts';
import { signedValue } from '../ir/ir.ts';
import {
  type AssemblyOperands,
  FIRST_VIRTUAL,
  type Machine,
  type MachineBlock,
  NO_REGISTER,
  type Register,
} from './machine.ts';
import { assemble, outsideLabel } from './assembler.ts';
import type { SelectionError, Selector } from './select.ts';

/** Turns an asm statement into a machine instruction with operands; outputs get registers of their own. */
export function selectAssembly(
  s: Selector,
  inst: Inst,
  define: (out: Inst, register: Register) => void,
  outputs: readonly Inst[],
  error: SelectionError,
): Machine {
  const text = inst.assembly!;
  /** clang's "w": the operand is written as the register's lower half */
  const words = new Set<number>();
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
    if (output.constraint.includes('w')) words.add(registers.length);
    registers.push(register);
    reads.push(false);
    // a memory operand's register holds its address
    writes.push(output.type !== 'void');
    const value = outputs.find((o) => o.width === i);
    if (value && output.type !== 'void') {
      // after a jump no copy could stand: who reads the value makes it
      if (register < FIRST_VIRTUAL && text.labels.length === 0) {
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
      const isWord = input.constraint.includes('w');
      if (isWord) words.add(registers.length);
      let register = wanted;
      if (register !== null) s.intoWhole(register, value);
      else register = isWord ? s.use(value) : s.useWhole(value);
      registers.push(register);
      reads.push(true);
    }
    writes.push(false);
  });
  const m = s.emit('asm', 0, NO_REGISTER, NO_REGISTER);
  const labels = new Map<string, number>();
  text.labels.forEach((label, i) => {
    labels.set(label, i);
    labels.set(String(number + i), i);
  });
  m.assembly = {
    template: text.template,
    names,
    registers,
    reads,
    writes,
    words,
    immediates,
    symbols,
    clobbers,
    labels,
    targets: [],
  };
  for (const [own, register] of copies) s.copy(own, register);
  return m;
}

function substitute(m: Machine, error: SelectionError): string {
  const a = m.assembly!;
  return a.template.replace(
    /%(?:([lwc])?(\d+)|([lwc])?\[(\w+)\]|(=)|(%))/g,
    (whole, f1: string, n: string, f2: string, name: string, unique: string, percent: string) => {
      if (percent) return '%';
      if (unique) return String(m.at);
      const label = (f1 ?? f2) === 'l' ? a.labels.get(n ?? name) : undefined;
      if (label !== undefined) return outsideLabel(label);
      const index = a.names.get(n ?? name);
      if (index === undefined) {
        error('C908', m.at, `invalid operand in inline asm: '${whole}'`);
        return '0';
      }
      const immediate = a.immediates.get(index);
      if (immediate !== undefined) return String(immediate);
      if (a.symbols.has(index)) return `@${index}`;
      return `${(f1 ?? f2) === 'w' || a.words.has(index) ? 'w' : 'r'}${a.registers[index]!}`;
    },
  );
}

/** The labels of an `asm goto` that its text goes to: it may list others. */
export function namedTargets({ template, labels, targets }: AssemblyOperands): MachineBlock[] {
  const named = new Set<number | undefined>();
  for (const [, number, name] of template.matchAll(/%l(?:(\d+)|\[(\w+)\])/g))
    named.add(labels.get(number ?? name ?? ''));
  return targets.filter((_, i) => named.has(i));
}

export interface AssembledTemplate {
  readonly instructions: Instruction[];
  /** 64-bit immediate loads and calls that name a symbol */
  readonly relocations: readonly { readonly index: number; readonly target: SymbolTarget; readonly call: boolean }[];
}

/**
 * The template's instructions with registers filled in.
 * @param outside slots from the first of them to the n-th label of an `asm goto`
 */
export function assembleTemplate(
  m: Machine,
  error: SelectionError,
  outside: (label: number) => number = () => 0,
): AssembledTemplate {
  const { instructions, symbols } = assemble(substitute(m, error), outside, (line) => {
    error('C908', m.at, `invalid instruction in inline asm: '${line}'`);
  });
  const relocations = symbols.flatMap(({ index, symbol, call }) => {
    const target = m.assembly!.symbols.get(symbol);
    return target ? [{ index, target, call }] : [];
  });
  return { instructions, relocations };
}
