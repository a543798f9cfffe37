// The simulated Linux as one WebAssembly module. This header is the contract between the kernel and its hosts: the loader and the
// lab (TypeScript) on one side, compiled code (src/jit) on the other.
//
// MEMORY. The host makes the memory and passes it as import env.memory: at least 1056 pages (66 MB, most of it never touched),
// at most 8192. Linear memory below 0x4100000 is the kernel's fixed part (memory/layout.ts); above, AssemblyScript's heap and the
// kernel's arena grow. Views of memory.buffer go stale whenever the kernel runs. Imports besides memory: env.abort (AssemblyScript).
//
// ADDRESSES. A kernel virtual address is 0xffff888000000000 + linear address; its low 32 bits are the linear address.
//
// LIFE. boot(seed, cpus) resets everything: maps, programs, descriptors, memory, clock, random numbers, trace. Call it once before
// anything else. Between two calls (never while one runs) the host calls __collect() now and then, as the module's own
// objects are only freed then.
//
// SYSTEM CALLS. bpf(cmd, attr, size) takes union bpf_attr in Linux's layout (src/bpf/syscall.ts). attr and every pointer in it are
// linear addresses of memory that allocate() gave (or any other that is not the arena's). It returns 0, a descriptor, or -errno,
// as i64 (BigInt in JavaScript), and writes its results into attr. close(fd) closes.
//   BPF_PROG_LOAD with prog_flags | SIM_F_UNVERIFIED skips the verifier. Such a program gets r1 = packet, r2 = its length.
//   BPF_PROG_TEST_RUN returns -EFAULT (-14) after a fault; faultKind() and its neighbours say which.
//
// FAULTS (vm/fault.ts): 0 none, 1 read, 2 write outside every object, 3 freed object, 4 stack, 5 null pointer, 6 no instruction,
// 7 call depth, 8 unknown helper, 9 budget, 10 a helper's argument, 11 outside the packet, 12 ran past the end.
//
// TRACE. Lines of bpf_printk since boot or clearTrace(): traceSize() bytes at tracePointer(), each u32 length, u32 CPU,
// u64 time in ns, the text (no terminator), padded to 8 bytes.
//
// RECORDS. readRecord(fd, to, room) takes the next record of a ring buffer, or sample of a perf event from openPerfEvent(cpu), whose
// descriptor goes into a perf event array. redirectKind() and redirectTarget() say where the last program wanted its packet sent.
//
// THE MACHINE. setTask, setTaskCgroup, setCpu, createDevice and userMemory set the scene; advanceClock lets time pass and timers fire.
//
// NOT SIMULATED. A map type that is not is refused with -ENOTSUPP (-524) at creation; so is a program that the verifier accepts and
// that calls a helper that is not: notSimulated() then says which. After setVerdictsOnly(true), for hosts that ask what Linux would
// say and run nothing, both succeed, and BPF_PROG_TEST_RUN answers -ENOTSUPP. An unverified program that calls such a helper faults
// when it comes to that (kind 8, the helper's number as the address).
//
// STEPPING. beginStep(fd, packet, size) puts a packet before a program and stops before its first instruction; step(n) runs n
// instructions (0 returned, 1 goes on, 2 fault); stepDepth() and stepSlot(level) say where it stands; registers() is where r0 to r10
// are. Memory can be looked at between steps. endStep() gives up. Always by the interpreter.
//
// PROCESSORS SIDE BY SIDE. addRacer(fd, packet, size) gives processor 0, 1, … an XDP program and a packet of its own; stepRacer(number) has
// one of them do one instruction, so the host decides who overtakes whom; endRace() puts the machine back. Maps are shared.
//
// COMPILED CODE. The rewritten program (programInstructions …) is what is compiled: addresses are in place, helpers are called by
// their number. setCompiled(fd, index, checked) stores the function-table index of its main function, whose type is
// (r1, r2, r3, r4, r5, r10: i64) → i64; subprograms have the same type. A callback in a register is CALLBACK_COMPILED | table index.
// What compiled code calls is exported as jit… below, with the words it may look at: budgetWord() and faultWord().
import { VIRTUAL_BASE, SHADOW, MEMORY_LIMIT, BUDGET_WORD, FAULT_WORD, REGISTERS, toVirtual } from './memory/layout';
import { arenaUsed, resetArena } from './memory/arena';
import { checkSlowly } from './memory/access';
import { resolve } from './memory/shadow';
import { env } from './verifier/environment';
import { recordsSize, recordsStart, setRecording as keepRecords } from './verifier/recorder';
import { setVerifierSlice } from './verifier/verify';
import { resetDevices } from './memory/devices';
import { resetMaps, mapById } from './maps/registry';
import { closeFile, descriptorOfCode, programOf, resetFiles } from './syscall/files';
import {
  missing,
  missingAt,
  resetPrograms,
  setLoaderCapabilities,
  setLoaderKernel,
  setVerdictsOnly as askVerdictsOnly,
  continueProgramLoad,
} from './syscall/programs';
import { resetSkb } from './syscall/skb-buffer';
import { resetXdp } from './syscall/xdp-buffer';
import { COMM_SIZE, current, endCurrent, enterTask, lastSignal, resetTasks, setCgroup } from './memory/tasks';
import { TASK_COMM } from './memory/structures';
import { giveUserMemory } from './memory/user';
import { addDevice } from './memory/devices';
import { makeSocket, resetSocketTable } from './memory/sockets';
import { resetRingBuffers } from './maps/ring-buffer';
import { callKernel, kernelSystemCall, setKernelBudget, taskKilled } from './module/call';
import {
  kernelBytes,
  openKernel,
  pokeKernel,
  resetKernelSide,
  sealImage,
  startImage,
  windowFrame,
} from './module/host';
import { kernelLogBytes, kernelLogStart, logText } from './module/kernel-log';
import { addTaint, machineState, setPanicOnOops, taint } from './module/machine';
import {
  addModule,
  freeInit,
  freeModuleMemory,
  moduleMemory,
  removeModule,
  sealReadOnly,
  sealText,
  setModuleState,
} from './module/modules';
import { fateDetail, receiveFrame } from './module/packet';
import { addSymbol } from './module/symbols';
import { slabAllocate, slabObjects } from './memory/slab';
import { clearCapture, captureBytes, captureStart, listenAtStage, lostFrames } from './net/capture';
import { counts, drops, setPrice, stages } from './net/account';
import { alive, failed } from './net/buffers';
import { profile, profileSamples } from './net/profile';
import { clearRecords, lostRecords, packets, recordBytes, recordStart as traceRecords, setTracing } from './net/record';
import { removeFilter, setClsact, setFilter, setSocketFilter } from './net/classify';
import { setLinkXdp } from './net/attach-xdp';
import { unpin } from './syscall/links';
import {
  addAddress,
  addCgroup,
  addClient,
  addInterface,
  addNamespace,
  addNeighbourAt,
  addRouteTo,
  addRuleTo,
  addServer,
  addWireHost,
  cgroupDescriptor,
  deviceCounters,
  frameArrives,
  framesArrive,
  networkHalted,
  networkTime,
  onVlan,
  pair,
  passNetworkTime,
  removeRuleFrom,
  resetNetwork,
  ruleHits,
  runNetwork,
  setCapture,
  setInterface,
  setOption,
  socketCounters,
} from './net/host';
import { readRecords } from './maps/records';
import { openPerfEvent as openEvent } from './syscall/files';
import { redirectKind as kindOfRedirect, redirectNumber, noteRedirect } from './helpers/redirect';
import { resetSockets } from './helpers/sockets';
import { passTime, resetTimers } from './helpers/timers';
import { systemCall } from './syscall/bpf';
import { returned } from './syscall/test-run';
import { replay } from './syscall/replay';
import { helperIndex, helperMismatch as mismatch, resetHelpers } from './helpers/table';
import { lostLines, resetTrace, traceSize as traceBytes, traceStart } from './helpers/trace';
import { clock as now, resetMachine, setCpu as chooseCpu } from './cpu';
import { resetStack } from './vm/frames';
import {
  clearFault,
  faultAddress as addressOfFault,
  faultFrame as frameOfFault,
  faultKind as kindOfFault,
  faultSlot,
  locate,
  raise,
  FAULT_HELPER,
} from './vm/fault';
import { countTailCall, enterCompiled, leaveCompiled } from './vm/calls';
import { executed, resetExecuted } from './vm/interpreter';
import { loadPacket, packetValue } from './vm/packet-load';
import { CALLBACK_COMPILED } from './vm/operations';
import { runBare } from './vm/bare-run';
import { addToRace, endRace as endOfRace, raceResult, raceSlot, resetRace, stepRace } from './vm/race';
import { compiledFor, resetRuns, setBudget as limitRuns, setEngine as chooseEngine } from './vm/run';
import {
  beginSteps,
  endSteps,
  step as runSteps,
  stepCode,
  stepDepth as depthOfStep,
  stepSlot as slotOfStep,
} from './vm/stepper';
import { programAt } from './maps/program-array';
import { EBADF, EINVAL } from './generated/errno';

