// The host's side of kernel mode: a kernel image and modules in the simulated machine, system calls, the log. What insmod, rmmod and
// the module loader of Linux do between an object file and running code.
import { KERNEL_ENTRIES, KERNEL_FUNCTIONS } from '../bpf/kernel-api.ts';
import { parseBtf, parseBtfExt, type LineRecord } from './btf.ts';
import { parseElf, type ElfObject } from './elf.ts';
import type { Kernel } from './kernel.ts';
import { layOut, linkObjects, type Linked, type LinkedSymbol, PAGE, pages } from './kernel-link.ts';
import { isProblem, problem, type LoadProblem } from './problems.ts';

const IMAGE_BASE = 0xffffffff81000000n;
const BEFORE_TEXT = 64;
/** root's shell, the task that runs from the start (src/kernel/memory/tasks.ts) */
const SHELL = 1000;
/** room for the window: src/kernel/memory/pages.ts */
const WINDOW_BYTES = 0x80000;
const TAINT = { proprietary: 1, outOfTree: 1 << 12, unsigned: 1 << 13 } as const;
const text = new TextEncoder();
/** numbers of src/kernel/linux/kernel.h */
const NR = {
  read: 0,
  write: 1,
  open: 2,
  close: 3,
  ioctl: 16,
  getuid: 102,
  initModule: 175,
  deleteModule: 176,
} as const;
export const EINTR = -4;
const ENOENT = -2;
const ENOEXEC = -8;
const EBUSY = -16;
const EEXIST = -17;
const ENODEV = -19;
const EINVAL = -22;
const ENOMEM = -12;

export type MachineState = 'alive' | 'panicked' | 'hanging';
const STATES: readonly MachineState[] = ['alive', 'panicked', 'hanging'];

/** A line of printk, or the record of a fault that src/explain/oops.ts renders. */
export type KernelLogEntry =
  | { readonly kind: 'text'; readonly level: number; readonly nanoseconds: bigint; readonly text: string }
  | { readonly kind: 'report'; readonly level: number; readonly nanoseconds: bigint; readonly record: Uint8Array };

