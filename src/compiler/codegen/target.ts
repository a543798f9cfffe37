// What a target can do: eBPF's instruction set versions, and the calling convention.

export interface Target {
  readonly name: 'bpf' | 'module';
  /** v3: 32-bit arithmetic and jumps, atomics that give the old value */
  readonly alu32: boolean;
  /** v2: jumps on <, <= */
  readonly jumpLess: boolean;
  /** v4: sign-extending loads and moves, signed division, long jumps, unconditional byte swap */
  readonly v4: boolean;
  /** bytes */
  readonly stackLimit: number;
  readonly argumentRegisters: number;
  /** kernel mode: a stack pointer in r11, arguments on the stack, indirect calls (src/compiler/kernel-mode/convention.ts) */
  readonly kernelMode: boolean;
}

export type Cpu = 'v1' | 'v2' | 'v3' | 'v4';

export function bpfTarget(cpu: Cpu): Target {
  return {
    name: 'bpf',
    alu32: cpu === 'v3' || cpu === 'v4',
    jumpLess: cpu !== 'v1',
    v4: cpu === 'v4',
    stackLimit: 512,
    argumentRegisters: 5,
    kernelMode: false,
  };
}

/** Kernel mode: the whole instruction set, run by a machine of ours alone. */
export function moduleTarget(): Target {
  return {
    name: 'module',
    alu32: true,
    jumpLess: true,
    v4: true,
    stackLimit: KERNEL_STACK,
    argumentRegisters: 5,
    kernelMode: true,
  };
}

/** bytes of a task's kernel stack (THREAD_SIZE of x86-64) */
const KERNEL_STACK = 16384;