// ---- life ----

export function boot(seed: u64, cpus: i32): void {
  resetArena();
  resetMachine(seed, max<i32>(1, min<i32>(cpus, 64)));
  clearFault();
  resetStack();
  resetHelpers();
  resetTrace();
  resetMaps();
  resetFiles();
  resetPrograms();
  resetDevices();
  resetXdp();
  resetSkb();
  resetTasks();
  resetRingBuffers();
  resetTimers();
  resetSockets();
  resetSocketTable();
  noteRedirect(0, 0);
  resetRuns();
  resetRace();
  resetExecuted();
  resetKernelSide();
  resetNetwork();
}

/** Memory for arguments and results; 0: none. It is the host's until release() or the page's end, whatever boot does. */
export function allocate(size: u32): usize {
  return heap.alloc(size);
}

export function release(at: usize): void {
  heap.free(at);
}

export function bpf(cmd: i32, attr: usize, size: u32): i64 {
  return systemCall(cmd, attr, size);
}

export function close(fd: i32): i64 {
  return closeFile(fd) ? 0 : -EBADF;
}

/** CAP_… bits (src/bpf/syscall.ts) of the calls that follow */
export function setCapabilities(mask: u32): void {
  setLoaderCapabilities(mask);
}

/** 618 or 601: whose rules the verifier applies */
export function setKernelVersion(version: i32): void {
  setLoaderKernel(version);
}

