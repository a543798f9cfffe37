// One program over one input, however its type is run: packets through BPF_PROG_TEST_RUN, arguments for raw tracepoints and system call
// programs, bare memory for the tracing types that Linux has no test run for. What `lab run` and `lab batch` share.
import type { ProgramType } from '../bpf/programs.ts';
import type { Kernel } from '../loader/kernel.ts';

export interface RunInput {
  readonly packet?: Uint8Array | undefined;
  readonly context?: Uint8Array | undefined;
  readonly repeat: number;
}

export interface RunOutput {
  /** 0 or -errno: the input does not suit the type, or a fault */
  readonly error: number;
  /** unsigned, 32 bits */
  readonly retval: number;
  readonly r0: bigint;
  /** the packet afterwards; without one, what stands in the memory that the program was given */
  readonly dataOut: Uint8Array;
}

/** 64 zero bytes: the smallest Ethernet frame, for programs that do not look at it */
const EMPTY_FRAME = new Uint8Array(64);
/** arguments of a raw tracepoint at most: 12 of 8 bytes */
const ARGUMENTS = 96;
/** a tracing program's context at most, as struct pt_regs or a tracepoint's record */
const TRACING_CONTEXT = 8192;

const ARGUMENTS_ONLY: ReadonlySet<string> = new Set(['raw_tp', 'raw_tp_writable', 'syscall']);
const TRACING: ReadonlySet<string> = new Set(['kprobe', 'tracepoint', 'perf_event']);

/** `bytes`, and zeros behind them up to `size`. */
function padded(bytes: Uint8Array | undefined, size: number): Uint8Array {
  const all = new Uint8Array(Math.max(size, bytes?.length ?? 0));
  all.set(bytes ?? []);
  return all;
}

export function runOnce(kernel: Kernel, type: ProgramType, fd: number, input: RunInput): RunOutput {
  const { exports } = kernel;
  const { packet, context } = input;
  if (TRACING.has(type.name)) {
    let last: { r0: bigint; memory: Uint8Array } = { r0: 0n, memory: new Uint8Array(0) };
    for (let i = 0; i < input.repeat && (i === 0 || exports.faultKind() === 0); i++)
      last = kernel.runOverMemory(fd, padded(context, TRACING_CONTEXT));
    const error = exports.faultKind() === 0 ? 0 : -14;
    const dataOut = last.memory.slice(0, context?.length ?? 0);
    return { error, retval: Number(BigInt.asUintN(32, last.r0)), r0: last.r0, dataOut };
  }
  if (ARGUMENTS_ONLY.has(type.name)) {
    const given = { context: padded(context, type.name === 'syscall' ? 0 : ARGUMENTS) };
    let result = kernel.testRun(fd, given);
    // Linux runs these once a call.
    for (let i = 1; i < input.repeat && result.error === 0; i++) result = kernel.testRun(fd, given);
    const r0 = BigInt.asUintN(64, exports.lastResult());
    const dataOut = result.contextOut.slice(0, context?.length ?? 0);
    return { error: packet ? -22 : result.error, retval: result.retval, r0, dataOut };
  }
  const result = kernel.testRun(fd, {
    packet: packet ?? EMPTY_FRAME,
    ...(context ? { context } : {}),
    repeat: input.repeat,
  });
  return { ...result, r0: BigInt.asUintN(64, exports.lastResult()) };
}
