// The assembler of inline assembly: what LLVM's makes of the same lines, and that nothing that is written there makes it throw.
import { expect, test } from 'vitest';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { assemble } from './assembler.ts';
import { evaluateExpression } from './assembler-expression.ts';

const bytes = (text: string): string =>
  Buffer.from(
    encodeInstructions(
      assemble(
        text,
        () => 9,
        (line) => expect.fail(line),
      ).instructions,
    ),
  ).toString('hex');

/** As clang-19 assembles them (-mcpu=v4). */
const LINES: Readonly<Record<string, string>> = {
  'r0 = atomic_fetch_add((u64 *)(r2 + 8), r0)': 'db02080001000000',
  'r0 = cmpxchg_64(r2 + 0, r0, r1)': 'db120000f1000000',
  'lock *(u64 *)(r2+0) |= r1': 'db12000040000000',
  'may_goto +1': 'e500010000000000',
  'if r1 s<= -5 goto +2': 'd5010200fbffffff',
  'r1 = 0x123456789a ll': '180100009a7856340000000012000000',
  '*(u16*)(r2 + 8) = 3': '6a02080003000000',
  'r0 = *(s16 *)(r2 + 8)': '8920080000000000',
  'r5 = addr_space_cast(r5, 0, 1)': 'bf55010001000000',
  'r0 = *(u8 *)skb[23]': '3000000017000000',
  'w6 s/= w7': '3c76010000000000',
  '.byte 0xe5, 0; .long (.Lgoto0 - 1b - 8) / 8 & 0xffff; .short 0': 'e500080000000000',
};

test.each(Object.entries(LINES))('%s', (line, expected) => {
  expect(bytes(line.includes('1b') ? `1: ${line}` : line)).toBe(expected);
});

test.each([
  ['2 + 3 * 4', 14n],
  ['(1 << 4) | 3', 19n],
  ['-1 & 0xff', 255n],
  ['010', 8n],
  ['09', null],
  ['1 / 0', 0n],
  ['2 +', null],
  ['(1', null],
  ['nowhere + 1', null],
  ['here - 8', 16n],
])('%s is %s', (text, value) => {
  expect(evaluateExpression(text, (label) => (label === 'here' ? 24 : null))).toBe(value);
});

test('what is no instruction is said, and nothing throws', () => {
  const said: string[] = [];
  for (const text of [
    'frob r1',
    'r1 = 09',
    '.byte 1',
    '.ifc a, b; r1 = 1',
    'if r1 > goto 1f',
    'r1 = *(u8 *)(r2 + x)',
    '((((',
    'goto 7f',
  ]) {
    assemble(
      text,
      () => 0,
      (line) => said.push(line),
    );
  }
  expect(said).toHaveLength(8);
});
