// The interpreter by itself: what it refuses at run time, that it is exact to the byte, and that a run can be stopped anywhere.
import { describe, expect, test } from 'vitest';
import { assemble } from '../../bpf/assemble.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { Machine, little } from '../testing/machine.ts';

const FAULT = {
  none: 0,
  read: 1,
  write: 2,
  stack: 4,
  null: 5,
  instruction: 6,
  depth: 7,
  helper: 8,
  budget: 9,
  helperMemory: 10,
  packet: 11,
  end: 12,
} as const;

const code = (text: string): Uint8Array => {
  const assembly = assemble(text);
  expect(assembly.problems).toEqual([]);
  return encodeInstructions(assembly.instructions);
};

/** Runs an unverified program: r1 is the packet, r2 its length. */
function run(
  text: string,
  machine = new Machine(),
  packet = new Uint8Array(64),
): { fault: number; result: bigint; at: number } {
  const fd = machine.load(code(text));
  expect(fd).toBeGreaterThan(0);
  const { fault, result } = machine.run(fd, packet);
  return { fault, result: BigInt.asUintN(64, result), at: machine.kernel.faultInstruction() };
}

describe('every access is checked, to the byte', () => {
  test.each([1, 2, 4, 8])('%i bytes of a packet of 61', (size) => {
    const machine = new Machine();
    const load = { 1: 'ldxb', 2: 'ldxh', 4: 'ldxw', 8: 'ldxdw' }[size] as string;
    for (let offset = -9; offset < 70; offset++) {
      const inside = offset >= 0 && offset + size <= 61;
      const sign = offset < 0 ? '' : '+';
      const { fault } = run(`${load} %r0, [%r1${sign}${offset}]\nexit`, machine, new Uint8Array(61));
      expect([offset, fault]).toEqual([offset, inside ? FAULT.none : FAULT.packet]);
    }
  });

  test('the stack has 512 bytes, and none above', () => {
    expect(run('stdw [%r10-512], 1\nldxdw %r0, [%r10-512]\nexit')).toMatchObject({ fault: FAULT.none, result: 1n });
    expect(run('mov %r0, 0\nstxb [%r10-513], %r0\nexit').fault).toBe(FAULT.stack);
    expect(run('ldxb %r0, [%r10+0]\nexit').fault).toBe(FAULT.stack);
  });

  test('a frame that was left is gone', () => {
    const text =
      'call local inner\nldxdw %r0, [%r0+0]\nexit\ninner: stdw [%r10-8], 5\nmov %r0, %r10\nadd %r0, -8\nexit';
    expect(run(text).fault).toBe(FAULT.stack);
  });

  test('a map value ends where it ends', () => {
    const machine = new Machine();
    machine.createMap({ type: 2, key: 4, value: 6, entries: 2 });
    const text = (offset: number): Uint8Array => {
      const bytes = code(`lddw %r1, value[0]\nldxb %r0, [%r1+${offset}]\nexit`);
      new DataView(bytes.buffer).setInt32(4, 3, true);
      return bytes;
    };
    // An array of two has no single value to point into.
    expect(machine.load(text(0))).toBe(-22);
    const single = machine.createMap({ type: 2, key: 4, value: 6, entries: 1 });
    for (const offset of [0, 5, 6, 7, 8]) {
      const bytes = text(offset);
      new DataView(bytes.buffer).setInt32(4, single, true);
      expect(machine.run(machine.load(bytes)).fault).toBe(offset < 6 ? FAULT.none : FAULT.read);
    }
  });

  test('null and wild pointers', () => {
    expect(run('mov %r1, 0\nldxdw %r0, [%r1+16]\nexit').fault).toBe(FAULT.null);
    expect(run('lddw %r1, 0xffff888000001000\nldxdw %r0, [%r1+0]\nexit').fault).toBe(FAULT.read);
    expect(run('lddw %r1, 0xffff888004200000\nstdw [%r1+0], 1\nexit').fault).toBe(FAULT.write);
    expect(run('lddw %r1, 0x888000000000\nldxdw %r0, [%r1+0]\nexit').fault).toBe(FAULT.read);
    expect(run('add %r1, %r1\nldxdw %r0, [%r1+0]\nexit').fault).toBe(FAULT.read);
  });

  test("a helper's arguments", () => {
    const machine = new Machine();
    expect(run('mov %r1, 0\nmov %r2, %r10\nadd %r2, -8\ncall 1\nexit', machine).fault).toBe(FAULT.helperMemory);
    expect(run('mov %r2, %r1\ncall 1\nexit', machine).fault).toBe(FAULT.helperMemory);
  });
});

