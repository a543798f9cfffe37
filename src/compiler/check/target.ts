// What differs between the two things that this compiler makes: eBPF programs, and kernel-mode code for the simulated kernel.

export interface TargetRules {
  /** functions may be declared with `...` and defined so */
  readonly variadicDefinitions: boolean;
  /** parameters of a function that is not inlined */
  readonly maxParameters: number;
  /** structures may be passed and returned by value between functions that are not inlined */
  readonly wideReturns: boolean;
  /** whose headers its programs include */
  readonly headers: 'bpf' | 'kernel';
}

export const TARGETS: Readonly<Record<'bpf' | 'module', TargetRules>> = {
  bpf: { variadicDefinitions: false, maxParameters: 5, wideReturns: false, headers: 'bpf' },
  module: { variadicDefinitions: true, maxParameters: 255, wideReturns: true, headers: 'kernel' },
};
