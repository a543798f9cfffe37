// A typed handle on the simulated kernel: the host's side of its bpf() system call.
import type { KernelVersion } from '../bpf/kernel-types.ts';
import { BPF_OBJ_NAME_LEN } from '../bpf/limits.ts';
import { EAGAIN } from '../bpf/errno.ts';
import * as sys from '../bpf/syscall.ts';
import type { KernelExports } from './kernel-exports.ts';

/** Verified as root would be, or as a service with CAP_BPF and CAP_NET_ADMIN. */
export type CapabilityView = 'root' | 'bpf';
export type Engine = 'interpreter' | 'jit' | 'jit-checked';

const ENGINES: Readonly<Record<Engine, number>> = { interpreter: 0, jit: 1, 'jit-checked': 2 };

/** What the verifier leaves behind: nothing, the failing path, everything. */
export type Recording = 'nothing' | 'failing-path' | 'everything';

const RECORDING: Readonly<Record<Recording, number>> = { nothing: 0, 'failing-path': 1, everything: 2 };
/** Bytes of verifier records that are kept at most: what a phone can spare. */
export const RECORD_LIMIT = 64 << 20;

export interface BootOptions {
  readonly seed?: number;
  readonly cpus?: number;
  readonly capabilities?: CapabilityView;
  /** whose rules the verifier applies */
  readonly version?: KernelVersion;
  /** only what Linux would say is asked: maps and programs that are not simulated load too, and do not run */
  readonly verdictsOnly?: boolean;
}

export interface MapAttributes {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly extra?: number;
  readonly innerFd?: number;
  readonly btfFd?: number;
  readonly keyType?: number;
  readonly valueType?: number;
}

export interface ProgramAttributes {
  readonly name: string;
  readonly type: number;
  /** whole slots; map references hold file descriptors */
  readonly instructions: Uint8Array;
  readonly license: string;
  readonly expectedAttachType?: number;
  readonly flags?: number;
  readonly btfFd?: number;
  readonly functions?: readonly { readonly instruction: number; readonly typeId: number }[];
}

export interface TestRunOptions {
  readonly packet?: Uint8Array;
  readonly context?: Uint8Array;
  readonly repeat?: number;
  readonly cpu?: number;
}

export interface TestRunResult {
  /** 0 or -errno */
  readonly error: number;
  /** unsigned, 32 bits */
  readonly retval: number;
  readonly dataOut: Uint8Array;
  readonly contextOut: Uint8Array;
  /** simulated nanoseconds of one run */
  readonly duration: number;
}

type Layout = Readonly<Record<string, number>>;
type Values = Readonly<Record<string, number | bigint>>;

/** instructions between two reports of progress: some hundredths of a second */
const VERIFICATION_SLICE = 50_000;

const name16 = new TextEncoder();

export class Kernel {
  readonly memory: WebAssembly.Memory;
  readonly exports: KernelExports;
  /** Called after every boot, when all that was loaded is gone. */
  readonly atBoot: (() => void)[] = [];
  /** as the last boot said */
  verdictsOnly = false;
  version: KernelVersion = 618;
  cpus = 2;
  readonly #attribute: number;

  private constructor(memory: WebAssembly.Memory, exports: KernelExports) {
    this.memory = memory;
    this.exports = exports;
    this.#attribute = 0;
    exports.boot(0n, 1);
    this.#attribute = exports.allocate(sys.BPF_ATTR_SIZE);
  }

  static async create(module: WebAssembly.Module): Promise<Kernel> {
    const { memory, imports } = kernelImports(module);
    const instance = await WebAssembly.instantiate(module, imports);
    return new Kernel(memory, instance.exports as unknown as KernelExports);
  }

  /** A fresh machine: no maps, no programs, time zero, randomness from `seed`. */
  boot(options: BootOptions = {}): void {
    this.cpus = options.cpus ?? 2;
    this.exports.boot(BigInt(options.seed ?? 0), this.cpus);
    this.exports.setCapabilities(options.capabilities === 'bpf' ? sys.CAPS_BPF : sys.CAPS_ROOT);
    this.version = options.version ?? 618;
    this.exports.setKernelVersion(this.version);
    this.verdictsOnly = options.verdictsOnly ?? false;
    this.exports.setVerdictsOnly(this.verdictsOnly);
    this.exports.__collect();
    for (const forget of this.atBoot) forget();
  }

