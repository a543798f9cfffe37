// Pairs that the interpreter does in one go: the same as one after the other, stopped between them, and entered at the second.
import { describe, expect, test } from 'vitest';
import { assemble } from '../../bpf/assemble.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { bootedMachine } from '../testing/machine.ts';

interface Result {
  readonly r0: bigint;
  readonly instructions: number;
}

/** The whole run at once, or instruction by instruction. */
function run(text: string, atOnce: boolean): Result {
  const vm = bootedMachine();
  const { kernel, memory } = vm;
  const fd = vm.load(encodeInstructions(assemble(text).instructions));
  const before = kernel.instructionsRun();
  if (atOnce) {
    const { result, fault } = vm.run(fd);
    expect(fault).toBe(0);
    return { r0: BigInt.asUintN(64, result), instructions: Number(kernel.instructionsRun() - before) };
  }
  const packet = vm.give(new Uint8Array(64));
  expect(kernel.beginStep(fd, packet, 64)).toBe(0);
  let instructions = 1;
  for (let status = kernel.step(1n); status !== 0; status = kernel.step(1n)) {
    expect(status).toBe(1);
    instructions++;
  }
  return { r0: new DataView(memory.buffer).getBigUint64(kernel.registers(), true), instructions };
}

const NUMBERS = [0, 1, -1, 5, 31, 32, 63, 0x7fffffff, -0x80000000];
const VALUES = ['0', '1', '0x8000000080000000', '0xffffffffffffffff', '0x123456789abcdef0'];

const copies = ['mov', 'mov32'].flatMap((move) =>
  ['add', 'sub', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh'].flatMap((operation) =>
    [operation, `${operation}32`].map((second) => [move, second] as const),
  ),
);

describe('a copy, and arithmetic on it', () => {
  test.each(copies)('%s, %s', (move, operation) => {
    for (const number of NUMBERS)
      for (const value of VALUES) {
        const [before, pair] = [
          `lddw %r1, ${value}\nmov %r0, 9\n`,
          [`${move} %r0, %r1`, `${operation} %r0, ${number}`],
        ];
        const apart = run(`${before}${pair.join('\nja +0\n')}\nexit`, true).r0;
        const expected = { r0: apart, instructions: 5 };
        expect(run(`${before}${pair.join('\n')}\nexit`, true)).toEqual(expected);
        if (number === 5) expect(run(`${before}${pair.join('\n')}\nexit`, false)).toEqual(expected);
      }
  });

  test('the second alone, where a jump leads to it', () => {
    const text = 'mov %r0, 3\nmov %r1, 5\nja second\nmov %r0, %r1\nsecond: add %r0, 1\njgt %r0, 100, exit\nexit';
    expect(run(text, true)).toEqual({ r0: 4n, instructions: 6 });
  });
});

describe('an addition, and a jump that asks for the sum', () => {
  test.each([
    ['add', 'jne'],
    ['sub', 'jne'],
    ['add32', 'jne32'],
    ['sub32', 'jne32'],
    ['add32', 'jlt32'],
    ['sub32', 'jlt32'],
  ])('%s, %s', (addition, jump) => {
    for (const number of NUMBERS)
      for (const value of VALUES) {
        const text = (between: string): string =>
          `lddw %r1, ${value}\n${addition} %r1, 1${between}\n${jump} %r1, ${number}, taken\nmov %r0, 1\nexit\ntaken: mov %r0, 2\nexit`;
        const apart = run(text('\nja +0'), true);
        const expected = { r0: apart.r0, instructions: apart.instructions - 1 };
        expect(run(text(''), true)).toEqual(expected);
        if (number === 5) expect(run(text(''), false)).toEqual(expected);
      }
  });
});