describe('a run ends', () => {
  test('by budget, wherever it is', () => {
    const machine = new Machine();
    machine.kernel.setBudget(1000n);
    const before = machine.kernel.instructionsRun();
    expect(run('again: ja again', machine).fault).toBe(FAULT.budget);
    expect(machine.kernel.instructionsRun() - before).toBe(1000n);
  });

  test('after eight frames', () => {
    const text = (deep: number): string =>
      `mov %r1, ${deep}\ncall local down\nexit\ndown: mov %r0, %r1\njeq %r1, 0, exit\nsub %r1, 1\ncall local down\nexit`;
    expect(run(text(6))).toMatchObject({ fault: FAULT.none });
    expect(run(text(7)).fault).toBe(FAULT.depth);
  });

  test('behind the last instruction, at what is none, and at an unknown helper', () => {
    expect(run('mov %r0, 1')).toMatchObject({ fault: FAULT.end, at: 1 });
    expect(run('.slot 0x00000000000000ff\nexit')).toMatchObject({ fault: FAULT.instruction, at: 0 });
    expect(run('mov %r0, 1\ncall 212\nexit')).toMatchObject({ fault: FAULT.helper, at: 1 });
  });

  test('may_goto lets go in the end', () => {
    expect(run('again: may_goto out\nja again\nout: mov %r0, 3\nexit')).toMatchObject({
      fault: FAULT.none,
      result: 3n,
    });
  });
});

describe('stepping', () => {
  const TEXT = `mov %r6, 0
    stdw [%r10-8], 0
    mov %r1, 3
    lddw %r2, func turn
    mov %r3, %r10
    add %r3, -8
    mov %r4, 0
    call 181
    mov %r6, %r0
    mov %r1, 5
    call local twice
    ldxdw %r1, [%r10-8]
    add %r0, %r1
    add %r0, %r6
    exit
    turn: ldxdw %r3, [%r2+0]
    add %r3, %r1
    add %r3, 10
    stxdw [%r2+0], %r3
    mov %r0, 0
    exit
    twice: mov %r0, %r1
    add %r0, %r1
    exit`;

  function trace(machine: Machine, stride: bigint): { slots: number[]; result: bigint } {
    const fd = machine.load(code(TEXT));
    const packet = machine.give(new Uint8Array(64));
    expect(machine.kernel.beginStep(fd, packet, 64)).toBe(0);
    const slots = [machine.kernel.stepSlot(machine.kernel.stepDepth())];
    while (machine.kernel.step(stride) === 1) slots.push(machine.kernel.stepSlot(machine.kernel.stepDepth()));
    return { slots, result: new DataView(machine.memory.buffer).getBigUint64(machine.kernel.registers(), true) };
  }

  test('one by one gives what running gives, callbacks included', () => {
    const { slots, result } = trace(new Machine(), 1n);
    expect(result).toBe(run(TEXT).result);
    expect(result).toBe(46n);
    // The callback's first instruction comes three times, the subprogram's once.
    const turn = code(TEXT.split('turn:')[0] + 'turn: exit\ntwice: exit').length / 8 - 2;
    expect(slots.filter((slot) => slot === turn)).toHaveLength(3);
    expect(slots.filter((slot) => slot === turn + 6)).toHaveLength(1);
  });

  test('in strides ends the same', () => {
    for (const stride of [2n, 3n, 7n, 100n]) expect(trace(new Machine(), stride).result).toBe(46n);
  });

  test('the same seed is the same run', () => {
    const text = 'call 7\nmov %r6, %r0\nlsh %r6, 32\ncall 5\nadd %r0, %r6\nexit';
    expect(run(text, new Machine(5n))).toEqual(run(text, new Machine(5n)));
    expect(run(text, new Machine(5n))).not.toEqual(run(text, new Machine(6n)));
  });
});