  setEngine(engine: Engine): void {
    this.exports.setEngine(ENGINES[engine]);
  }

  /** Copies of kernel memory; views would not outlive the next memory.grow. */
  read(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer).slice(at, at + length);
  }

  /** Puts bytes where the kernel can read them for the length of one call. */
  #staged<T>(parts: readonly Uint8Array[], use: (addresses: number[]) => T): T {
    const addresses = parts.map((part) => {
      const at = this.exports.allocate(Math.max(part.length, 8));
      new Uint8Array(this.memory.buffer).set(part, at);
      return at;
    });
    try {
      return use(addresses);
    } finally {
      for (const at of addresses) this.exports.release(at);
    }
  }

  /** One bpf() call: the attribute is zero but for `values`; field names carry their width (bpf/syscall.ts). */
  #bpf(
    command: number,
    layout: Layout,
    values: Values,
    name?: { readonly field: string; readonly text: string },
  ): number {
    const view = new DataView(this.memory.buffer, this.#attribute, sys.BPF_ATTR_SIZE);
    new Uint8Array(this.memory.buffer, this.#attribute, sys.BPF_ATTR_SIZE).fill(0);
    for (const [field, value] of Object.entries(values)) {
      const at = layout[field];
      if (at === undefined) throw new Error(`bpf_attr has no field ${field}`);
      if (field.endsWith('_u32')) view.setUint32(at, Number(value) >>> 0, true);
      else view.setBigUint64(at, BigInt(value), true);
    }
    if (name) {
      const bytes = name16.encode(name.text.replace(/[^\w.]/g, '_')).subarray(0, BPF_OBJ_NAME_LEN - 1);
      new Uint8Array(this.memory.buffer).set(bytes, this.#attribute + (layout[name.field] ?? 0));
    }
    return Number(this.exports.bpf(command, this.#attribute, sys.BPF_ATTR_SIZE));
  }

  /** A field of the attribute after a call that writes back. */
  #result(at: number): number {
    return new DataView(this.memory.buffer).getUint32(this.#attribute + at, true);
  }

  loadBtf(btf: Uint8Array): number {
    return this.#staged([btf], ([at = 0]) =>
      this.#bpf(sys.BPF_BTF_LOAD, sys.ATTR_BTF_LOAD, { btf_ptr: at, btf_size_u32: btf.length }),
    );
  }

  /** fd or -errno */
  createMap(map: MapAttributes): number {
    return this.#bpf(
      sys.BPF_MAP_CREATE,
      sys.ATTR_MAP_CREATE,
      {
        map_type_u32: map.type,
        key_size_u32: map.keySize,
        value_size_u32: map.valueSize,
        max_entries_u32: map.maxEntries,
        map_flags_u32: map.flags,
        map_extra_u64: map.extra ?? 0,
        inner_map_fd_u32: map.innerFd ?? 0,
        btf_fd_u32: map.btfFd ?? 0,
        btf_key_type_id_u32: map.keyType ?? 0,
        btf_value_type_id_u32: map.valueType ?? 0,
      },
      { field: 'map_name', text: map.name },
    );
  }

  /** 0 or -errno */
  updateElement(fd: number, key: Uint8Array, value: Uint8Array, flags = 0): number {
    return this.#staged([key, value], ([k = 0, v = 0]) =>
      this.#bpf(sys.BPF_MAP_UPDATE_ELEM, sys.ATTR_MAP_ELEM, {
        map_fd_u32: fd,
        key_ptr: k,
        value_ptr: v,
        flags_u64: flags,
      }),
    );
  }

  /** the value, or -errno; `size` as user space sees it (per-CPU maps: one value a CPU) */
  lookupElement(fd: number, key: Uint8Array, size: number, flags = 0): Uint8Array | number {
    return this.#staged([key, new Uint8Array(size)], ([k = 0, v = 0]) => {
      const error = this.#bpf(sys.BPF_MAP_LOOKUP_ELEM, sys.ATTR_MAP_ELEM, {
        map_fd_u32: fd,
        key_ptr: k,
        value_ptr: v,
        flags_u64: flags,
      });
      return error < 0 ? error : this.read(v, size);
    });
  }

  /** 0 or -errno */
  deleteElement(fd: number, key: Uint8Array): number {
    return this.#staged([key], ([k = 0]) =>
      this.#bpf(sys.BPF_MAP_DELETE_ELEM, sys.ATTR_MAP_ELEM, { map_fd_u32: fd, key_ptr: k }),
    );
  }

  /** the key behind `key` (null: the first), or -errno (-ENOENT: there is none) */
  nextKey(fd: number, key: Uint8Array | null, size: number): Uint8Array | number {
    return this.#staged([key ?? new Uint8Array(0), new Uint8Array(size)], ([k = 0, next = 0]) => {
      const error = this.#bpf(sys.BPF_MAP_GET_NEXT_KEY, sys.ATTR_MAP_ELEM, {
        map_fd_u32: fd,
        key_ptr: key ? k : 0,
        value_ptr: next,
      });
      return error < 0 ? error : this.read(next, size);
    });
  }

  freezeMap(fd: number): number {
    return this.#bpf(sys.BPF_MAP_FREEZE, sys.ATTR_MAP_ELEM, { map_fd_u32: fd });
  }

  /**
   * Verifies (unless SIM_F_UNVERIFIED) and loads: fd or -errno. `progress` is told the number of instructions walked so far, again and
   * again during a long verification; when it answers false, that is cancelled.
   */
  loadProgram(
    program: ProgramAttributes,
    recording: Recording = 'failing-path',
    progress?: (instructions: number) => boolean,
  ): number {
    const steps = this.loadProgramSteps(program, recording, progress !== undefined);
    let step = steps.next(false);
    while (!step.done) step = steps.next(progress?.(step.value) === false);
    return step.value;
  }

  /**
   * The same in slices, when `sliced`: gives the number of instructions walked so far after each, and goes on with next(false); next(true)
   * cancels, and the load is refused.
   */
  *loadProgramSteps(
    program: ProgramAttributes,
    recording: Recording,
    sliced: boolean,
  ): Generator<number, number, boolean> {
    this.exports.setVerificationSlice(sliced ? VERIFICATION_SLICE : 0);
    this.exports.setRecording(RECORDING[recording], RECORD_LIMIT);
    const license = name16.encode(`${program.license}\0`);
    const functions = new Uint8Array((program.functions?.length ?? 0) * 8);
    const rows = new DataView(functions.buffer);
    program.functions?.forEach((row, i) => {
      rows.setUint32(i * 8, row.instruction, true);
      rows.setUint32(i * 8 + 4, row.typeId, true);
    });
    let answer = this.#staged([program.instructions, license, functions], ([code = 0, text = 0, info = 0]) =>
      this.#bpf(
        sys.BPF_PROG_LOAD,
        sys.ATTR_PROG_LOAD,
        {
          prog_type_u32: program.type,
          insn_cnt_u32: program.instructions.length / 8,
          insns_ptr: code,
          license_ptr: text,
          prog_flags_u32: program.flags ?? 0,
          expected_attach_type_u32: program.expectedAttachType ?? 0,
          ...(program.btfFd && functions.length > 0
            ? {
                prog_btf_fd_u32: program.btfFd,
                func_info_rec_size_u32: 8,
                func_info_ptr: info,
                func_info_cnt_u32: functions.length / 8,
              }
            : {}),
        },
        { field: 'prog_name', text: program.name },
      ),
    );
    while (sliced && answer === -EAGAIN) {
      if (yield this.exports.verifierProcessed()) this.exports.cancelVerification();
      answer = Number(this.exports.continueLoad());
    }
    return answer;
  }

  /** What the verifier left at the last load. */
  records(): Uint8Array {
    return this.read(this.exports.recordPointer(), this.exports.recordSize());
  }

  counters(): { processed: number; maxStatesPerInstruction: number; totalStates: number; peakStates: number } {
    return {
      processed: this.exports.verifierProcessed(),
      maxStatesPerInstruction: this.exports.verifierMaxStatesPerInstruction(),
      totalStates: this.exports.verifierTotalStates(),
      peakStates: this.exports.verifierPeakStates(),
    };
  }

  /** Lines of bpf_printk since boot. */
  trace(): { readonly cpu: number; readonly nanoseconds: bigint; readonly text: string }[] {
    const bytes = this.read(this.exports.tracePointer(), this.exports.traceSize());
    const view = new DataView(bytes.buffer);
    const lines: { cpu: number; nanoseconds: bigint; text: string }[] = [];
    for (let at = 0; at + 16 <= bytes.length;) {
      const length = view.getUint32(at, true);
      const text = new TextDecoder().decode(bytes.subarray(at + 16, at + 16 + length));
      lines.push({ cpu: view.getUint32(at + 4, true), nanoseconds: view.getBigUint64(at + 8, true), text });
      at += 16 + ((length + 7) & ~7);
    }
    return lines;
  }

  /** The instructions that the last stages left, 8 bytes each: context accesses converted, maps resolved. */
  translatedInstructions(fd: number): Uint8Array {
    return this.read(this.exports.programInstructions(fd), this.exports.programInstructionCount(fd) * 8);
  }

  /** Runs a program with r1 and r2 = address and size of a copy of `data` (0 and 0 without any); look at faultKind() before r0. */
  runOverMemory(fd: number, data: Uint8Array): { r0: bigint; memory: Uint8Array } {
    return this.#staged([data], ([at = 0]) => {
      const r0 = BigInt.asUintN(64, this.exports.runOverMemory(fd, at, data.length));
      return { r0, memory: this.read(at, data.length) };
    });
  }

  testRun(fd: number, options: TestRunOptions): TestRunResult {
    const packet = options.packet ?? new Uint8Array(0);
    const context = options.context ?? new Uint8Array(0);
    // Programs may grow a packet: head room, tail room and one page, as Linux's own test run allows.
    const room = options.packet ? packet.length + 4096 : 0;
    return this.#staged(
      [packet, new Uint8Array(room), context, new Uint8Array(context.length)],
      ([input = 0, output = 0, given = 0, left = 0]) => {
        const error = this.#bpf(sys.BPF_PROG_TEST_RUN, sys.ATTR_TEST_RUN, {
          prog_fd_u32: fd,
          ...(options.packet
            ? { data_in_ptr: input, data_size_in_u32: packet.length, data_out_ptr: output, data_size_out_u32: room }
            : {}),
          ...(context.length > 0 ? { ctx_in_ptr: given, ctx_size_in_u32: context.length } : {}),
          // Programs without a packet are run once, and write to the context in place.
          ...(context.length > 0 && options.packet ? { ctx_out_ptr: left, ctx_size_out_u32: context.length } : {}),
          repeat_u32: options.packet ? (options.repeat ?? 1) : 0,
          cpu_u32: options.cpu ?? 0,
        });
        return {
          error,
          retval: this.#result(sys.ATTR_TEST_RUN.retval_u32),
          dataOut: options.packet
            ? this.read(output, Math.min(room, this.#result(sys.ATTR_TEST_RUN.data_size_out_u32)))
            : packet,
          contextOut: !options.packet
            ? this.read(given, context.length)
            : context.length > 0
              ? this.read(left, this.#result(sys.ATTR_TEST_RUN.ctx_size_out_u32))
              : context,
          duration: this.#result(sys.ATTR_TEST_RUN.duration_u32),
        };
      },
    );
  }
}

/** The kernel imports one memory; its limits stand in the module's import section. */
function kernelImports(module: WebAssembly.Module): { memory: WebAssembly.Memory; imports: WebAssembly.Imports } {
  // pages of 64 kB, from the contract in src/kernel/index.ts
  const memory = new WebAssembly.Memory({ initial: 1056, maximum: 8192 });
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = { env: { memory } };
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') continue;
    if (from === 'env' && name === 'abort') {
      (imports['env'] ??= {})['abort'] = (_message: number, _file: number, line: number, column: number): never => {
        throw new Error(`the simulated kernel stopped itself at ${line}:${column}`);
      };
    } else throw new Error(`the kernel module asks for ${from}.${name}, which this loader does not have`);
  }
  return { memory, imports };
}
