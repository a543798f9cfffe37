// The printer: every byte that the JIT emits has a word, blocks close as they open, and each instruction's code says which one it is.
import { beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../bpf/assemble.ts';
import { encodeInstructions } from '../bpf/instruction.ts';
import { SIM_F_UNVERIFIED } from '../bpf/syscall.ts';
import type { Kernel } from '../loader/kernel.ts';
import { Jit, type CompilingKernel } from './attach.ts';
import { testKernel } from './fuzz.ts';
import { printProgram, type WasmLine } from './print.ts';
import { instructionsOf, randomProgram } from './random-program.ts';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await testKernel();
});

function print(instructions: Uint8Array, counting = false, flags = SIM_F_UNVERIFIED): WasmLine[][] {
  kernel.boot({ seed: 1 });
  const fd = kernel.loadProgram({ name: 't', type: 6, instructions, license: 'GPL', flags }, 'nothing');
  if (fd < 0) return [];
  const jit = new Jit(kernel as unknown as CompilingKernel);
  return printProgram(jit.translate(fd, { checked: false, counting }), (id) => `helper_${id}`);
}
/** Of a program that the verifier accepts: no test before an access, no count. */
function ofAssembly(text: string): WasmLine[] {
  const { instructions, problems } = assemble(text);
  expect(problems).toEqual([]);
  return print(encodeInstructions(instructions), false, 0)[0] ?? [];
}

describe('what the JIT made', () => {
  test('an addition and an exit', () => {
    const lines = ofAssembly('mov %r0, 1\nmov %r3, 2\nadd %r0, %r3\nexit');
    const words = lines.map(({ text }) => text);
    expect(words.join('; ')).toContain('i64.const 1; local.set $r0');
    expect(words.join('; ')).toContain('local.get $r0; local.get $r3; i64.add; local.set $r0');
    expect(words).toContain('return');
    expect(lines.filter(({ text }) => text === 'i64.add').map(({ slot }) => slot)).toEqual([2]);
  });

  test('a branch is a block, and what is in it is deeper', () => {
    const lines = ofAssembly('ldxw %r2, [%r1+12]\nmov %r0, 0\njeq %r2, 7, +1\nmov %r0, 5\nexit');
    expect(lines.some(({ text }) => /^(block|if)/.test(text))).toBe(true);
    expect(Math.max(...lines.map(({ depth }) => depth))).toBeGreaterThan(0);
    // Slots of the translated program: the load from the context became three instructions.
    expect(lines.find(({ text }) => /^i64.(eq|ne)$/.test(text))?.slot).toBe(4);
    expect(lines.find(({ text }) => text === 'i64.const 5')?.slot).toBe(5);
  });

  test('negative and wide constants are whole', () => {
    const words = ofAssembly('mov %r0, -2\nlddw %r2, 0x123456789abcdef\nadd %r0, %r2\nexit').map(({ text }) => text);
    expect(words).toContain('i64.const -2');
    expect(words).toContain(`i64.const ${0x123456789abcdefn}`);
  });
});

test('random programs print whole: blocks are balanced, slots are the program’s own', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const instructions = instructionsOf(randomProgram(seed)).map((one) =>
      // References to maps would need maps.
      one.opcode === 0x18 ? { ...one, src: 0 } : one,
    );
    for (const counting of [false, true]) {
      for (const lines of print(encodeInstructions(instructions), counting)) {
        let depth = 0;
        const astray = lines.filter((line) => {
          if (/^(end|else)/.test(line.text)) depth--;
          const good = line.depth === depth && line.slot < 4 * instructions.length;
          if (/^(block|loop|if|else)/.test(line.text)) depth++;
          return !good;
        });
        expect(lines.length).toBeGreaterThan(0);
        expect(astray, `seed ${seed}`).toEqual([]);
        expect(depth).toBe(0);
      }
    }
  }
});
