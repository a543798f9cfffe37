// Does a module's fault read as on Linux 6.1, line kind by line kind, and does every value come from the machine? The logs in
// testing/linux-6.1 are what Debian's 6.1 said about the same source (testing/faults.c) in qemu.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { oopsText, readFaultRecord, type FaultReport } from '../../explain/oops.ts';
import { TestMachine, compileModule, packetFrom } from './testing/machine.ts';

const here = fileURLToPath(new URL('./testing/', import.meta.url));
const source = readFileSync(`${here}faults.c`, 'utf8');
const object = compileModule('faults', source);
let machine: TestMachine;

beforeAll(async () => {
  machine = await TestMachine.create();
});

/** Runs into a bug and gives the log from there on. */
function crash(which: string, module = object): string[] {
  machine.boot();
  machine.kernel.exports.kernelPanicOnOops(which === 'panic-on-oops');
  machine.kernel.exports.kernelSetBudget(1_000_000n);
  const result = machine.mode.insertModule('faults', module, {
    which: which === 'panic-on-oops' ? 'null-read' : which,
  });
  if ('problem' in result) throw new Error(result.problem.message);
  machine.kernel.exports.kernelPanicOnOops(false);
  if (which === 'hook') for (const last of [1, 3]) machine.mode.receive(packetFrom(last), 1);
  return machine.log();
}

/** What kind of line it is: numbers, names and what only one machine has are gone. */
function kindOf(line: string): string {
  return line
    .replace(/^CPU: .*?(Not tainted|Tainted: [A-Z ]{19}).*$/, 'CPU: # PID: # Comm: # $1')
    .replace(/^Hardware name: .*/, 'Hardware name')
    .replace(/^Code: .*/, 'Code')
    .replace(/^ (\? )?(0x[0-9a-f]+|[\w.]+\+0x[0-9a-f]+\/0x[0-9a-f]+( \[\w+\])?)$/, ' trace')
    .replace(/^(RIP: 0010:).*/, '$1#')
    .replace(/^(RIP: 0033:).*/, '$1#')
    .replace(/^PGD .*/, 'PGD')
    .replace(/(at )\S+\.c:\d+/, '$1FILE:LINE')
    .replace(/\(____ptrval____\)/g, '#')
    .replace(/\w+\/\d+\/0x/, 'COMM/PID/0x')
    .replace(/\[\w+:\d+\]/, '[COMM:PID]')
    .replace(/[\w.]+\+0x[0-9a-f]+\/0x[0-9a-f]+( \[\w+\])?/, 'SYMBOL')
    .replace(/^(Modules linked in: ).*?(\(OE\+?\)).*/, '$1NAME$2')
    .replace(/(?<![\w-])0x[0-9a-f]+/g, '#')
    .replace(/\b[0-9a-f]{8,16}\b/g, '#')
    .replace(/\b\d+(?=s!)/, '#')
    .replace(/(CPU|PID|CPU#)(: )?\d+/g, '$1#');
}

/** Kinds in order; however many return addresses follow one another count as one. */
function kinds(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of lines.map(kindOf)) if (line !== ' trace' || out[out.length - 1] !== ' trace') out.push(line);
  return out;
}

/** From the module's own first line to the next one, or to the end. */
function about(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line.startsWith('faults: ') && !line.includes('kernel'));
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('faults: '));
  return end < 0 ? rest : rest.slice(0, end);
}

const recorded = readdirSync(`${here}linux-6.1`).map((name) => name.replace(/\.log$/, ''));

describe('reads as Linux 6.1', () => {
  test('every bug of the module has a log', () => {
    const cases = [...source.matchAll(/strcmp\(name, "([a-z-]+)"\)/g)].map(([, name]) => name);
    expect(cases.filter((name) => !recorded.includes(name ?? ''))).toEqual([]);
  });

  test.each(recorded)('%s', (which) => {
    const linux = readFileSync(`${here}linux-6.1/${which}.log`, 'utf8')
      .split('\n')
      .map((line) => line.replace(/^\[ *\d+\.\d+\] /, ''))
      .filter((line) => line !== '');
    // Whether interrupts were off is not modelled. Two logs end before the last line, as that machine rebooted on a panic.
    const theirs = about(linux).filter((line) => !/exited with irqs disabled/.test(line));
    const rebooted = linux[linux.length - 1] === 'Kernel Offset: disabled';
    const ours = about(crash(which)).filter((line) => !rebooted || !line.startsWith('---[ end Kernel panic'));
    expect(kinds(ours)).toEqual(kinds(theirs));
  });
});

/** The one fault of the last run. */
function fault(): FaultReport {
  const entry = machine.mode.entries().find((e) => e.kind === 'report');
  if (entry?.kind !== 'report') throw new Error('no fault');
  return readFaultRecord(entry.record);
}