/** Until the next boot: load also what is not simulated, and run none of it. */
export function setVerdictsOnly(on: bool): void {
  askVerdictsOnly(on);
}

/** What the last BPF_PROG_LOAD asked for that is not simulated: a helper's number, minus a map type; 0: nothing. */
export function notSimulated(): i32 {
  return missing;
}

/** The instruction of the loaded program that calls it. */
export function notSimulatedAt(): i32 {
  return missingAt;
}

/** 0 interpreter, 1 compiled code where there is any, 2 checked compiled code. An unverified program never runs unchecked. */
export function setEngine(engine: i32): void {
  chooseEngine(engine);
}

/** instructions that one run may take */
export function setBudget(instructions: i64): void {
  limitRuns(instructions);
}

/** the CPU that runs from now on */
export function setCpu(cpu: u32): void {
  chooseCpu(cpu);
}

/** Time passes; timers that come due fire. */
export function advanceClock(nanoseconds: u64): void {
  passTime(nanoseconds);
}

/** simulated nanoseconds since boot */
export function clock(): u64 {
  return now;
}

/** instructions run since boot, by any engine */
export function instructionsRun(): u64 {
  return executed;
}

/** r0 of the last test run, all 64 bits */
export function lastResult(): u64 {
  return returned;
}

/** bytes of the arena in use */
export function memoryUsed(): u32 {
  return <u32>arenaUsed();
}

/** Makes the task `pid` the running one, as a new child of task `parent` if there is none with that number. */
export function setTask(pid: u32, tgid: u32, uid: u32, gid: u32, parent: u32, name: usize, nameSize: u32): void {
  const task = enterTask(pid, tgid, uid, gid, parent);
  if (name != 0) {
    memory.fill(task + TASK_COMM, 0, COMM_SIZE);
    memory.copy(task + TASK_COMM, name, min<u32>(nameSize, COMM_SIZE - 1));
  }
}

/** the signal that a program sent last (bpf_send_signal); 0: none since boot */
export function signalSent(): u32 {
  return lastSignal;
}

/** cgroup number of the running task */
export function setTaskCgroup(id: u64): void {
  setCgroup(id);
}

/** Puts bytes into a process's memory, for programs that read arguments there; the address that they see. */
export function userMemory(from: usize, size: u32): u64 {
  return giveUserMemory(from, size);
}

/** A network device; its interface number. The name has at most 15 characters; flags are IFF_…. */
export function createDevice(name: usize, nameSize: u32, mtu: u32, flags: u32): u32 {
  return addDevice(String.UTF8.decodeUnsafe(name, nameSize), mtu, flags);
}

