// Disassembler: Linux 6.18's own words. The lines below were printed by that kernel's verifier log (level 2) for these bytes.
import { describe, expect, it } from 'vitest';
import { disassemble, disassembleInstruction } from './disassemble.ts';
import { loadOnLinux, linuxAbsence } from '../judge/linux.ts';
import { judgePresent } from '../judge/require.ts';
import { OPERATIONS, type Operand } from './instruction-set.ts';
import { decodeInstructions, encodeInstructions, type Instruction } from './instruction.ts';

const lines = (hex: string): string[] =>
  disassemble(decodeInstructions(Buffer.from(hex.replace(/\s/g, ''), 'hex'))).map((line) => line.text);

describe('disassemble', () => {
  it.each([
    ['6111000000000000', '(61) r1 = *(u32 *)(r1 +0)'],
    ['632afcff00000000', '(63) *(u32 *)(r10 -4) = r2'],
    ['720af8ff9cffffff', '(72) *(u8 *)(r10 -8) = -100'],
    ['9110f0ff00000000', '(91) r0 = *(s8 *)(r1 -16)'],
    ['8500000001000000', '(85) call bpf_map_lookup_elem#1'],
    ['8510000005000000', '(85) call pc+5'],
    ['5503040008000000', '(55) if r3 != 0x8 goto pc+4'],
    ['d603feffffffffff', '(d6) if w3 s<= 0xffffffff goto pc-2'],
    ['2d21fdff00000000', '(2d) if r1 > r2 goto pc-3'],
    ['0500090000000000', '(05) goto pc+9'],
    ['06000000faffffff', '(06) gotol pc-6'],
    ['e500030000000000', '(e5) may_goto pc+3'],
    ['1801000088776655 0000000044332211', '(18) r1 = 0x1122334455667788'],
    ['1811000007000000 0000000000000000', '(18) r1 = map[id:7]'],
    ['1821000007000000 0000000008000000', '(18) r1 = map[id:7][0]+8'],
    ['b401000002000000', '(b4) w1 = 2'],
    ['bf210800 00000000', '(bf) r1 = (s8)r2'],
    ['3f210100 00000000', '(3f) r1 s/= r2'],
    ['94010100 03000000', '(94) w1 s%= 3'],
    ['c7010000 04000000', '(c7) r1 s>>= 4'],
    ['84010000 00000000', '(84) w1 = -w1'],
    ['dc010000 10000000', '(dc) r1 = be16 r1'],
    ['d7010000 20000000', '(d7) r1 = bswap32 r1'],
    ['db1af8ff 00000000', '(db) lock *(u64 *)(r10 -8) += r1'],
    ['c31af8ff 51000000', '(c3) r1 = atomic_fetch_and((u32 *)(r10 -8), r1)'],
    ['db1af8ff f1000000', '(db) r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r1)'],
    ['c31af8ff e1000000', '(c3) r1 = atomic_xchg((u32 *)(r10 -8), r1)'],
    ['d3a1f8ff 00010000', '(d3) r1 = load_acquire((u8 *)(r10 -8))'],
    ['db1af8ff 10010000', '(db) store_release((u64 *)(r10 -8), r1)'],
    ['2000000004000000', '(20) r0 = *(u32 *)skb[4]'],
    ['5020000004000000', '(50) r0 = *(u8 *)skb[r2 + 4]'],
    ['bf210100 01000000', '(bf) r1 = addr_space_cast(r2, 0, 1)'],
    ['9500000000000000', '(95) exit'],
  ])('%s is %s', (hex, text) => {
    expect(lines(hex)).toEqual([text]);
  });

  it('lets the caller name addresses and kernel functions', () => {
    const [call] = decodeInstructions(Buffer.from('8520000009000000', 'hex'));
    expect(call && disassembleInstruction(call)).toBe('(85) call kernel-function#9');
    expect(call && disassembleInstruction(call, 0, { kernelFunction: () => 'bpf_dynptr_size' })).toBe(
      '(85) call bpf_dynptr_size#9',
    );
    const [load, high] = decodeInstructions(Buffer.from('18110000070000000000000000000000', 'hex'));
    const immediate64 = (): string => '0xffff888155af8000';
    expect(load && disassembleInstruction(load, high?.imm, { immediate64 })).toBe('(18) r1 = 0xffff888155af8000');
  });
});

/** Instructions that Linux prints before it judges them ("Live regs before insn"): anything but calls of functions and exits. */
function randomInstructions(seed: number): Instruction[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const slots: Instruction[] = [];
  for (let i = 0; i < 40; i++) {
    const row = OPERATIONS[below(OPERATIONS.length)];
    if (!row || /^(exit|callx|call local|call runtime)$/.test(row.mnemonic)) continue;
    const uses = (...operands: Operand[]): boolean => operands.some((operand) => row.operands.includes(operand));
    const imm = [below(200) - 100, below(2 ** 32) - 2 ** 31, 0, -1][below(4)] ?? 0;
    const instruction = {
      opcode: row.opcode,
      dst: uses('dst', '[dst]') ? below(11) : 0,
      src: row.src ?? (uses('src', '[src]') ? below(11) : 0),
      // Jumps go to the next instruction: every slot stays reachable.
      offset: row.offset ?? (uses('[dst]', '[src]') ? below(0x10000) - 0x8000 : 0),
      imm: row.imm ?? (row.mnemonic === 'call' ? 1 + below(211) : uses('imm') ? imm : 0),
    };
    if (row.mnemonic === 'lddw') {
      if (row.src === 0)
        slots.push({ ...instruction, imm }, { opcode: 0, dst: 0, src: 0, offset: 0, imm: below(2 ** 32) - 2 ** 31 });
    } else slots.push(instruction);
  }
  return [...slots, ...decodeInstructions(Buffer.from('b7000000000000009500000000000000', 'hex'))];
}

describe('random instructions', () => {
  it('read as Linux prints them', async (context) => {
    if (!judgePresent('bpf', await linuxAbsence())) return context.skip();
    for (let seed = 1; seed <= 40; seed++) {
      const instructions = randomInstructions(seed);
      const { log } = await loadOnLinux({ type: 1, instructions: encodeInstructions(instructions), level: 2 });
      const table = new Map<number, string>();
      for (const [, slot, text] of log.matchAll(/^ *(?:\d+ +)?(\d+): [.0-9]{10} (.*)$/gm))
        table.set(Number(slot), text ?? '');
      expect(table.size, `seed ${seed}: ${log.slice(0, 200)}`).toBeGreaterThan(0);
      for (const { slot, text } of disassemble(instructions)) expect(table.get(slot), `seed ${seed}`).toBe(text);
    }
  });
});
