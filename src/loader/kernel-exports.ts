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
  setTask(pid: number, tgid: number, uid: number, gid: number, parent: number, name: number, nameSize: number): void;
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

  userMemory(from: number, size: number): bigint;
  kernelOpen(poison: boolean): boolean;
  kernelFrame(address: bigint): number;
  kernelSealImage(instructions: number, readOnlyPages: number, dataPages: number): void;
  kernelStart(): void;
  kernelAddSymbol(address: bigint, size: bigint, name: number, nameSize: number, module: number, code: boolean): void;
  moduleAllocate(pages: number): bigint;
  moduleFree(address: bigint, pages: number): void;
  moduleSealText(address: bigint, instructions: number): void;
  moduleSealReadOnly(address: bigint, pages: number): void;
  moduleAdd(
    name: number,
    nameSize: number,
    flags: number,
    flagsSize: number,
    base: bigint,
    pages: number,
    initBase: bigint,
    initPages: number,
  ): number;
  moduleSetState(id: number, state: number): void;
  moduleFreeInit(id: number): void;
  moduleRemove(id: number): void;
  kernelCall(number: bigint, a: bigint, b: bigint, c: bigint): bigint;
  kernelFunction(address: bigint, a: bigint, b: bigint, c: bigint): bigint;
  kernelState(): number;
  kernelTaskKilled(): boolean;
  kernelExitTask(): boolean;
  kernelTaint(): number;
  kernelAddTaint(bits: number): void;
  kernelPanicOnOops(on: boolean): void;
  kernelSetBudget(instructions: bigint): void;
  kernelLogPointer(): number;
  kernelLogSize(): number;
  kernelLogLine(level: number, text: number, size: number): void;
  kernelRead(address: bigint, size: number): number;
  kernelWrite(address: bigint, from: number, size: number): boolean;
  kernelReceive(frame: number, size: number, device: number): number;
  kernelFateDetail(): number;
  kernelCurrentTask(): bigint;
  kernelAllocate(size: number): bigint;
  kernelObjects(): number;
  registers(): number;

  beginStep(fd: number, packet: number, size: number): number;
  step(count: bigint): number;
  endStep(): void;
  stepDepth(): number;
  stepSlot(level: number): number;
  stepProgram(): number;
  addRacer(fd: number, packet: number, size: number): number;
  stepRacer(number: number): number;
  racerResult(number: number): bigint;
  racerSlot(number: number): number;
  endRace(): void;
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