/**
 * A socket that programs can find: family 2 (IPv4) or 10 (IPv6), protocol 6 (TCP) or 17 (UDP), bound to the 4 or 16 bytes at `local`
 * and `port`. With `remote` (0: none) and its port it is connected; a TCP socket without listens. Its virtual address; 0: no memory.
 */
export function createSocket(family: u32, protocol: u32, local: usize, port: u32, remote: usize, remotePort: u32): u64 {
  const sock = makeSocket(<u16>family, <u16>protocol, local, <u16>port, remote, <u16>remotePort);
  return sock == 0 ? 0 : toVirtual(sock);
}

/** perf_event_open(2) for bpf_perf_event_output on that CPU: a descriptor to put into a perf event array */
export function openPerfEvent(cpu: u32): i32 {
  return openEvent(cpu);
}

/**
 * The next record of a ring buffer (its map's descriptor) or sample of a perf event: copies at most `room` bytes to `to`, and gives
 * the whole length. -EAGAIN: there is none; -EBADF: the descriptor is neither.
 */
export function readRecord(fd: i32, to: usize, room: u32): i32 {
  return readRecords(fd, to, room);
}

/** what the last test run asked for by bpf_redirect and its kin: 0 nothing, 1 device, 2 CPU, … (helpers/redirect.ts) */
export function redirectKind(): i32 {
  return kindOfRedirect;
}

/** its interface or CPU */
export function redirectTarget(): u32 {
  return redirectNumber;
}

// ---- the verifier's records ----

/** What the loads that follow leave behind: 0 nothing, 1 the failing path, 2 everything; at most `limit` bytes. */
export function setRecording(mode: i32, limit: u32): void {
  keepRecords(mode, limit);
}

/** the last load's records (src/bpf/verifier-records.ts) */
export function recordPointer(): usize {
  return recordsStart();
}

export function recordSize(): u32 {
  return recordsSize();
}

/**
 * A load walks at most so many instructions at a time (0: all of them) and then answers -EAGAIN; continueLoad() goes on and answers as
 * the load would, or -EAGAIN again. cancelVerification() in between: the next answer is the refusal.
 */
export function setVerificationSlice(instructions: u32): void {
  setVerifierSlice(instructions);
}
export function continueLoad(): i64 {
  return continueProgramLoad();
}
export function cancelVerification(): void {
  env.cancelled = true;
}

/** instructions that the last verification walked through */
export function verifierProcessed(): u32 {
  return env.processed;
}

export function verifierMaxStatesPerInstruction(): u32 {
  return env.maxStatesPerInstruction;
}

export function verifierTotalStates(): u32 {
  return env.totalStates;
}

export function verifierPeakStates(): u32 {
  return env.peakStates;
}

// ---- faults ----

export function faultKind(): i32 {
  return kindOfFault();
}

/** slot of the rewritten program; programOrigins() leads back to the loaded one */
export function faultInstruction(): i32 {
  return faultSlot();
}

export function faultAddress(): u64 {
  return addressOfFault();
}

/** calls below the main program */
export function faultFrame(): i32 {
  return frameOfFault();
}

// ---- trace ----

export function tracePointer(): usize {
  return traceStart();
}

export function traceSize(): u32 {
  return traceBytes();
}

/** lines that found no room */
export function traceLost(): u32 {
  return lostLines;
}

export function clearTrace(): void {
  resetTrace();
}

// ---- running without a packet ----

/** Runs a program with r1 = virtual address of a copy of the `size` bytes at `data` (0 when there are none), r2 = size. r0. */
export function runOverMemory(fd: i32, data: usize, size: u32): u64 {
  const program = programOf(fd);
  return program == null ? 0 : runBare(program, data, size);
}

/** Runs program `fd` over a capture's records, see syscall/replay.ts; the packets run. */
export function replayPackets(fd: i32, data: usize, size: usize, swapped: bool, counters: usize): u32 {
  const program = programOf(fd);
  return program == null ? 0 : replay(program, data, size, swapped, counters);
}

// ---- programs, for compiler and debugger ----

/** linear address of the rewritten instructions, 8 bytes each; 0: no such descriptor */
export function programInstructions(fd: i32): usize {
  const program = programOf(fd);
  return program == null ? 0 : program.rewritten;
}