export interface ModuleInfo {
  readonly name: string;
  /** bytes, as lsmod and /proc/modules show them */
  readonly size: number;
  readonly references: number;
  readonly state: 'Live' | 'Loading' | 'Unloading';
  readonly address: bigint;
  /** letters of /proc/modules: (OE) */
  readonly taint: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Lines of C of one section in memory, by address. */
interface LineTable {
  readonly from: bigint;
  readonly to: bigint;
  readonly lines: readonly LineRecord[];
  /** module number; 0: the image */
  readonly owner: number;
}

interface LoadedModule {
  readonly name: string;
  readonly id: number;
  readonly size: number;
  state: ModuleInfo['state'];
  /** never to be unloaded: it has init but no exit, or its init died */
  stuck: boolean;
  readonly address: bigint;
  readonly taint: string;
  readonly exit: bigint;
  readonly exported: ReadonlyMap<string, { readonly address: bigint; readonly gplOnly: boolean }>;
  readonly uses: LoadedModule[];
  readonly parameters: Readonly<Record<string, string>>;
}

export interface InsertResult {
  /** 0 or -errno as the system call gives it; -4: its task was killed */
  readonly error: number;
}

/** The C road's end for a packet (src/kernel/module/call.ts). */
export type PacketFate = 'routed' | 'dropped' | 'lost';
const FATES: readonly PacketFate[] = ['lost', 'routed', 'dropped'];

export class KernelMode {
  readonly kernel: Kernel;
  #image = new Map<string, LinkedSymbol>();
  #exported = new Map<string, { readonly address: bigint; readonly gplOnly: boolean }>();
  #modules: LoadedModule[] = [];
  #lines: LineTable[] = [];
  #booted = false;
  #nextPid = SHELL + 1;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    kernel.atBoot.push(() => {
      this.#image = new Map();
      this.#exported = new Map();
      this.#modules = [];
      this.#lines = [];
      this.#booted = false;
      this.#nextPid = SHELL + 1;
    });
  }

  /** Bytes at a linear address for the length of a call. */
  #with<T>(bytes: Uint8Array, use: (at: number) => T): T {
    const at = this.kernel.exports.allocate(Math.max(bytes.length, 8));
    new Uint8Array(this.kernel.memory.buffer).set(bytes, at);
    try {
      return use(at);
    } finally {
      this.kernel.exports.release(at);
    }
  }

  #write(address: bigint, bytes: Uint8Array): void {
    const at = this.kernel.exports.kernelFrame(address);
    new Uint8Array(this.kernel.memory.buffer).set(bytes, at);
  }

  #addSymbols(symbols: readonly LinkedSymbol[], module: number): void {
    for (const symbol of symbols) {
      const name = text.encode(symbol.name);
      this.#with(name, (at) => {
        this.kernel.exports.kernelAddSymbol(symbol.address, BigInt(symbol.size), at, name.length, module, symbol.code);
      });
    }
  }

  /**
   * Puts a kernel image into a freshly booted machine.
   * @param objects compiled src/kernel/linux/*.c
   * @param poison fill freed objects with 0x6b (slub_debug=P)
   */
  loadImage(objects: readonly Uint8Array[], poison = true): LoadProblem | null {
    const parsed: ElfObject[] = [];
    for (const bytes of objects) {
      const object = parseElf(bytes);
      if (isProblem(object)) return object;
      parsed.push(object);
    }
    // What the machine brings itself is one instruction each; a second one is where calls that it makes come back to.
    const stubs = new Map<string, { address: bigint; size: number; exported: boolean }>();
    let at = 0;
    const code: number[] = [];
    const native = (number: number): void => {
      code.push(0x85, 0x30, 0, 0, number & 255, number >> 8, 0, 0);
    };
    for (const name of KERNEL_ENTRIES) {
      stubs.set(name, { address: IMAGE_BASE + BigInt(at), size: 16, exported: false });
      native(0);
      native(0);
      at += 16;
    }
    for (const row of KERNEL_FUNCTIONS) {
      stubs.set(row.name, { address: IMAGE_BASE + BigInt(at), size: 16, exported: row.exported });
      native(row.number);
      native(0);
      at += 16;
    }
    const layout = layOut(parsed, { text: at });
    const { sizes } = layout;
    // The kernel keeps what it needs at start; only modules give it back.
    const textBytes = sizes.text + sizes.initText;
    const readOnlyAt = IMAGE_BASE + BigInt(pages(textBytes + 16) * PAGE);
    const dataAt = readOnlyAt + BigInt(pages(sizes.readOnly) * PAGE);
    const dataBytes = sizes.data + sizes.initData + 16;
    const total = Number(dataAt - IMAGE_BASE) + pages(dataBytes) * PAGE;
    if (total > WINDOW_BYTES) return problem('L051', { size: total, room: WINDOW_BYTES });
    const align = (size: number): bigint => BigInt(Math.ceil(size / 16) * 16);
    const linked = linkObjects(
      parsed,
      layout,
      {
        text: IMAGE_BASE,
        initText: IMAGE_BASE + align(sizes.text),
        readOnly: readOnlyAt,
        data: dataAt,
        initData: dataAt + align(sizes.data),
      },
      (name) => stubs.get(name)?.address ?? null,
    );
    if (isProblem(linked)) return linked;
    const exports = this.kernel.exports;
    if (!exports.kernelOpen(poison)) return problem('L052', {});
    linked.parts.text.bytes.set(code);
    for (const part of Object.values(linked.parts)) if (part.bytes.length > 0) this.#write(part.address, part.bytes);
    exports.kernelSealImage(Math.ceil((textBytes + 16) / 8), pages(sizes.readOnly), pages(dataBytes));
    const symbols = [
      ...[...stubs].map(([name, stub]) => ({ name, address: stub.address, size: stub.size, code: true, global: true })),
      ...linked.symbols,
    ];
    this.#addSymbols(symbols, 0);
    this.#image = new Map(symbols.map((symbol) => [symbol.name, symbol]));
    for (const [name, stub] of stubs)
      if (stub.exported) this.#exported.set(name, { address: stub.address, gplOnly: false });
    // EXPORT_SYMBOL of every object: the section is one only within an object, so ask each
    parsed.forEach((_object, i) => {
      const placed = layout.placed[i]?.find((p) => p.section.name === '__ksymtab');
      if (!placed) return;
      const bytes = linked.parts.readOnly.bytes.subarray(placed.offset, placed.offset + placed.section.size);
      for (const row of this.#exportRows(bytes)) this.#exported.set(row.name, row);
    });
    parsed.forEach((object, i) => {
      this.#keepLines(object, linked, i, 0);
    });
    exports.kernelStart();
    this.#booted = true;
    return null;
  }

  #exportRows(bytes: Uint8Array): { name: string; address: bigint; gplOnly: boolean }[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rows: { name: string; address: bigint; gplOnly: boolean }[] = [];
    for (let at = 0; at + 24 <= bytes.length; at += 24) {
      rows.push({
        name: this.readText(view.getBigUint64(at, true), 128),
        address: view.getBigUint64(at + 8, true),
        gplOnly: view.getBigUint64(at + 16, true) !== 0n,
      });
    }
    return rows;
  }

  get booted(): boolean {
    return this.#booted;
  }

  /** Address of a symbol of the image; null: it has none of that name. */
  addressOf(name: string): bigint | null {
    return this.#image.get(name)?.address ?? null;
  }

  state(): MachineState {
    return STATES[this.kernel.exports.kernelState()] ?? 'alive';
  }

  taint(): number {
    return this.kernel.exports.kernelTaint();
  }

  /** Bytes of kernel memory, wherever they are mapped; null: not all of them are. */
  read(address: bigint, size: number): Uint8Array | null {
    const at = this.kernel.exports.kernelRead(address, size);
    return at === 0 ? null : this.kernel.read(at, size);
  }

  readText(address: bigint, most: number): string {
    const bytes: number[] = [];
    for (let i = 0; i < most; i++) {
      const byte = this.read(address + BigInt(i), 1)?.[0] ?? 0;
      if (byte === 0) break;
      bytes.push(byte);
    }
    return new TextDecoder().decode(new Uint8Array(bytes));
  }

  #keepLines(object: ElfObject, linked: Linked, index: number, owner: number): void {
    const named = (name: string): Uint8Array | undefined => object.sections.find((s) => s.name === name)?.data;
    const [types, ext] = [named('.BTF'), named('.BTF.ext')];
    const btf = types ? parseBtf(types) : null;
    const parsed = btf && !isProblem(btf) && ext ? parseBtfExt(ext, btf) : null;
    if (!parsed || isProblem(parsed)) return;
    for (const [section, lines] of parsed.lines) {
      const from = linked.sectionAddress(section, index);
      const size = object.sections.find((s) => s.name === section)?.size ?? 0;
      if (from !== 0n) this.#lines.push({ from, to: from + BigInt(size), lines, owner });
    }
  }

  /** The line of C that an instruction comes from (faddr2line); null: compiled without lines, or no instruction. */
  sourceOf(address: bigint): LineRecord | null {
    // A module's memory may be another one's later: the newest table counts.
    const table = this.#lines.findLast((t) => address >= t.from && address < t.to);
    return table?.lines.findLast((line) => table.from + BigInt(line.offset) <= address) ?? null;
  }

  /** Writes where kernel-mode code could; false: it could not. */
  write(address: bigint, bytes: Uint8Array): boolean {
    return this.#with(bytes, (at) => this.kernel.exports.kernelWrite(address, at, bytes.length));
  }

  log(level: number, line: string): void {
    const bytes = text.encode(line);
    this.#with(bytes, (at) => {
      this.kernel.exports.kernelLogLine(level, at, bytes.length);
    });
  }

  /** What is in the kernel log since boot. */
  entries(): KernelLogEntry[] {
    const bytes = this.kernel.read(this.kernel.exports.kernelLogPointer(), this.kernel.exports.kernelLogSize());
    const view = new DataView(bytes.buffer);
    const entries: KernelLogEntry[] = [];
    for (let at = 0; at + 16 <= bytes.length;) {
      const size = view.getUint32(at, true);
      const payload = bytes.subarray(at + 16, at + 16 + size);
      const head = { level: bytes[at + 5] ?? 0, nanoseconds: view.getBigUint64(at + 8, true) };
      entries.push(
        bytes[at + 4] === 0
          ? { kind: 'text', ...head, text: new TextDecoder().decode(payload) }
          : { kind: 'report', ...head, record: payload },
      );
      at += 16 + ((size + 7) & ~7);
    }
    return entries;
  }

  /** A system call of the current task. -4: the task or the machine died of it. */
  systemCall(number: number, a = 0n, b = 0n, c = 0n): number {
    return Number(this.kernel.exports.kernelCall(BigInt(number), a, b, c));
  }

  /** Runs `work` as a new process of root's shell, which ends with it. */
  #asProcess<T>(name: string, work: () => T): T {
    const { exports } = this.kernel;
    const bytes = text.encode(name);
    const pid = this.#nextPid++;
    this.#with(bytes, (at) => {
      exports.setTask(pid, pid, 0, 0, SHELL, at, bytes.length);
    });
    const result = work();
    if (this.state() === 'alive' && !exports.kernelTaskKilled()) exports.kernelExitTask();
    return result;
  }

  // ---- modules ----

  /** `insmod FILE name=value …`: 0 or -errno. Reasons go to the kernel log, as Linux has it; a damaged file is a problem. */
  insertModule(
    name: string,
    bytes: Uint8Array,
    parameters: Readonly<Record<string, string>> = {},
  ): InsertResult | LoadProblem {
    if (!this.#booted || this.state() !== 'alive') return { error: EINTR };
    if (this.#modules.some((module) => module.name === name)) return { error: EEXIST };
    const object = parseElf(bytes);
    if (isProblem(object)) return object;
    const info = moduleInfo(object);
    const license = info.get('license')?.[0];
    const gpl = license !== undefined && GPL_LICENSES.has(license);
    // Not at a page's very start, so that the bytes before a faulting instruction can be shown.
    const layout = layOut([object], {
      text: BEFORE_TEXT,
      initText: object.sections.some((section) => section.name === '.init.text') ? BEFORE_TEXT : 0,
    });
    const { sizes } = layout;
    const count = {
      text: pages(sizes.text),
      readOnly: pages(sizes.readOnly),
      data: pages(sizes.data),
      initText: pages(sizes.initText),
      initData: pages(sizes.initData),
    };
    const exports = this.kernel.exports;
    const corePages = count.text + count.readOnly + count.data;
    const initPages = count.initText + count.initData;
    const core = BigInt.asUintN(64, exports.moduleAllocate(Math.max(1, corePages)));
    const init = initPages === 0 ? 0n : BigInt.asUintN(64, exports.moduleAllocate(initPages));
    const giveBack = (): void => {
      if (core !== 0n) exports.moduleFree(core, Math.max(1, corePages));
      if (init !== 0n) exports.moduleFree(init, initPages);
    };
    if (core === 0n || (initPages > 0 && init === 0n)) {
      giveBack();
      return { error: ENOMEM };
    }
    const page = BigInt(PAGE);
    const addresses = {
      text: core,
      readOnly: core + BigInt(count.text) * page,
      data: core + BigInt(count.text + count.readOnly) * page,
      initText: init,
      initData: init + BigInt(count.initText) * page,
    };
    const uses = new Set<LoadedModule>();
    const missing: string[] = [];
    const linked = linkObjects([object], layout, addresses, (symbol) => {
      const own = this.#exported.get(symbol);
      const owner = own ? null : this.#modules.find((module) => module.exported.has(symbol));
      const found = own ?? owner?.exported.get(symbol);
      if (!found || (found.gplOnly && !gpl)) {
        missing.push(symbol);
        return 0n;
      }
      if (owner) uses.add(owner);
      return found.address;
    });
    if (isProblem(linked)) {
      giveBack();
      return linked;
    }
    if (missing.length > 0) {
      for (const symbol of new Set(missing)) this.log(4, `${name}: Unknown symbol ${symbol} (err ${ENOENT})`);
      giveBack();
      return { error: ENOENT };
    }
    this.#taintBy(name, license, gpl);
    for (const part of Object.values(linked.parts)) if (part.bytes.length > 0) this.#write(part.address, part.bytes);
    const refused = this.#setParameters(name, linked.section('__param'), parameters);
    if (refused !== 0) {
      giveBack();
      return { error: refused };
    }
    const word = (section: string): bigint => {
      const data = linked.section(section);
      return data.length < 8 ? 0n : new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);
    };
    const hasExit = word('__module_exit') !== 0n;
    const taint = `${gpl ? '' : 'P'}OE`;
    const nameBytes = text.encode(name);
    const taintBytes = text.encode(taint);
    const id = this.#with(nameBytes, (at) =>
      this.#with(taintBytes, (flags) =>
        exports.moduleAdd(
          at,
          nameBytes.length,
          flags,
          taintBytes.length,
          core,
          Math.max(1, corePages),
          init,
          initPages,
        ),
      ),
    );
    const module: LoadedModule = {
      name,
      id,
      size: Math.max(1, corePages + initPages) * PAGE,
      state: 'Loading',
      stuck: false,
      address: core,
      taint,
      exit: word('__module_exit'),
      exported: new Map(this.#exportRows(linked.section('__ksymtab')).map((row) => [row.name, row])),
      uses: [...uses],
      parameters,
    };
    this.#modules.push(module);
    this.#addSymbols(linked.symbols, id);
    this.#keepLines(object, linked, 0, id);
    if (sizes.text > 0) exports.moduleSealText(addresses.text, Math.ceil(sizes.text / 8));
    if (count.readOnly > 0) exports.moduleSealReadOnly(addresses.readOnly, count.readOnly);
    if (sizes.initText > 0) exports.moduleSealText(addresses.initText, Math.ceil(sizes.initText / 8));
    const entry = word('__module_init');
    const result = entry === 0n ? 0 : this.#asProcess('insmod', () => this.systemCall(NR.initModule, entry));
    if (this.state() !== 'alive' || (entry !== 0n && exports.kernelTaskKilled())) {
      // Its init never came back: it stays where it is, loading for ever.
      module.stuck = true;
      return { error: EINTR };
    }
    if (result < 0) {
      this.#drop(module);
      return { error: result };
    }
    module.state = 'Live';
    module.stuck = entry !== 0n && !hasExit;
    exports.moduleSetState(id, 0);
    exports.moduleFreeInit(id);
    return { error: 0 };
  }

  #taintBy(name: string, license: string | undefined, gpl: boolean): void {
    const before = this.taint();
    let bits = TAINT.outOfTree | TAINT.unsigned;
    if (!gpl) {
      bits |= TAINT.proprietary;
      if (!(before & TAINT.proprietary)) {
        this.log(4, `${name}: module license '${license ?? 'unspecified'}' taints kernel.`);
        this.log(4, 'Disabling lock debugging due to kernel taint');
      }
    }
    if (!(before & TAINT.outOfTree)) this.log(4, `${name}: loading out-of-tree module taints kernel.`);
    if (!(before & TAINT.unsigned))
      this.log(4, `${name}: module verification failed: signature and/or required key missing - tainting kernel`);
    this.kernel.exports.kernelAddTaint(bits);
  }

  /** Writes what insmod was told into the module's variables. 0 or -errno. */
  #setParameters(name: string, rows: Uint8Array, given: Readonly<Record<string, string>>): number {
    const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
    const known = new Map<string, { type: string; value: bigint; count: number }>();
    for (let at = 0; at + 32 <= rows.length; at += 32) {
      known.set(this.readText(view.getBigUint64(at, true), 64), {
        type: this.readText(view.getBigUint64(at + 8, true), 32),
        value: view.getBigUint64(at + 16, true),
        count: view.getUint32(at + 24, true),
      });
    }
    for (const [key, value] of Object.entries(given)) {
      const row = known.get(key);
      if (!row) {
        this.log(4, `${name}: unknown parameter '${key}' ignored`);
        continue;
      }
      if (row.type === 'charp') {
        // The kernel keeps the text for as long as the module lives.
        const bytes = text.encode(`${value}\0`);
        const copy = BigInt.asUintN(64, this.kernel.exports.kernelAllocate(bytes.length));
        if (copy === 0n || !this.write(copy, bytes)) return ENOMEM;
        this.write(row.value, word64(copy));
        continue;
      }
      const values = row.count > 1 ? value.split(',') : [value];
      if (values.length > row.count) return EINVAL;
      for (const [i, item] of values.entries()) {
        const bytes = parameterBytes(row.type, item);
        if (!bytes) {
          this.log(3, `${name}: \`${item}' invalid for parameter \`${key}'`);
          return EINVAL;
        }
        this.write(row.value + BigInt(i * bytes.length), bytes);
      }
    }
    return 0;
  }

  #drop(module: LoadedModule): void {
    this.kernel.exports.moduleRemove(module.id);
    this.#modules = this.#modules.filter((other) => other !== module);
  }

  #references(module: LoadedModule): number {
    return this.#modules.filter((other) => other.uses.includes(module)).length + (module.state === 'Loading' ? 1 : 0);
  }

  /** `rmmod NAME`: 0 or -errno. What still points into the module points into nothing afterwards. */
  removeModule(name: string): number {
    if (this.state() !== 'alive') return EINTR;
    const module = this.#modules.find((other) => other.name === name);
    if (!module) return ENOENT;
    if (module.stuck || this.#references(module) > 0) return EBUSY;
    module.state = 'Unloading';
    this.kernel.exports.moduleSetState(module.id, 2);
    if (module.exit !== 0n) this.#asProcess('rmmod', () => this.systemCall(NR.deleteModule, module.exit));
    if (this.state() !== 'alive' || (module.exit !== 0n && this.kernel.exports.kernelTaskKilled())) {
      module.stuck = true;
      return EINTR;
    }
    this.#drop(module);
    return 0;
  }

  /** lsmod: newest first. */
  modules(): ModuleInfo[] {
    return [...this.#modules].reverse().map((module) => ({
      name: module.name,
      size: module.size,
      references: this.#references(module),
      state: module.state,
      address: module.address,
      taint: module.taint,
      parameters: module.parameters,
    }));
  }

  // ---- files of /proc ----

  #userText(value: Uint8Array): bigint {
    return this.#with(value, (at) => BigInt.asUintN(64, this.kernel.exports.userMemory(at, value.length)));
  }

  /** Opens /proc/NAME: a descriptor or -errno. */
  open(name: string): number {
    return this.systemCall(NR.open, this.#userText(text.encode(`${name}\0`)));
  }

  close(fd: number): number {
    return this.systemCall(NR.close, BigInt(fd));
  }

  /** Up to `size` bytes, or -errno. */
  readFile(fd: number, size: number): Uint8Array | number {
    const buffer = this.#userText(new Uint8Array(size));
    const count = this.systemCall(NR.read, BigInt(fd), buffer, BigInt(size));
    if (count < 0) return count;
    return this.kernel.read(Number(buffer - USER_BASE), Math.min(count, size));
  }

  writeFile(fd: number, bytes: Uint8Array): number {
    return this.systemCall(NR.write, BigInt(fd), this.#userText(bytes), BigInt(bytes.length));
  }

  /** ioctl(fd, command, &bytes): the result, and what the module left in the bytes. */
  control(fd: number, command: number, bytes: Uint8Array): { result: number; bytes: Uint8Array } {
    const at = this.#userText(bytes);
    const result = this.systemCall(NR.ioctl, BigInt(fd), BigInt(command), at);
    return { result, bytes: this.kernel.read(Number(at - USER_BASE), bytes.length) };
  }

  /** What `id -u` of the current task says: the credentials that its task_struct points to now. */
  userId(): number {
    return this.systemCall(NR.getuid);
  }

  // ---- packets ----

  /**
   * An Ethernet frame goes the way of src/kernel/linux on its own, without the network around it; `detail`: the protocol that it
   * carries, or why it was dropped.
   */
  receive(frame: Uint8Array, device: number): { readonly fate: PacketFate; readonly detail: number } {
    if (this.state() !== 'alive') return { fate: 'lost', detail: 0 };
    const fate = this.#with(frame, (at) => this.kernel.exports.kernelReceive(at, frame.length, device));
    return { fate: FATES[fate] ?? 'lost', detail: this.kernel.exports.kernelFateDetail() };
  }
}

/** user address of linear address 0 (src/kernel/memory/user.ts) */
const USER_BASE = 0x00007f0000000000n;

/** Licences that count as free (Documentation/process/license-rules.rst, MODULE_LICENSE). */
const GPL_LICENSES = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

function word64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

const INTEGER_BYTES: Readonly<Record<string, number>> = {
  byte: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  long: 8,
  ulong: 8,
  ullong: 8,
};

/** A parameter's value as its C type has it in memory; null: the text is none. */
function parameterBytes(type: string, value: string): Uint8Array | null {
  if (type === 'bool')
    return /^[yY1]$/.test(value) ? Uint8Array.of(1) : /^[nN0]$/.test(value) ? Uint8Array.of(0) : null;
  const size = INTEGER_BYTES[type];
  const match = /^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(value.trim());
  if (size === undefined || !match) return null;
  const number = BigInt(match[2] ?? '0') * (match[1] === '-' ? -1n : 1n);
  const bits = size * 8;
  const signed = !type.startsWith('u') && type !== 'byte';
  if (signed ? BigInt.asIntN(bits, number) !== number : BigInt.asUintN(bits, number) !== number) return null;
  return word64(BigInt.asUintN(64, number)).slice(0, size);
}

/** key → values of MODULE_LICENSE and its kin. */
function moduleInfo(object: ElfObject): Map<string, string[]> {
  const info = new Map<string, string[]>();
  const section = object.sections.find((s) => s.name === '.modinfo');
  for (const line of new TextDecoder().decode(section?.data).split('\0')) {
    const equals = line.indexOf('=');
    if (equals <= 0) continue;
    const key = line.slice(0, equals);
    const list = info.get(key);
    if (list) list.push(line.slice(equals + 1));
    else info.set(key, [line.slice(equals + 1)]);
  }
  return info;
}

/** What insmod says about an error number (kmod: strerror and its own words). */
export function insmodMessage(file: string, error: number): string {
  const words: Readonly<Record<number, string>> = {
    [ENOENT]: 'Unknown symbol in module',
    [ENOEXEC]: 'Invalid module format',
    [EEXIST]: 'File exists',
    [ENODEV]: 'No such device',
    [EINVAL]: 'Invalid parameters',
    [EBUSY]: 'Device or resource busy',
    [ENOMEM]: 'Cannot allocate memory',
  };
  return `insmod: ERROR: could not insert module ${file}: ${words[error] ?? `error ${-error}`}`;
}