describe('records reach the host', () => {
  const AGAIN = -11;

  function records(machine: Machine, fd: number): string[] {
    const to = machine.kernel.allocate(64);
    const found: string[] = [];
    for (;;) {
      const size = machine.kernel.readRecord(fd, to, 64);
      if (size < 0) {
        expect(size).toBe(AGAIN);
        return found;
      }
      found.push(Buffer.from(machine.bytes(to, size)).toString('hex'));
    }
  }

  test('through a ring buffer, round its end, without what was discarded', () => {
    const machine = new Machine();
    const ring = machine.createMap({ type: 27, key: 0, value: 0, entries: 4096 });
    const bytes = code(`lddw %r1, map[0]
      mov %r2, 1000
      mov %r3, 0
      call 131
      jeq %r0, 0, exit
      stdw [%r0+0], 1
      stdw [%r0+992], 2
      mov %r1, %r0
      mov %r2, 0
      call 132
      lddw %r1, map[0]
      mov %r2, 8
      mov %r3, 0
      call 131
      jeq %r0, 0, exit
      mov %r1, %r0
      mov %r2, 0
      call 133
      mov %r0, 1
      exit`);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += 8) if (bytes[at] === 0x18) view.setInt32(at + 4, ring, true);
    const fd = machine.load(bytes, 6, 0);
    expect(fd).toBeGreaterThan(0);
    for (let i = 0; i < 20; i++) {
      expect(machine.run(fd).retval).toBe(1);
      expect(records(machine, ring).map((record) => record.slice(0, 4))).toEqual(['0100']);
    }
  });

  test('through a perf event of the CPU that runs, with the packet behind', () => {
    const machine = new Machine();
    const events = machine.createMap({ type: 4, key: 4, value: 4, entries: 2 });
    const event = machine.kernel.openPerfEvent(0);
    expect(machine.update(events, little(0, 4), little(event, 4))).toBe(0);
    const bytes = code(`stdw [%r10-8], 7
      lddw %r2, map[0]
      lddw %r3, 0x4ffffffff
      mov %r4, %r10
      add %r4, -8
      mov %r5, 8
      call 25
      exit`);
    new DataView(bytes.buffer).setInt32(12, events, true);
    const fd = machine.load(bytes, 6, 0);
    expect(machine.run(fd, new Uint8Array(64).fill(3)).retval).toBe(0);
    expect(records(machine, event)).toEqual(['070000000000000003030303']);
    machine.kernel.setCpu(1);
    expect(machine.run(fd).retval | 0).toBe(-2);
  });

  test('bpf_printk, line by line', () => {
    const machine = new Machine();
    const fd = machine.load(
      code(
        'lddw %r1, 0x0a642520676e69\nstxdw [%r10-8], %r1\nmov %r1, %r10\nadd %r1, -8\nmov %r2, 8\nmov %r3, -5\ncall 6\nexit',
      ),
      6,
      0,
    );
    machine.run(fd);
    machine.run(fd);
    expect(machine.trace()).toEqual(['ing -5', 'ing -5']);
  });
});

describe('memory comes back', () => {
  test('loading, running and closing a thousand programs with maps', () => {
    const machine = new Machine();
    const round = (): number => {
      const map = machine.createMap({ type: 1, key: 4, value: 8, entries: 100 });
      const fd = machine.load(code('mov %r0, 2\nexit'), 6, 0);
      for (let key = 0; key < 20; key++) machine.update(map, little(key, 4), little(key, 8));
      machine.run(fd);
      machine.kernel.close(fd);
      machine.kernel.close(map);
      machine.kernel.__collect();
      return machine.kernel.memoryUsed();
    };
    const first = round();
    for (let i = 0; i < 1000; i++) round();
    expect(round()).toBe(first);
  });
});