export function programInstructionCount(fd: i32): i32 {
  const program = programOf(fd);
  return program == null ? 0 : program.rewrittenCount;
}

/** linear address of a u32 for each rewritten slot: the slot of the loaded program that it comes from */
export function programOrigins(fd: i32): usize {
  const program = programOf(fd);
  return program == null ? 0 : program.origins;
}

/** the number that the program has in the kernel (bpftool's id) */
export function programId(fd: i32): i32 {
  const program = programOf(fd);
  return program == null ? 0 : program.id;
}

export function programIsUnverified(fd: i32): bool {
  const program = programOf(fd);
  return program == null ? false : program.unverified;
}

/** Table index of the compiled main function, in its checked or unchecked form. */
export function setCompiled(fd: i32, index: u32, checked: bool): void {
  const program = programOf(fd);
  if (program == null) return;
  if (checked) program.compiledChecked = index;
  else program.compiled = index;
}

/** linear address of the struct bpf_map of map number `id`; 0: none */
export function mapAddress(id: i32): usize {
  const map = mapById(id);
  return map == null ? 0 : map.address;
}

// ---- debugger ----

export function beginStep(fd: i32, packet: usize, size: u32): i32 {
  const program = programOf(fd);
  return program == null ? -EBADF : beginSteps(program, packet, size);
}

export function step(count: i64): i32 {
  return runSteps(count);
}

export function endStep(): void {
  endSteps();
}

export function stepDepth(): i32 {
  return depthOfStep();
}

export function stepSlot(level: i32): i32 {
  return slotOfStep(level);
}

// ---- processors side by side ----

/** One more processor, numbered from 0, that is to run XDP program `fd` over a packet. Its number, or -errno. */
export function addRacer(fd: i32, packet: usize, size: u32): i32 {
  const program = programOf(fd);
  return program == null ? -EBADF : addToRace(program, packet, size);
}

/** Processor `number` does one instruction: 0 its program returned, 1 it goes on, 2 a fault, 3 it waits for a lock; -EINVAL: none such. */
export function stepRacer(number: i32): i32 {
  return stepRace(number);
}

/** r0 of a processor */
export function racerResult(number: i32): u64 {
  return raceResult(number);
}

/** the instruction that a processor does next, as a slot of the rewritten program */
export function racerSlot(number: i32): i32 {
  return raceSlot(number);
}

export function endRace(): void {
  endOfRace();
}

/** descriptor of the program that the innermost frame runs: after a tail call it is another one; -1: its descriptor is closed */
export function stepProgram(): i32 {
  return descriptorOfCode(stepCode());
}

// ---- compiled code ----

export function virtualBase(): u64 {
  return VIRTUAL_BASE;
}

/** linear address of the shadow: one byte for each 8 bytes, 8 when a program may touch all of them (memory/shadow.ts) */
export function shadowBase(): usize {
  return SHADOW;
}

/** bytes of linear memory that the shadow covers */
export function shadowLimit(): u64 {
  return MEMORY_LIMIT;
}

export function budgetWord(): usize {
  return BUDGET_WORD;
}

export function faultWord(): usize {
  return FAULT_WORD;
}

export function callbackBase(): u64 {
  return CALLBACK_COMPILED;
}

/** linear address of r0, 8 bytes a register, while the interpreter is stopped */
export function registers(): usize {
  return REGISTERS;
}

/** function-table index of helper `id`; 0: not simulated. Its type is (i64 × 5) → i64. */
export function helperFunction(id: i32): i32 {
  return helperIndex(id);
}

/** May `size` bytes at virtual `address` be touched? If not, the fault is recorded at `slot`. */
export function jitAccess(address: u64, size: i32, write: i32, slot: i32): i32 {
  if (checkSlowly(address, size, write != 0) != 0) return 1;
  locate(slot, 0);
  return 0;
}

export function jitProbe(address: u64, size: i32): i32 {
  return resolve(address, size) != 0 ? 1 : 0;
}

export function jitFault(kind: i32, slot: i32): void {
  raise(kind, 0);
  locate(slot, 0);
}

export function jitLocate(slot: i32): void {
  locate(slot, 0);
}

/** r10 of the subprogram that is about to be called; 0 after a fault at `slot` */
export function jitEnterFrame(slot: i32): u64 {
  const top = enterCompiled();
  if (top == 0) locate(slot, 0);
  return top;
}

