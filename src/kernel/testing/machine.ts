// The kernel module as tests use it: boot, system calls, small programs. TypeScript, not part of the module.
import { readFileSync } from 'node:fs';
import {
  ATTR_BTF_LOAD,
  ATTR_MAP_CREATE,
  ATTR_MAP_ELEM,
  ATTR_PROG_LOAD,
  ATTR_TEST_RUN,
  BPF_ATTR_SIZE,
  BPF_BTF_LOAD,
  BPF_MAP_CREATE,
  BPF_MAP_DELETE_ELEM,
  BPF_MAP_GET_NEXT_KEY,
  BPF_MAP_LOOKUP_AND_DELETE_ELEM,
  BPF_MAP_LOOKUP_ELEM,
  BPF_MAP_UPDATE_ELEM,
  BPF_PROG_LOAD,
  BPF_PROG_TEST_RUN,
  SIM_F_UNVERIFIED,
} from '../../bpf/syscall.ts';

interface Exports {
  boot(seed: bigint, cpus: number): void;
  allocate(size: number): number;
  release(at: number): void;
  bpf(cmd: number, attr: number, size: number): bigint;
  close(fd: number): bigint;
  setEngine(engine: number): void;
  setBudget(instructions: bigint): void;
  setCpu(cpu: number): void;
  setCapabilities(mask: number): void;
  setVerdictsOnly(on: boolean): void;
  notSimulated(): number;
  notSimulatedAt(): number;
  advanceClock(nanoseconds: bigint): void;
  clock(): bigint;
  instructionsRun(): bigint;
  lastResult(): bigint;
  memoryUsed(): number;
  faultKind(): number;
  faultInstruction(): number;
  faultAddress(): bigint;
  faultFrame(): number;
  tracePointer(): number;
  traceSize(): number;
  virtualBase(): bigint;
  helperFunction(id: number): number;
  programInstructions(fd: number): number;
  helperMismatch(): number;
  registers(): number;
  beginStep(fd: number, packet: number, size: number): number;
  step(count: bigint): number;
  endStep(): void;
  addRacer(fd: number, packet: number, size: number): number;
  stepRacer(number: number): number;
  racerResult(number: number): bigint;
  endRace(): void;
  stepDepth(): number;
  stepSlot(level: number): number;
  createSocket(
    family: number,
    protocol: number,
    local: number,
    port: number,
    remote: number,
    remotePort: number,
  ): bigint;
  openPerfEvent(cpu: number): number;
  readRecord(fd: number, to: number, room: number): number;
  __collect(): void;
}

const wasm = new WebAssembly.Module(readFileSync(new URL('../generated/kernel.wasm', import.meta.url)));

/** bytes that a packet may have after a run */
const OUT = 32768;

export interface MapOptions {
  readonly type: number;
  readonly key: number;
  readonly value: number;
  readonly entries: number;
  readonly flags?: number;
  readonly extra?: bigint;
  readonly inner?: number;
  readonly btf?: number;
  readonly keyType?: number;
  readonly valueType?: number;
}

export interface RunResult {
  /** 0 or -errno of the system call */
  readonly error: number;
  readonly retval: number;
  readonly result: bigint;
  readonly dataOut: Uint8Array;
  /** the context after the run, where the caller gave one */
  readonly contextOut: Uint8Array;
  readonly fault: number;
}

export class Machine {
  readonly memory = new WebAssembly.Memory({ initial: 1056, maximum: 8192 });
  readonly kernel: Exports;
  private readonly attr: number;

  constructor(seed = 1n, cpus = 2) {
    const abort = (): never => {
      throw new Error('the kernel module aborted');
    };
    const instance = new WebAssembly.Instance(wasm, { env: { memory: this.memory, abort } });
    this.kernel = instance.exports as unknown as Exports;
    this.kernel.boot(seed, cpus);
    this.attr = this.kernel.allocate(BPF_ATTR_SIZE);
  }

  bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, size);
  }

  /** Copies bytes into the module's memory; 0 for none. */
  give(bytes: Uint8Array): number {
    const at = this.kernel.allocate(Math.max(bytes.length, 1));
    this.bytes(at, bytes.length).set(bytes);
    return at;
  }

  /** A system call on fields of the attribute union; names end in the width, as in src/bpf/syscall.ts. */
  call(
    cmd: number,
    layout: Readonly<Record<string, number>>,
    fields: Readonly<Record<string, number | bigint>>,
  ): number {
    const view = new DataView(this.memory.buffer, this.attr, BPF_ATTR_SIZE);
    for (let i = 0; i < BPF_ATTR_SIZE; i++) view.setUint8(i, 0);
    for (const [name, value] of Object.entries(fields)) {
      const at = layout[name];
      if (at === undefined) throw new Error(`no attribute ${name}`);
      if (name.endsWith('_u32')) view.setUint32(at, Number(value), true);
      else view.setBigUint64(at, BigInt(value), true);
    }
    return Number(this.kernel.bpf(cmd, this.attr, BPF_ATTR_SIZE));
  }

  attribute(at: number): number {
    return new DataView(this.memory.buffer, this.attr).getUint32(at, true);
  }

  createMap(options: MapOptions): number {
    return this.call(BPF_MAP_CREATE, ATTR_MAP_CREATE, {
      map_type_u32: options.type,
      key_size_u32: options.key,
      value_size_u32: options.value,
      max_entries_u32: options.entries,
      map_flags_u32: options.flags ?? 0,
      inner_map_fd_u32: options.inner ?? 0,
      map_extra_u64: options.extra ?? 0n,
      ...(options.valueType
        ? {
            btf_fd_u32: options.btf ?? 0,
            btf_key_type_id_u32: options.keyType ?? 0,
            btf_value_type_id_u32: options.valueType,
          }
        : {}),
    });
  }

  loadBtf(data: Uint8Array): number {
    const at = this.give(data);
    const fd = this.call(BPF_BTF_LOAD, ATTR_BTF_LOAD, { btf_ptr: at, btf_size_u32: data.length });
    this.kernel.release(at);
    return fd;
  }

  private element(cmd: number, fd: number, key: Uint8Array | null, value: number, flags: bigint): number {
    const at = key === null ? 0 : this.give(key);
    const answer = this.call(cmd, ATTR_MAP_ELEM, { map_fd_u32: fd, key_ptr: at, value_ptr: value, flags_u64: flags });
    if (at !== 0) this.kernel.release(at);
    return answer;
  }

  update(fd: number, key: Uint8Array | null, value: Uint8Array, flags = 0n): number {
    const at = this.give(value);
    const answer = this.element(BPF_MAP_UPDATE_ELEM, fd, key, at, flags);
    this.kernel.release(at);
    return answer;
  }

  /** The value, or -errno. */
  lookup(fd: number, key: Uint8Array | null, size: number, flags = 0n): Uint8Array | number {
    return this.fetch(BPF_MAP_LOOKUP_ELEM, fd, key, size, flags);
  }

  take(fd: number, key: Uint8Array | null, size: number, flags = 0n): Uint8Array | number {
    return this.fetch(BPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, key, size, flags);
  }

  nextKey(fd: number, key: Uint8Array | null, size: number): Uint8Array | number {
    return this.fetch(BPF_MAP_GET_NEXT_KEY, fd, key, size, 0n);
  }

  private fetch(cmd: number, fd: number, key: Uint8Array | null, size: number, flags: bigint): Uint8Array | number {
    const at = this.kernel.allocate(Math.max(size, 1));
    const answer = this.element(cmd, fd, key, at, flags);
    const value = this.bytes(at, size).slice();
    this.kernel.release(at);
    return answer === 0 ? value : answer;
  }

  remove(fd: number, key: Uint8Array | null): number {
    const at = key === null ? 0 : this.give(key);
    const answer = this.call(BPF_MAP_DELETE_ELEM, ATTR_MAP_ELEM, { map_fd_u32: fd, key_ptr: at });
    if (at !== 0) this.kernel.release(at);
    return answer;
  }

  /** `functions`: func_info of the BTF, 8 bytes a row */
  load(
    instructions: Uint8Array,
    type = 6,
    flags = SIM_F_UNVERIFIED,
    license = 'GPL',
    attach = 0,
    btf = 0,
    functions = new Uint8Array(0),
  ): number {
    const code = this.give(instructions);
    const rows = this.give(functions);
    const text = this.give(new TextEncoder().encode(`${license}\0`));
    const fd = this.call(BPF_PROG_LOAD, ATTR_PROG_LOAD, {
      prog_type_u32: type,
      insn_cnt_u32: instructions.length / 8,
      insns_ptr: code,
      license_ptr: text,
      prog_flags_u32: flags,
      expected_attach_type_u32: attach,
      ...(btf > 0 && functions.length > 0
        ? {
            prog_btf_fd_u32: btf,
            func_info_ptr: rows,
            func_info_cnt_u32: functions.length / 8,
            func_info_rec_size_u32: 8,
          }
        : {}),
    });
    this.kernel.release(rows);
    this.kernel.release(code);
    this.kernel.release(text);
    return fd;
  }

  run(
    fd: number,
    packet: Uint8Array = new Uint8Array(64),
    repeat = 1,
    context: Uint8Array | null = null,
    wantContext = false,
  ): RunResult {
    const data = this.give(packet);
    const out = this.kernel.allocate(OUT);
    const ctx = context === null ? 0 : this.give(context);
    const ctxOut = this.kernel.allocate(256);
    const error = this.call(BPF_PROG_TEST_RUN, ATTR_TEST_RUN, {
      prog_fd_u32: fd,
      data_size_in_u32: packet.length,
      data_in_ptr: packet.length === 0 ? 0 : data,
      data_out_ptr: packet.length === 0 ? 0 : out,
      data_size_out_u32: packet.length === 0 ? 0 : OUT,
      repeat_u32: repeat,
      ctx_in_ptr: ctx,
      ctx_size_in_u32: context?.length ?? 0,
      ctx_out_ptr: wantContext ? ctxOut : 0,
      ctx_size_out_u32: wantContext ? 256 : 0,
    });
    const size = Math.min(this.attribute(ATTR_TEST_RUN.data_size_out_u32), OUT);
    const result: RunResult = {
      error,
      retval: this.attribute(ATTR_TEST_RUN.retval_u32),
      result: this.kernel.lastResult(),
      dataOut: this.bytes(out, size).slice(),
      contextOut: wantContext
        ? this.bytes(ctxOut, Math.min(this.attribute(ATTR_TEST_RUN.ctx_size_out_u32), 256)).slice()
        : new Uint8Array(0),
      fault: this.kernel.faultKind(),
    };
    for (const at of [data, out, ctx, ctxOut]) if (at !== 0) this.kernel.release(at);
    return result;
  }

  /** Lines of bpf_printk so far. */
  trace(): string[] {
    const start = this.kernel.tracePointer();
    const end = start + this.kernel.traceSize();
    const view = new DataView(this.memory.buffer);
    const lines: string[] = [];
    for (let at = start; at < end;) {
      const length = view.getUint32(at, true);
      lines.push(new TextDecoder().decode(this.bytes(at + 16, length)));
      at += 16 + ((length + 7) & ~7);
    }
    return lines;
  }
}

let shared: Machine | null = null;

/** A machine that was just booted. Making one takes a hundred times as long as booting it, so there is one for everybody. */
export function bootedMachine(): Machine {
  shared ??= new Machine();
  shared.kernel.boot(1n, 2);
  return shared;
}

/** A value as little-endian bytes. */
export function little(value: number | bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < size && i < 8; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}
