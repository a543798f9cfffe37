// A fault's record as the lines that Linux 6.1 prints, kind by kind and in its order; src/kernel/module/testing holds real logs, and a test holds
// ours against them. What is the machine's own and not the fault's (release, hardware, control registers) stands at the top.
import { type FaultReport, type Place, readFaultRecord, type TraceEntry } from './oops-record.ts';

export { type FaultReport, readFaultRecord } from './oops-record.ts';

export const RELEASE = '6.1.0-meet-ebpf';
const BUILD = '#1 Meet eBPF';
const HARDWARE = 'Meet eBPF simulated x86-64, eBPF instructions';
/** CONFIG_ options that show in the first line, and page table isolation, which this machine needs not */
const OPTIONS = 'PREEMPT SMP NOPTI';
/** Protection on, paging on, and what else x86-64 Linux has set */
const CR0 = 0x80050033n;
const CR4 = 0x6f0n;

const hex = (value: bigint, digits = 16): string => BigInt.asUintN(64, value).toString(16).padStart(digits, '0');

/** Flags in their order, as print_tainted() shows them; the last five have no use here. */
const TAINT_LETTERS = 'PFSRMBUDAWCIOELKXTN';

export function taintText(taint: number): string {
  if (taint === 0) return 'Not tainted';
  const letters = [...TAINT_LETTERS].map((letter, i) => ((taint >> i) & 1 ? letter : i === 0 ? 'G' : ' '));
  return `Tainted: ${letters.join('')}`;
}

function placeText({ address, symbol }: Place): string {
  if (!symbol) return `0x${address.toString(16)}`;
  const at = `${symbol.name}+0x${symbol.offset.toString(16)}/0x${symbol.size.toString(16)}`;
  return symbol.module === '' ? at : `${at} [${symbol.module}]`;
}

function processLine(f: FaultReport): string {
  return `CPU: ${f.cpu} PID: ${f.pid} Comm: ${f.comm} ${taintText(f.taint)} ${RELEASE} ${BUILD}`;
}

const HARDWARE_LINE = `Hardware name: ${HARDWARE}`;
const BEFORE = 42;

function codeLine(f: FaultReport): string {
  if (f.code.length === 0)
    return `Code: Unable to access opcode bytes at 0x${BigInt.asUintN(64, f.rip.address - BigInt(BEFORE)).toString(16)}.`;
  const bytes = [...f.code].map((byte, i) => {
    const two = byte.toString(16).padStart(2, '0');
    return i === BEFORE ? `<${two}>` : two;
  });
  return `Code: ${bytes.join(' ')}`;
}

type Named = readonly (readonly [string, bigint])[];

const row = (values: Named): string => values.map(([name, value]) => `${name}: ${hex(value)}`).join(' ');

/** x86's registers by Linux's own mapping of its eBPF JIT; R10, R11 and R12 have no counterpart. */
function registerLines(f: FaultReport): string[] {
  const r = (n: number): bigint => f.registers[n] ?? 0n;
  return [
    row([['RAX', r(0)], ['RBX', r(6)], ['RCX', r(4)]]),
    row([['RDX', r(3)], ['RSI', r(2)], ['RDI', r(1)]]),
    row([['RBP', r(10)], ['R08', r(5)], ['R09', 0n]]),
    row([['R10', 0n], ['R11', 0n], ['R12', 0n]]),
    row([['R13', r(7)], ['R14', r(8)], ['R15', r(9)]]),
  ]; // prettier-ignore
}

/** RIP, code and registers, as show_regs() prints them: at the top, and once more behind "end trace". */
function machineLines(f: FaultReport): string[] {
  const rip = f.rip.symbol ? placeText(f.rip) : `0x${f.rip.address.toString(16)}`;
  // Reading the code around a RIP that is nowhere is a page fault of its own.
  const cr2 = f.code.length === 0 && f.kind === 'page fault' ? f.rip.address - BigInt(BEFORE) : f.cr2;
  return [
    `RIP: 0010:${rip}`,
    codeLine(f),
    `RSP: 0018:${hex(f.registers[11] ?? 0n)} EFLAGS: ${hex(f.flags, 8)}`,
    ...registerLines(f),
    `FS:  ${hex(f.fs)}(0000) GS:${hex(f.gs)}(0000) knlGS:0000000000000000`,
    `CS:  0010 DS: 0000 ES: 0000 CR0: ${hex(CR0)}`,
    `CR2: ${hex(cr2)} CR3: ${hex(f.cr3)} CR4: ${hex(CR4)}`,
  ];
}

function traceLines(entries: readonly TraceEntry[]): string[] {
  return [
    'Call Trace:',
    ...entries.flatMap((entry): string[] => {
      switch (entry.kind) {
        case 'call':
          return [` ${entry.certain ? '' : '? '}${placeText(entry.place)}`];
        case 'user': {
          const u = entry.registers;
          return [
            `RIP: 0033:0x${u.ip.toString(16)}`,
            `Code: Unable to access opcode bytes at 0x${BigInt.asUintN(64, u.ip - BigInt(BEFORE)).toString(16)}.`,
            `RSP: 002b:${hex(u.sp)} EFLAGS: ${hex(u.flags, 8)} ORIG_RAX: ${hex(u.orig_ax)}`,
            row([['RAX', u.ax], ['RBX', u.bx], ['RCX', u.cx]]),
            row([['RDX', u.dx], ['RSI', u.si], ['RDI', u.di]]),
            row([['RBP', u.bp], ['R08', u.r8], ['R09', u.r9]]),
            row([['R10', u.r10], ['R11', u.r11], ['R12', u.r12]]),
            row([['R13', u.r13], ['R14', u.r14], ['R15', u.r15]]),
          ]; // prettier-ignore
        }
        default:
          return [` ${entry.kind}`];
      }
    }),
  ];
}

