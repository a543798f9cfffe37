// What kernel.wasm exports, as JavaScript sees it; src/kernel/index.ts is the contract and says what each one means.

export interface KernelExports {
  readonly table: WebAssembly.Table;
  __collect(): void;

  boot(seed: bigint, cpus: number): void;
  allocate(size: number): number;
  release(at: number): void;
  bpf(command: number, attribute: number, size: number): bigint;
  close(fd: number): bigint;
  setCapabilities(mask: number): void;
  setKernelVersion(version: number): void;
  setVerdictsOnly(on: boolean): void;
  notSimulated(): number;
  notSimulatedAt(): number;
  setEngine(engine: number): void;
  setBudget(instructions: bigint): void;
  setCpu(cpu: number): void;
  advanceClock(nanoseconds: bigint): void;
  clock(): bigint;
  instructionsRun(): bigint;
  lastResult(): bigint;
  memoryUsed(): number;

  setRecording(mode: number, limit: number): void;
  recordPointer(): number;
  recordSize(): number;
  setVerificationSlice(instructions: number): void;
  continueLoad(): bigint;
  cancelVerification(): void;
  verifierProcessed(): number;
  verifierMaxStatesPerInstruction(): number;
  verifierTotalStates(): number;
  verifierPeakStates(): number;

  faultKind(): number;
  faultInstruction(): number;
  faultAddress(): bigint;
  faultFrame(): number;

  tracePointer(): number;
  traceSize(): number;
  traceLost(): number;
  clearTrace(): void;

  programInstructions(fd: number): number;
  programInstructionCount(fd: number): number;
  programOrigins(fd: number): number;
  programId(fd: number): number;
  programIsUnverified(fd: number): number;
  replayPackets(fd: number, data: number, size: number, swapped: boolean, counters: number): number;
  runOverMemory(fd: number, data: number, size: number): bigint;
  setCompiled(fd: number, index: number, checked: boolean): void;
  mapAddress(id: number): number;
  registers(): number;
}

/** Names of faultKind()'s numbers, in order. */
export const FAULT_KINDS = [
  'none',
  'invalid read',
  'invalid write',
  'freed memory',
  'outside the stack',
  'NULL pointer',
  'unknown instruction',
  'call depth',
  'unknown helper',
  'budget',
  'bad helper argument',
  'outside the packet',
  'past the end',
] as const;
export const FAULT_BUDGET = 9;