describe('every value is the machine’s', () => {
  const HEAD = '#include <linux/module.h>\n#include <linux/slab.h>\nMODULE_LICENSE("GPL");\n';
  const run = (body: string): FaultReport => {
    machine.boot();
    machine.insert('bug', HEAD + body);
    return fault();
  };
  const load = (address: string, before = ''): string =>
    `static noinline long look(long *p) { ${before} return *p; }
static int __init start(void) { return look((long *)${address}); }
module_init(start);`;

  test('another pointer: another CR2', () => {
    for (const address of [0x10n, 0xff8n, 0xffffc900deadbee8n]) {
      const report = run(load(`0x${address.toString(16)}`));
      expect(report.address).toBe(address);
      expect(report.registers[1]).toBe(address);
      expect(report.rip.symbol?.name).toBe('look');
    }
  });

  test('the faulting line further down: RIP moves by its instructions', () => {
    const first = run(load('8'));
    const moved = run(
      load('8', 'WRITE_ONCE(limit, 1); WRITE_ONCE(limit, 2);').replace(
        'static noinline',
        'static long limit;\nstatic noinline',
      ),
    );
    const distance = (moved.rip.symbol?.offset ?? 0n) - (first.rip.symbol?.offset ?? 0n);
    expect(distance).toBeGreaterThan(0n);
    expect(distance % 8n).toBe(0n);
    // What stands at RIP is a load of eight bytes through r1.
    for (const { code } of [first, moved]) expect([...code.subarray(42, 50)]).toEqual([0x79, 0x10, 0, 0, 0, 0, 0, 0]);
  });

  test('wrapped in a function: one entry more in the call trace', () => {
    const names = (report: FaultReport): string[] =>
      report.trace.flatMap((entry) =>
        entry.kind === 'call' && entry.certain ? [entry.place.symbol?.name ?? '?'] : [],
      );
    const plain = run(load('8'));
    const wrapped = run(
      load('8')
        .replace('static int __init', 'static noinline long wrap(long *p) { return look(p) + 1; }\nstatic int __init')
        .replace('return look((long *)8)', 'return wrap((long *)8)'),
    );
    expect(names(plain)).toEqual([
      'start',
      'do_one_initcall',
      'do_init_module',
      '__do_sys_init_module',
      'do_syscall_64',
      'entry_SYSCALL_64_after_hwframe',
    ]);
    expect(names(wrapped)).toEqual(['wrap', ...names(plain)]);
  });

  test('a return address that is overwritten leads where it says', () => {
    const report =
      run(`static noinline void smash(unsigned long *at) { int i; for (i = 0; i < 24; i++) WRITE_ONCE(at[i], 0x4141414141414141); }
static noinline int victim(void) { unsigned long room[2]; smash(room); return room[0] == 1; }
static int __init start(void) { return victim(); }
module_init(start);`);
    expect(report.kind).toBe('general protection');
    expect(report.rip).toEqual({ address: 0x4141414141414141n, symbol: null });
  });

  test('the same run gives the same bytes', () => {
    const records = (): string[] => {
      crash('null-read');
      return machine.mode
        .entries()
        .flatMap((e) => (e.kind === 'report' ? [Buffer.from(e.record).toString('hex')] : []));
    };
    expect(records()).toEqual(records());
  });

  test('a record is rendered whole, however often', () => {
    crash('hook');
    for (const entry of machine.mode.entries())
      if (entry.kind === 'report') expect(oopsText(entry.record)).toEqual(oopsText(entry.record.slice()));
  });
});

describe('what is left afterwards', () => {
  test('a system call: its task is dead, the module stuck, the machine goes on', () => {
    crash('null-read');
    expect(machine.mode.state()).toBe('alive');
    expect(machine.mode.modules()).toMatchObject([{ name: 'faults', references: 1, state: 'Loading' }]);
    expect(machine.mode.removeModule('faults')).toBe(-16);
    expect(machine.insert('other', '#include <linux/module.h>\nMODULE_LICENSE("GPL");')).toBe(0);
  });

  test('an interrupt: nothing moves until a reboot, and after it everything is new', () => {
    crash('hook');
    expect(machine.mode.state()).toBe('panicked');
    expect(machine.mode.receive(packetFrom(1), 1).fate).toBe('lost');
    expect(machine.mode.removeModule('faults')).toBe(-4);
    machine.boot();
    expect(machine.mode.state()).toBe('alive');
    expect(machine.mode.modules()).toEqual([]);
    expect(machine.mode.taint()).toBe(0);
    expect(machine.log()).toEqual([]);
    expect(machine.mode.receive(packetFrom(3), 1).fate).toBe('routed');
  });

  test('an endless loop: the watchdog speaks, the machine hangs', () => {
    crash('loop');
    expect(machine.mode.state()).toBe('hanging');
  });

  test('the second oops is #2, of a tainted kernel', () => {
    crash('null-read');
    machine.mode.insertModule('again', compileModule('again', source), { which: 'null-write' });
    expect(machine.log().filter((line) => /^Oops|^CPU:/.test(line)).map((line) => /\[#\d\]|Tainted: [A-Z ]*/.exec(line)?.[0].trim())).toEqual([
      '[#1]', 'Tainted: G           OE', '[#2]', 'Tainted: G      D    OE',
    ]); // prettier-ignore
  });
});
