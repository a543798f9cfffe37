// What compiled code and the kernel module agree on: addresses of words in linear memory, numbers of faults, and the functions
// that the kernel gives to compiled code. attach.ts fills it in from the kernel; the translator only sees numbers.

export interface Machine {
  /** kernel virtual address of linear address 0; the low 32 bits are zero */
  readonly virtualBase: bigint;
  /** linear address of the shadow bytes (one for 8 bytes; 8: all accessible), and how much memory they cover */
  readonly shadow: number;
  readonly shadowLimit: bigint;
  /** linear address of the instructions left (i64) */
  readonly budgetWord: number;
  /** linear address of the kind of the run's fault (i32, 0: none) */
  readonly faultWord: number;
  readonly faults: {
    readonly budget: number;
    readonly instruction: number;
    /** a helper's argument is not what it must be */
    readonly helperArgument: number;
    /** the program ran past its last instruction */
    readonly end: number;
  };
  /** a function's value in a register: this, and its table index in the low half */
  readonly callbackBase: bigint;
  /** helpers of the kernel that call the program's functions back (bpf_for_each_map_elem …) */
  readonly callbackHelpers: ReadonlySet<number>;
}

/** Kernel functions that compiled code imports, with their WebAssembly types. */
export const KERNEL_FUNCTIONS = {
  /** (address, bytes, write, slot) → 1, or 0 after recording the fault */
  access: { parameters: ['i64', 'i32', 'i32', 'i32'], results: ['i32'] },
  /** (address, bytes) → may it be read? For loads that give zero otherwise (PROBE_MEM). */
  probe: { parameters: ['i64', 'i32'], results: ['i32'] },
  /** (kind, slot): records why the run ends */
  fault: { parameters: ['i32', 'i32'], results: [] },
  /** (slot): where a fault that a helper or a callee raised is to be shown, unless it is known already */
  locate: { parameters: ['i32'], results: [] },
  /** (slot of the call) → r10 of the callee, 0 after a fault */
  enterFrame: { parameters: ['i32'], results: ['i64'] },
  leaveFrame: { parameters: [], results: [] },
  /** (context, map, index) → table index of the program to go on with, negative when there is none */
  tailCall: { parameters: ['i64', 'i64', 'i64'], results: ['i32'] },
  /** (socket buffer, offset, bytes) → value in host order, negative outside the packet */
  packetLoad: { parameters: ['i64', 'i32', 'i32'], results: ['i64'] },
  /** (helper number, slot, r1 … r5) → r0 */
  callByNumber: { parameters: ['i32', 'i32', 'i64', 'i64', 'i64', 'i64', 'i64'], results: ['i64'] },
} as const satisfies Record<string, { parameters: readonly ('i32' | 'i64')[]; results: readonly ('i32' | 'i64')[] }>;

export type KernelFunction = keyof typeof KERNEL_FUNCTIONS;
