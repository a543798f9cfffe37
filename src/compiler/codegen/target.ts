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
  };
}