export function jitLeaveFrame(): void {
  leaveCompiled();
}

/** Table index of the program to go on with; -1: the tail call falls through. */
export function jitTailCall(_context: u64, map: u64, index: u64): i32 {
  const target = programAt(map, <u32>index);
  if (target == null) return -1;
  const entry = compiledFor(target);
  return entry != 0 && countTailCall() ? <i32>entry : -1;
}

/** `size` bytes at `offset` of a socket buffer in host order; -1: outside the packet */
export function jitPacketLoad(skb: u64, offset: i32, size: i32): i64 {
  return loadPacket(skb, offset, size) ? <i64>packetValue : -1;
}

export function jitCallByNumber(id: i32, slot: i32, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const index = helperIndex(id);
  if (index == 0) {
    raise(FAULT_HELPER, <u64>id);
    locate(slot, 0);
    return 0;
  }
  return call_indirect<u64>(index, r1, r2, r3, r4, r5);
}

/** 0, or a helper whose row in src/bpf and whose code disagree on whether it is simulated */
export function helperMismatch(): i32 {
  return mismatch();
}

/** virtual address of a linear one */
export function virtualAddress(linear: usize): u64 {
  return toVirtual(linear);
}

// ---- kernel mode: image, modules, system calls in C (module/host.ts, module/call.ts, module/modules.ts) ----

/** Page tables, stacks and room for a kernel image; freed objects are poisoned if asked. False: no memory. */
export function kernelOpen(poison: bool): bool {
  return openKernel(poison);
}

/** Linear address where the host writes what a page of image, modules or stacks holds. */
export function kernelFrame(address: u64): usize {
  return windowFrame(address);
}

export function kernelSealImage(instructions: i32, readOnlyPages: i32, dataPages: i32): void {
  sealImage(instructions, readOnlyPages, dataPages);
}

/** The image is whole, its symbols are known: packets go through its ip_rcv from now on. */
export function kernelStart(): void {
  startImage();
}

export function kernelAddSymbol(address: u64, size: u64, name: usize, nameSize: u32, module: i32, code: bool): void {
  addSymbol(address, size, name, nameSize, module, code);
}

/** Address of `pages` pages for a module, writable until sealed; 0: none. */
export function moduleAllocate(pages: i32): u64 {
  return moduleMemory(pages);
}

export function moduleFree(address: u64, pages: i32): void {
  freeModuleMemory(address, pages);
}

export function moduleSealText(address: u64, instructions: i32): void {
  sealText(address, instructions);
}

export function moduleSealReadOnly(address: u64, pages: i32): void {
  sealReadOnly(address, pages);
}

/** A module's number. `flags` are those of "Modules linked in": P, O, E. */
export function moduleAdd(
  name: usize,
  nameSize: u32,
  flags: usize,
  flagsSize: u32,
  base: u64,
  pages: i32,
  initBase: u64,
  initPages: i32,
): i32 {
  return addModule(
    String.UTF8.decodeUnsafe(name, nameSize),
    String.UTF8.decodeUnsafe(flags, flagsSize),
    base,
    pages,
    initBase,
    initPages,
  );
}

/** 0 live, 1 coming, 2 going */
export function moduleSetState(id: i32, state: i32): void {
  setModuleState(id, state);
}

export function moduleFreeInit(id: i32): void {
  freeInit(id);
}

export function moduleRemove(id: i32): void {
  removeModule(id);
}

/** A system call of the current task; -4 when the task or the machine died of it. */
export function kernelCall(number: i64, a: u64, b: u64, c: u64): i64 {
  return kernelSystemCall(number, a, b, c);
}

/** Calls any kernel function between two system calls; 0 after a fault. */
export function kernelFunction(address: u64, a: u64, b: u64, c: u64): u64 {
  return callKernel(address, a, b, c, 0, 0);
}

/** 0 alive, 1 panicked, 2 hanging */
export function kernelState(): i32 {
  return machineState();
}

/** exit(2) of the current task; its parent goes on. */
export function kernelExitTask(): bool {
  return endCurrent();
}

export function kernelTaskKilled(): bool {
  return taskKilled();
}

export function kernelTaint(): u32 {
  return taint;
}

export function kernelAddTaint(bits: u32): void {
  addTaint(bits);
}

/** /proc/sys/kernel/panic_on_oops */
export function kernelPanicOnOops(on: bool): void {
  setPanicOnOops(on);
}

