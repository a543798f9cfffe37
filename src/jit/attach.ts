// Compiles what the kernel has loaded and gives it back as functions in the kernel's table.
import { decodeInstructions } from '../bpf/instruction.ts';
import { FIRST_KERNEL_FUNCTION, KFUNCS } from '../bpf/kfuncs.ts';
import { INSTRUCTION_SIZE } from '../bpf/opcodes.ts';
import { compileProgram, type CompiledProgram } from './index.ts';
import { KERNEL_FUNCTIONS, type KernelFunction, type Machine } from './machine.ts';

/** Numbers of the helpers that call the program's own functions: bpf_for_each_map_elem, bpf_user_ringbuf_drain. */
const CALLBACK_HELPERS: ReadonlySet<number> = new Set([164, 209]);

/** src/kernel/vm/fault.ts */
const FAULT_INSTRUCTION = 6;
const FAULT_BUDGET = 9;
const FAULT_HELPER_MEMORY = 10;
const FAULT_END = 12;

/** Beyond this number there are no helpers: __BPF_FUNC_MAX_ID of 6.18 is 212, and kernel functions stand from 256 on. */
const HELPER_LIMIT = FIRST_KERNEL_FUNCTION + KFUNCS.length;

/** What of the kernel's exports the compiler needs; src/kernel/index.ts says what each is. */
export interface JitExports {
  readonly table: WebAssembly.Table;
  virtualBase(): bigint;
  shadowBase(): number;
  shadowLimit(): bigint;
  budgetWord(): number;
  faultWord(): number;
  callbackBase(): bigint;
  helperFunction(id: number): number;
  programInstructions(fd: number): number;
  programInstructionCount(fd: number): number;
  programIsUnverified(fd: number): number | boolean;
  setCompiled(fd: number, index: number, checked: boolean): void;
}

export interface CompilingKernel {
  readonly memory: WebAssembly.Memory;
  readonly exports: JitExports;
}

export interface AttachOptions {
  /** test every access; without it, the program must have passed the verifier */
  readonly checked: boolean;
  /** count every instruction; off, only what keeps a verified program from running for ever (see translate.ts) */
  readonly counting?: boolean;
}

/** Exports whose names are jitAccess, jitProbe … */
const exportName = (name: KernelFunction): string => `jit${name[0]?.toUpperCase()}${name.slice(1)}`;

/** The compiler at one kernel. After boot() of the kernel, reset() takes back the table entries of the programs that were. */
export class Jit {
  private readonly kernel: CompilingKernel;
  private readonly machine: Machine;
  private readonly helpers: ReadonlyMap<number, number>;
  private readonly functions: Record<string, WebAssembly.ImportValue> = {};
  private readonly firstEntry: number;
  private nextEntry: number;

  constructor(kernel: CompilingKernel) {
    this.kernel = kernel;
    const { exports } = kernel;
    this.machine = {
      virtualBase: BigInt.asUintN(64, exports.virtualBase()),
      shadow: exports.shadowBase(),
      shadowLimit: exports.shadowLimit(),
      budgetWord: exports.budgetWord(),
      faultWord: exports.faultWord(),
      faults: {
        budget: FAULT_BUDGET,
        instruction: FAULT_INSTRUCTION,
        helperArgument: FAULT_HELPER_MEMORY,
        end: FAULT_END,
      },
      callbackBase: BigInt.asUintN(64, exports.callbackBase()),
      callbackHelpers: CALLBACK_HELPERS,
    };
    const helpers = new Map<number, number>();
    for (let id = 1; id < HELPER_LIMIT; id++) {
      const index = exports.helperFunction(id);
      if (index !== 0) helpers.set(id, index);
    }
    this.helpers = helpers;
    for (const name of Object.keys(KERNEL_FUNCTIONS) as KernelFunction[])
      this.functions[name] = (exports as unknown as Record<string, WebAssembly.ImportValue>)[
        exportName(name)
      ] as WebAssembly.ImportValue;
    this.firstEntry = exports.table.length;
    this.nextEntry = this.firstEntry;
  }

  reset(): void {
    this.nextEntry = this.firstEntry;
  }

  /** Translates without attaching. */
  translate(fd: number, options: AttachOptions): CompiledProgram {
    const { memory, exports } = this.kernel;
    const at = exports.programInstructions(fd);
    const bytes = new Uint8Array(memory.buffer, at, exports.programInstructionCount(fd) * INSTRUCTION_SIZE);
    const checked = options.checked || Boolean(exports.programIsUnverified(fd));
    const counting = options.counting ?? true;
    return compileProgram(decodeInstructions(bytes), {
      machine: this.machine,
      checked,
      counting,
      helpers: this.helpers,
    });
  }

  /** Compiles program `fd`; from now on the kernel runs it as compiled code where its engine says so. */
  attach(fd: number, options: AttachOptions): void {
    const { memory, exports } = this.kernel;
    const { table } = exports;
    const compiled = this.translate(fd, options);
    const base = this.nextEntry;
    const missing = base + compiled.subprograms.length - table.length;
    if (missing > 0) table.grow(missing);
    this.nextEntry += compiled.subprograms.length;
    const helper: Record<string, WebAssembly.ImportValue> = {};
    for (const id of compiled.helpers)
      helper[`h${id}`] = table.get(this.helpers.get(id) as number) as WebAssembly.ImportValue;
    const tableBase = new WebAssembly.Global({ value: 'i32', mutable: false }, base);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(compiled.wasm), {
      kernel: { memory, table, tableBase, ...this.functions },
      helper,
    });
    compiled.subprograms.forEach((_, i) => table.set(base + i, instance.exports[`f${i}`]));
    exports.setCompiled(fd, base, options.checked || Boolean(exports.programIsUnverified(fd)));
  }
}
