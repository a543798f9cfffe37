// Assembler: the syntax, what it refuses and where, and that printing and assembling are each other's inverse.
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { OPERATIONS, reservedFieldsInUse } from './instruction-set.ts';
import { decodeInstructions, encodeInstructions, type Instruction } from './instruction.ts';
import { printAssembly } from './print-assembly.ts';

const hexOf = (text: string): string => {
  const { instructions, problems } = assemble(text);
  expect(problems).toEqual([]);
  return Buffer.from(encodeInstructions(instructions)).toString('hex');
};

/** A small generator, so that a failure is a seed and not an anecdote. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('assemble', () => {
  it.each([
    ['mov %r0, 1\nexit', 'b7000000010000009500000000000000'],
    ['add32 %r1, %r2', '0c21000000000000'],
    ['ldxdw %r0, [%r1+8]', '7910080000000000'],
    ['stxb [%r10-1], %r2', '732affff00000000'],
    ['stw [%r10 - 8], -1', '620af8ffffffffff'],
    ['lddw %r0, 0x1122334455667788', '18000000887766550000000044332211'],
    ['lddw %r1, map[2]', '18110000020000000000000000000000'],
    ['lddw %r1, value[0]+8', '18210000000000000000000008000000'],
    ['lock fetch add32 [%r10-8], %r1', 'c31af8ff01000000'],
    ['lock cmpxchg [%r10-8], %r1', 'db1af8fff1000000'],
    ['swap16 %r3\nbe64 %r4', 'd703000010000000dc04000040000000'],
    ['movsx1632 %r1, %r2', 'bc21100000000000'],
    ['sdiv %r1, -3', '37010100fdffffff'],
    [
      'call 5\ncall local +1\ncall %r2\ncall runtime 9',
      '8500000005000000851000000100000' + '08d020000000000008520000009000000',
    ],
    ['call bpf_map_lookup_elem', '8500000001000000'],
    ['may_goto +0\ngotol +1\nload_acquire8 %r1, [%r2+0]', 'e5000000000000000600000001000000d321000000010000'],
    ['.slot 0x1122334455667788', '8877665544332211'],
  ])('%s', (text, expected) => {
    expect(hexOf(text)).toBe(expected);
  });

  it('resolves labels forwards and backwards, and "exit" as the first exit', () => {
    const text = 'top: jeq %r1, 0, exit\nja end # a comment\nja top\nend:\ncall local f\nexit\nf: exit';
    expect(assemble(text).instructions.map((i) => (i.opcode === 0x85 ? i.imm : i.offset))).toEqual([3, 1, -3, 1, 0, 0]);
  });

  it('takes a callback by its label', () => {
    const { instructions } = assemble('lddw %r2, func body\nexit\nbody: exit');
    expect(instructions[0]).toMatchObject({ opcode: 0x18, src: 4, imm: 2 });
  });

  it.each([
    ['mov32 %r0, 2147483648', 1, 12, 'immediate-range'],
    ['mov32 %r0, 0x100000000', 1, 12, 'immediate-range'],
    ['exit\nja nowhere', 2, 4, 'invalid-label'],
    ['lock or [%r10-8]', 1, 1, 'operand-count'],
    ['lock', 1, 1, 'operand-count'],
    ['  ldxq %r0, %r1', 1, 1, 'invalid-mnemonic'],
    ['ldxb %r0, %r1', 1, 11, 'invalid-memory'],
    ['ldxb %r0, [%r1+0x10000]', 1, 11, 'offset-range'],
    ['lddw %r0', 1, 1, 'operand-count'],
    ['or %r0, %r50', 1, 9, 'invalid-register'],
    ['a: exit\na: exit', 2, 1, 'duplicate-label'],
    ['# nothing', 1, 1, 'empty'],
  ])('refuses %j at %i:%i with %s', (text, line, column, code) => {
    expect(assemble(text).problems).toMatchObject([{ line, column, code }]);
  });

  it('takes back what printAssembly writes, whatever the slots hold', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const slots: Instruction[] = [];
      for (let i = 0; i < 20; i++) {
        const row = OPERATIONS[next(OPERATIONS.length)];
        if (!row) continue;
        const wild = next(4) === 0;
        const value = (field: 'src' | 'offset' | 'imm', range: number): number =>
          row[field] ?? (wild || next(2) ? next(range) - range / 2 : 0);
        slots.push({
          opcode: wild && next(3) === 0 ? next(256) : row.opcode,
          dst: next(11),
          src: row.src ?? next(11),
          offset: value('offset', 0x10000),
          imm: value('imm', 2 ** 32),
        });
      }
      const text = printAssembly(slots);
      const { instructions, problems } = assemble(text);
      expect(problems, `seed ${seed}\n${text}`).toEqual([]);
      expect(instructions, `seed ${seed}\n${text}`).toEqual(slots);
      expect(decodeInstructions(encodeInstructions(slots))).toEqual(slots);
    }
  });
});

describe('reservedFieldsInUse', () => {
  it.each([
    ['07000100 01000000', ['offset']],
    ['07100000 01000000', ['src']],
    ['0f000000 01000000', ['imm']],
    ['dc000100 10000000', ['offset']],
    ['85010000 00000000', ['dst']],
    ['95000000 01000000', ['imm']],
    ['79a0f8ff 01000000', ['imm']],
    ['7b0af8ff 00000000', []],
    ['37010100 fdffffff', []],
    ['dc000000 11000000', null],
    ['8d020000 00000000', []],
  ])('%s: %j', (bytes, fields) => {
    const [instruction] = decodeInstructions(Buffer.from(bytes.replace(' ', ''), 'hex'));
    expect(instruction && reservedFieldsInUse(instruction)).toEqual(fields);
  });
});