/** instructions after which kernel-mode code counts as stuck */
export function kernelSetBudget(instructions: i64): void {
  setKernelBudget(instructions);
}

/** The kernel log's entries (module/kernel-log.ts). */
export function kernelLogPointer(): usize {
  return kernelLogStart();
}

export function kernelLogSize(): u32 {
  return kernelLogBytes();
}

/** A line of the kernel's own, at a level from 0 to 7. */
export function kernelLogLine(level: u32, text: usize, size: u32): void {
  logText(<u8>level, text, size);
}

/** Linear address of kernel memory, to read; 0: not mapped. */
export function kernelRead(address: u64, size: u32): usize {
  return kernelBytes(address, size);
}

export function kernelWrite(address: u64, from: usize, size: u32): bool {
  return pokeKernel(address, from, size);
}

/** An Ethernet frame goes the C road on its own, without a network: 1 would be routed, 2 dropped, 0 the machine died of it. */
export function kernelReceive(frame: usize, size: u32, device: u32): i32 {
  return receiveFrame(frame, size, device);
}

/** the protocol that the last packet was delivered to, or why it was dropped */
export function kernelFateDetail(): i32 {
  return fateDetail();
}

/** virtual address of the running task's struct task_struct */
export function kernelCurrentTask(): u64 {
  return toVirtual(current);
}

/** kmalloc for the host: a module's text parameters live as long as the machine. 0: no memory. */
export function kernelAllocate(size: u32): u64 {
  return slabAllocate(<u64>size, true);
}

/** objects of kmalloc in use */
export function kernelObjects(): u32 {
  return slabObjects();
}

// ---- network: interfaces, traffic, what happened (net/host.ts says what each takes; src/bpf/network.ts has the layouts) ----

export function netNamespace(name: usize, size: u32): i32 {
  return addNamespace(name, size);
}

export function netInterface(
  namespace: u32,
  kind: i32,
  name: usize,
  size: u32,
  mac: usize,
  mtu: u32,
  queues: u32,
  ring: u32,
): i32 {
  return addInterface(namespace, kind, name, size, mac, mtu, queues, ring);
}

export function netPair(a: u32, b: u32): i32 {
  return pair(a, b);
}

export function netVlan(ifindex: u32, lower: u32, protocol: u32, id: u32): i32 {
  return onVlan(ifindex, lower, protocol, id);
}

export function netSetInterface(ifindex: u32, up: bool): i32 {
  return setInterface(ifindex, up);
}

export function netAddress(ifindex: u32, family: u32, address: usize, bits: u32): i32 {
  return addAddress(ifindex, family, address, bits);
}

export function netRoute(
  namespace: u32,
  family: u32,
  address: usize,
  bits: u32,
  kind: i32,
  ifindex: u32,
  gateway: usize,
  metric: u32,
): i32 {
  return addRouteTo(namespace, family, address, bits, kind, ifindex, gateway, metric);
}

export function netNeighbour(ifindex: u32, family: u32, address: usize, mac: usize): i32 {
  return addNeighbourAt(ifindex, family, address, mac);
}

export function netWireHost(ifindex: u32, family: u32, address: usize, mac: usize): i32 {
  return addWireHost(ifindex, family, address, mac);
}

export function netOption(namespace: u32, option: i32, value: bool): i32 {
  return setOption(namespace, option, value);
}

export function netRule(namespace: u32, rule: usize): i32 {
  return addRuleTo(namespace, rule);
}

export function netRemoveRule(namespace: u32, rule: u32): i32 {
  return removeRuleFrom(namespace, rule);
}

export function netRuleHits(namespace: u32, rule: u32): u64 {
  return ruleHits(namespace, rule);
}

export function netCgroup(parent: i32, name: usize, size: u32): i32 {
  return addCgroup(parent, name, size);
}

export function netServer(
  namespace: u32,
  family: u32,
  type: u32,
  address: usize,
  port: u32,
  application: i32,
  cgroup: i32,
): i32 {
  return addServer(namespace, family, type, address, port, application, cgroup);
}

export function netClient(
  namespace: u32,
  family: u32,
  type: u32,
  address: usize,
  port: u32,
  rounds: u32,
  start: u64,
  interval: u64,
  payload: u32,
  cgroup: i32,
): i32 {
  return addClient(namespace, family, type, address, port, rounds, start, interval, payload, cgroup);
}

