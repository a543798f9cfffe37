// eBPF → WebAssembly. One module a program, one function a subprogram; memory, table and kernel functions are imported.
//
// The instructions are those that the kernel left after verification and rewriting: context accesses converted, references to
// maps resolved to addresses, helpers by number.
import type { Instruction } from '../bpf/instruction.ts';
import * as op from '../bpf/opcodes.ts';
import { findSubprograms } from './graph.ts';
import { KERNEL_FUNCTIONS, type KernelFunction, type Machine } from './machine.ts';
import { FUNCTION_PARAMETERS, LOCALS, type CodeMark, type Surroundings } from './emitter.ts';
import { FunctionTranslator } from './translate.ts';
import { I32, I64, assembleModule, type Bytes, type FunctionType, type Import } from './wasm.ts';

export interface CompileOptions {
  readonly machine: Machine;
  /** test every access (and count); must be on for programs that the verifier has not accepted */
  readonly checked: boolean;
  /** take every instruction from the budget, exactly; without it, only what keeps a verified program from running for ever */
  readonly counting?: boolean;
  /** table index of each helper that the kernel has */
  readonly helpers: ReadonlyMap<number, number>;
  /** slots of loads through BTF pointers (PROBE_MEM); mode bits 0x20 and 0x40 of a load say the same */
  readonly probes?: ReadonlySet<number>;
}

export interface CompiledProgram {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** first slot of each function; function i is exported as `f${i}`, and belongs at table position base + i */
  readonly subprograms: readonly number[];
  /** helpers that the module imports, by number: `helper.h${id}` */
  readonly helpers: readonly number[];
  /** a function's code by instruction: offsets into its code, behind its locals */
  readonly marks: readonly (readonly CodeMark[])[];
}

/** Linux marks probing loads by modes that no program may use itself (BPF_PROBE_MEM, BPF_PROBE_MEMSX). */
const MODE_PROBE = 0x20;
const MODE_PROBE_SIGNED = 0x40;

/** Turns probing loads into ordinary ones, and remembers where they stand. */
function takeProbes(
  instructions: readonly Instruction[],
  given: ReadonlySet<number>,
): { instructions: readonly Instruction[]; probes: ReadonlySet<number> } {
  const probes = new Set(given);
  const plain = instructions.map((instruction, slot) => {
    const mode = instruction.opcode & 0xe0;
    if ((instruction.opcode & 7) !== op.BPF_LDX || (mode !== MODE_PROBE && mode !== MODE_PROBE_SIGNED))
      return instruction;
    probes.add(slot);
    const opcode = (instruction.opcode & 0x1f) | (mode === MODE_PROBE ? op.BPF_MEM : op.BPF_MEMSX);
    return { ...instruction, opcode };
  });
  return { instructions: plain, probes };
}

const valueType = (name: 'i32' | 'i64'): number => (name === 'i32' ? I32 : I64);

const HELPER_TYPE: FunctionType = { parameters: [I64, I64, I64, I64, I64], results: [I64] };
const PROGRAM_TYPE: FunctionType = { parameters: FUNCTION_PARAMETERS, results: [I64] };

/** Slots that hold a second half of a 64-bit immediate are data; a call there is none. */
function helpersCalled(instructions: readonly Instruction[], known: ReadonlyMap<number, number>): number[] {
  const called = new Set<number>();
  for (const instruction of instructions)
    if (instruction.opcode === (op.BPF_JMP | op.BPF_CALL) && instruction.src === 0 && known.has(instruction.imm))
      called.add(instruction.imm);
  return [...called].sort((a, b) => a - b);
}

/** Compiles a program. There is no way to fail: what is no instruction becomes a fault where it stands. */
export function compileProgram(program: readonly Instruction[], options: CompileOptions): CompiledProgram {
  const { instructions, probes } = takeProbes(program, options.probes ?? new Set());
  const subprograms = findSubprograms(instructions);
  const helpers = helpersCalled(instructions, options.helpers);

  const types: FunctionType[] = [PROGRAM_TYPE, HELPER_TYPE];
  const imports: Import[] = [
    { module: 'kernel', name: 'memory', kind: 'memory' },
    { module: 'kernel', name: 'table', kind: 'table' },
    { module: 'kernel', name: 'tableBase', kind: 'global', type: I32 },
  ];
  let functions = 0;
  const kernelIndex = new Map<KernelFunction, number>();
  for (const [name, type] of Object.entries(KERNEL_FUNCTIONS)) {
    types.push({ parameters: type.parameters.map(valueType), results: type.results.map(valueType) });
    imports.push({ module: 'kernel', name, kind: 'function', type: types.length - 1 });
    kernelIndex.set(name as KernelFunction, functions++);
  }
  const helperIndex = new Map<number, number>();
  for (const id of helpers) {
    imports.push({ module: 'helper', name: `h${id}`, kind: 'function', type: 1 });
    helperIndex.set(id, functions++);
  }

  const first = functions;
  const position = new Map(subprograms.map((slot, i) => [slot, i]));
  const around: Surroundings = {
    instructions,
    checked: options.checked,
    counting: options.checked || options.counting === true,
    machine: options.machine,
    probes,
    subprogram: (slot) => {
      const i = position.get(slot);
      return i === undefined ? undefined : first + i;
    },
    tablePosition: (slot) => position.get(slot),
    imported: (name) => kernelIndex.get(name) as number,
    helper: (id) => helperIndex.get(id),
    functionCount: subprograms.length,
    functionType: 0,
  };
  const translators = subprograms.map(
    (from, i) => new FunctionTranslator(around, from, subprograms[i + 1] ?? instructions.length),
  );
  const bodies: Bytes[] = translators.map((translator) => translator.translate());
  const wasm = assembleModule({
    types,
    imports,
    functions: bodies.map((code) => ({ type: 0, locals: LOCALS, code })),
    exports: Object.fromEntries(bodies.map((_, i) => [`f${i}`, first + i])),
  });
  return { wasm, subprograms, helpers, marks: translators.map(({ marks }) => marks) };
}