/** The page tables' entries as far as the walk to the address came; a huge or missing page ends it. */
function walkLine(f: FaultReport): string {
  const [pgd = 0n, ...below] = f.walk;
  const names = ['PUD', 'PMD', 'PTE'];
  const parts = [`PGD ${pgd.toString(16)}`, `P4D ${pgd.toString(16)}`];
  below.forEach((entry, i) => parts.push(`${names[i] ?? ''} ${entry.toString(16)}`));
  // Linux ends what stopped above the PTE with a blank.
  return parts.join(' ') + (f.walk.length === 4 ? '' : ' ');
}

function pageFaultLines(f: FaultReport): string[] {
  const fetch = (f.errorCode & 16) !== 0;
  const protection = (f.errorCode & 1) !== 0;
  const how = fetch ? 'instruction fetch' : f.errorCode & 2 ? 'write access' : 'read access';
  return [
    ...(fetch && protection ? [`kernel tried to execute NX-protected page - exploit attempt? (uid: ${f.uid})`] : []),
    f.address < 4096n
      ? `BUG: kernel NULL pointer dereference, address: ${hex(f.address)}`
      : `BUG: unable to handle page fault for address: ${hex(f.address)}`,
    `#PF: supervisor ${how} in kernel mode`,
    `#PF: error_code(0x${f.errorCode.toString(16).padStart(4, '0')}) - ${protection ? 'permissions violation' : 'not-present page'}`,
    walkLine(f),
    `Oops: ${f.errorCode.toString(16).padStart(4, '0')} [#${f.number}] ${OPTIONS}`,
  ];
}

/** What comes before "CPU: …". */
function headLines(f: FaultReport): string[] {
  const dies = (what: string): string => `${what}: 0000 [#${f.number}] ${OPTIONS}`;
  switch (f.kind) {
    case 'page fault':
      return pageFaultLines(f);
    case 'general protection':
      return [dies(`general protection fault, probably for non-canonical address 0x${hex(f.address, 1)}`)];
    case 'divide':
      return [dies('divide error')];
    case 'bug':
      return ['------------[ cut here ]------------', `kernel BUG at ${f.file}:${f.line}!`, dies('invalid opcode')];
    case 'stack guard':
      return [
        `BUG: ${f.stack.interrupt ? 'IRQ' : 'TASK'} stack guard page was hit at ${hex(f.address)} (stack is ${hex(f.stack.low)}..${hex(f.stack.end - 1n)})`,
        dies('stack guard page'),
      ];
    default:
      return [dies('invalid opcode')];
  }
}

const modulesLine = (f: FaultReport): string => `Modules linked in: ${f.modules}`.trimEnd();
const END = '---[ end trace 0000000000000000 ]---';

/** The lines of a report, without time stamps. */
export function oopsLines(f: FaultReport): string[] {
  switch (f.kind) {
    case 'warning':
      return [
        // A warning with a text of its own has said so above it.
        ...(f.seconds === 1 ? [] : ['------------[ cut here ]------------']),
        `WARNING: CPU: ${f.cpu} PID: ${f.pid} at ${f.file}:${f.line} ${placeText(f.rip)}`,
        modulesLine(f),
        processLine(f),
        HARDWARE_LINE,
        ...machineLines(f),
        ...traceLines(f.trace),
        END,
      ];
    case 'soft lockup':
      return [
        `watchdog: BUG: soft lockup - CPU#${f.cpu} stuck for ${f.seconds}s! [${f.comm}:${f.pid}]`,
        modulesLine(f),
        processLine(f),
        HARDWARE_LINE,
        ...machineLines(f),
        ...traceLines(f.trace),
      ];
    case 'scheduling while atomic':
      return [
        `BUG: scheduling while atomic: ${f.comm}/${f.pid}/0x${f.preemptCount.toString(16).padStart(8, '0')}`,
        modulesLine(f),
        processLine(f),
        HARDWARE_LINE,
        ...traceLines(f.trace),
      ];
    case 'sleeping while atomic':
      return [
        `BUG: sleeping function called from invalid context at ${placeText(f.rip)}`,
        `in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: ${f.pid}, name: ${f.comm}`,
        `preempt_count: ${f.preemptCount.toString(16)}, expected: 0`,
        processLine(f),
        HARDWARE_LINE,
        ...traceLines(f.trace),
      ];
    case 'stack dump':
      return [processLine(f), HARDWARE_LINE, ...traceLines(f.trace)];
    default:
      return [
        ...headLines(f),
        processLine(f),
        HARDWARE_LINE,
        ...machineLines(f),
        ...traceLines(f.trace),
        modulesLine(f),
        ...(f.kind === 'page fault' ? [`CR2: ${hex(f.cr2)}`] : []),
        END,
        ...machineLines(f),
      ];
  }
}

/** "[    2.178602] " in front of a line, as dmesg has it. */
export function stamp(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const micro = (nanoseconds % 1_000_000_000n) / 1000n;
  return `[${seconds.toString().padStart(5)}.${micro.toString().padStart(6, '0')}] `;
}

/** A record as text, ready for a log. */
export function oopsText(record: Uint8Array): string[] {
  return oopsLines(readFaultRecord(record));
}