/** A descriptor of the cgroup's folder, for BPF_LINK_CREATE and BPF_PROG_ATTACH. */
export function netCgroupDescriptor(cgroup: i32): i32 {
  return cgroupDescriptor(cgroup);
}

/** ip link set dev … xdp: program descriptor or -1, the one expected there or -1, XDP_FLAG. */
export function netXdp(ifindex: u32, fd: i32, expected: i32, flags: u32): i32 {
  return setLinkXdp(ifindex, fd, expected, flags);
}

export function netClsact(ifindex: u32, add: bool): i32 {
  return setClsact(ifindex, add);
}

export function netFilter(ifindex: u32, egress: bool, priority: u32, handle: u32, fd: u32, directAction: bool): i32 {
  return setFilter(ifindex, egress, priority, handle, fd, directAction);
}

export function netRemoveFilter(ifindex: u32, egress: bool, priority: u32, handle: u32): i32 {
  return removeFilter(ifindex, egress, priority, handle);
}

/** perf_event_open(2) on every processor's clock, with a perf_event program on it: it runs every `nanoseconds` of work; 0: no more */
export function netProfile(fd: u32, nanoseconds: u64): i32 {
  return profile(fd, nanoseconds);
}

/** samples that were taken since boot */
export function netProfileSamples(): u64 {
  return profileSamples();
}

/** setsockopt(SO_ATTACH_BPF); -1: SO_DETACH_BPF */
export function netSocketFilter(socket: u32, fd: i32): i32 {
  return setSocketFilter(socket, fd);
}

/** unlink(2) of a path in bpffs */
export function netUnpin(path: usize, size: u32): i32 {
  return unpin(String.UTF8.decodeUnsafe(path, size));
}

export function netSocketCounters(socket: u32): usize {
  return socketCounters(socket);
}

export function netDeviceCounters(ifindex: u32): usize {
  return deviceCounters(ifindex);
}

export function netCapture(ifindex: u32, on: bool): i32 {
  return setCapture(ifindex, on);
}

/** Packets that leave a stage with one of these verdicts (bit 1 << VERDICT_…) are captured, too. 0 or -EINVAL. */
export function netCaptureStage(stage: u32, verdicts: u32): i32 {
  return listenAtStage(stage, verdicts) ? 0 : -EINVAL;
}

export function netCaptured(): usize {
  return captureStart();
}

export function netCapturedBytes(): u32 {
  return captureBytes();
}

/** frames that found no room in the capture */
export function netCaptureLost(): u32 {
  return lostFrames;
}

export function netClearCapture(): void {
  clearCapture();
}

export function netArrive(ifindex: u32, time: u64, frame: usize, size: u32): i32 {
  return frameArrives(ifindex, time, frame, size);
}

export function netArriveAll(ifindex: u32, time: u64, gap: u64, unit: u32, from: usize, size: u32, swapped: bool): i32 {
  return framesArrive(ifindex, time, gap, unit, from, size, swapped);
}

export function netRun(limit: u64): i32 {
  return runNetwork(limit);
}

export function netPass(limit: u64): i32 {
  return passNetworkTime(limit);
}

export function netTime(): u64 {
  return networkTime();
}

export function netHalted(): i32 {
  return networkHalted();
}

/** Keeps trace records of packets 1 to `last`, at most `limit` bytes. */
export function netTrace(last: u32, limit: u32): void {
  setTracing(last, limit);
}

export function netRecords(): usize {
  return traceRecords();
}

export function netRecordBytes(): u32 {
  return recordBytes();
}

export function netRecordsLost(): u32 {
  return lostRecords;
}

export function netClearRecords(): void {
  clearRecords();
}

/** units of each kind of work (COSTS), u64 each */
export function netCounts(): usize {
  return counts;
}

/** packets and nanoseconds of each stage, two u64 each */
export function netStages(): usize {
  return stages;
}

/** drops by reason, u64 each */
export function netDrops(): usize {
  return drops;
}

/** Another price for a kind of work, in picoseconds a unit. */
export function netPrice(kind: i32, picoseconds: u64): void {
  setPrice(kind, picoseconds);
}

/** packets that were ever numbered */
export function netPackets(): u32 {
  return packets;
}

/** sk_buffs that are alive */
export function netBuffers(): u32 {
  return alive;
}

/** allocations of packet memory that failed */
export function netFailures(): u32 {
  return failed;
}
