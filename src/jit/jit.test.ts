// The JIT against the interpreter (and Linux, where it may be asked): control flow of every shape, calls, faults, budgets, and a
// fixed number of random programs.
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../bpf/assemble.ts';
import { OPERATIONS, reservedFieldsInUse } from '../bpf/instruction-set.ts';
import { encodeInstructions, type Instruction } from '../bpf/instruction.ts';
import { printAssembly } from '../bpf/print-assembly.ts';
import { linuxAbsence, runOnLinux } from '../judge/linux.ts';
import { judgePresent } from '../judge/require.ts';
import { forgetCompiled, useEngine } from '../loader/engine.ts';
import type { Engine, Kernel } from '../loader/kernel.ts';
import { SIM_F_UNVERIFIED } from '../bpf/syscall.ts';
import { describeDifference, fuzz, runOurs, testKernel } from './fuzz.ts';
import { buildGraph } from './graph.ts';
import { functionInfo, Random } from './random-program.ts';
import { REGRESSIONS } from './regressions.ts';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await testKernel();
});

const codeOf = (assembly: string): ReturnType<typeof assemble>['instructions'] => {
  const { instructions, problems } = assemble(assembly);
  expect(problems).toEqual([]);
  return instructions;
};

/** Runs an unverified program over `memory`. */
function run(
  assembly: string,
  engine: Engine,
  memory: Uint8Array = new Uint8Array(64),
  budget = 1_000_000n,
): { r0: bigint; fault: number; at: number; instructions: number; memory: Uint8Array } {
  kernel.boot({ seed: 1 });
  forgetCompiled(kernel);
  const instructions = encodeInstructions(codeOf(assembly));
  const fd = kernel.loadProgram(
    { name: 't', type: 6, instructions, license: 'GPL', flags: SIM_F_UNVERIFIED },
    'nothing',
  );
  expect(fd).toBeGreaterThan(0);
  useEngine(kernel, engine, [fd]);
  kernel.exports.setBudget(budget);
  const before = kernel.exports.instructionsRun();
  const ran = kernel.runOverMemory(fd, memory);
  const { exports } = kernel;
  const executed = Number(exports.instructionsRun() - before);
  return {
    r0: ran.r0,
    fault: exports.faultKind(),
    at: exports.faultInstruction(),
    instructions: executed,
    memory: ran.memory,
  };
}

const both = (assembly: string, memory?: Uint8Array, budget?: bigint): ReturnType<typeof run> => {
  const interpreted = run(assembly, 'interpreter', memory, budget);
  const compiled = run(assembly, 'jit-checked', memory, budget);
  if (interpreted.fault !== 0) expect({ ...compiled, r0: 0n }).toEqual({ ...interpreted, r0: 0n });
  else expect(compiled).toEqual(interpreted);
  return compiled;
};

const IRREDUCIBLE = `
mov %r0, 0
mov %r3, 20
ldxb %r2, [%r1+0]
jeq %r2, 0, second
first:
add %r0, 3
sub %r3, 1
jsle %r3, 0, exit
second:
add %r0, 5
sub %r3, 1
jsgt %r3, 0, first
exit`;

describe('control flow', () => {
  it('nests loops, merges and early exits', () => {
    const assembly = `
mov %r0, 0
mov %r6, 5
outer:
mov %r7, 4
inner:
add %r0, %r7
jgt %r0, 40, out
sub %r7, 1
jne %r7, 0, inner
jset %r6, 1, odd
add %r0, 100
ja next
odd:
sub %r0, 1
next:
sub %r6, 1
jne %r6, 0, outer
out:
exit`;
    expect(both(assembly).fault).toBe(0);
  });

  it('dispatches loops with two entrances', () => {
    const instructions = codeOf(IRREDUCIBLE);
    expect(buildGraph(instructions, 0, instructions.length).reducible).toBe(false);
    for (const first of [0, 1]) expect(both(IRREDUCIBLE, Uint8Array.of(first)).fault).toBe(0);
  });

  it('unrolls loops of one block in both directions of the branch', () => {
    expect(both('mov %r0, 0\nl: add %r0, 1\njne %r0, 13, l\nexit').r0).toBe(13n);
    expect(both('mov %r0, 0\nl: add %r0, 1\njeq %r0, 13, end\nja l\nend: exit').r0).toBe(13n);
    expect(both('mov %r0, 30\nl: sub %r0, 7\njsgt %r0, 0, l\nexit').r0).toBe(BigInt.asUintN(64, -5n));
  });

  it('takes a chain of ten thousand blocks', () => {
    const links = Array.from({ length: 10_000 }, (_, i) => `jeq %r0, ${i}, +0\nadd %r0, 1`);
    expect(both(['mov %r0, 0', ...links, 'exit'].join('\n')).r0).toBe(10_000n);
  });

  it('ends may_goto after its turns', () => {
    expect(both('mov %r0, 0\nl: may_goto end\nadd %r0, 1\nja l\nend: exit', undefined, 100_000_000n).r0).toBe(
      8_388_608n,
    );
  });
});

describe('calls', () => {
  it('keeps r6 to r9 and gives each function its frame', () => {
    const assembly = `
mov %r6, 1
stdw [%r10-8], 11
call local f
ldxdw %r1, [%r10-8]
add %r0, %r1
add %r0, %r6
exit
f:
mov %r6, 50
stdw [%r10-8], 22
call local g
add %r0, %r6
exit
g:
mov %r6, 60
mov %r0, 3
exit`;
    expect(both(assembly).r0).toBe(65n);
  });

  it('stops at the ninth frame', () => {
    const nested = (depth: number): string =>
      Array.from({ length: depth }, (_, i) => `f${i}:\ncall local f${i + 1}\nadd %r0, 1\nexit`).join('\n');
    expect(both(`call local f0\nexit\n${nested(6)}\nf6: mov %r0, 0\nexit`).r0).toBe(6n);
    expect(both(`call local f0\nexit\n${nested(7)}\nf7: mov %r0, 0\nexit`).fault).toBe(7);
    expect(both('f: call local f\nexit').fault).toBe(7);
  });

  it('runs bpf_loop and its refusals', () => {
    const loop = (count: number, flags: number): string => `
stdw [%r10-8], 0
mov %r1, ${count}
lddw %r2, func body
mov %r3, %r10
add %r3, -8
mov %r4, ${flags}
call bpf_loop
ldxdw %r1, [%r10-8]
lsh %r1, 8
or %r0, %r1
exit
body:
ldxdw %r3, [%r2+0]
add %r3, %r1
stxdw [%r2+0], %r3
mov %r0, 0
jlt %r1, 9, again
mov %r0, 1
again: exit`;
    expect(both(loop(5, 0)).r0).toBe((10n << 8n) | 5n);
    expect(both(loop(100, 0)).r0).toBe((45n << 8n) | 10n);
    expect(both(loop(0, 0)).r0).toBe(0n);
    expect(both(loop(5, 1)).r0).toBe(BigInt.asUintN(64, -22n));
    expect(both(loop(8 * 1024 * 1024 + 1, 0)).r0).toBe(BigInt.asUintN(64, -7n));
  });
});

describe('callbacks of the kernel', () => {
  it('run for each element of a map', () => {
    const assembly = `
stdw [%r10-8], 0
lddw %r1, map[0]
lddw %r2, func body
mov %r3, %r10
add %r3, -8
mov %r4, 0
call bpf_for_each_map_elem
ldxdw %r1, [%r10-8]
lsh %r1, 8
or %r0, %r1
exit
body:
ldxw %r1, [%r2+0]
ldxdw %r5, [%r4+0]
add %r5, %r1
add %r5, 10
stxdw [%r4+0], %r5
mov %r0, 0
jlt %r1, 1, again
mov %r0, 1
again: exit`;
    const subject = { type: 'xdp', instructions: codeOf(assembly), packet: new Uint8Array(64), bare: false } as const;
    const interpreted = runOurs(kernel, subject, 'interpreter');
    // Elements 0 and 1: 2 turns, 10 + 11.
    expect(interpreted.end).toBe(`retval ${(21 << 8) | 2}`);
    expect(runOurs(kernel, subject, 'jit')).toEqual(interpreted);
    expect(runOurs(kernel, subject, 'jit-checked')).toEqual(interpreted);
  });
});

describe('probing loads', () => {
  // The rewriter marks loads through BTF pointers by the modes 0x20 and 0x40 (sign-extending).
  const probe = (opcode: number, source: string): string =>
    `${source}\nmov %r0, 7\n.slot 0x${(0x1000 | opcode).toString(16)}\nexit`;
  it.each([
    ['gives what is there', probe(0x21, ''), 0xf3f2f1f0n],
    ['gives zero for a null pointer', probe(0x21, 'mov %r1, 0'), 0n],
    ['gives zero outside of everything', probe(0x39, 'lddw %r1, 0x123456789abcdef0'), 0n],
    ['gives zero behind an object', probe(0x39, 'add %r1, 4'), 0n],
    ['extends the sign', probe(0x51, ''), 0xfffffffffffffff0n],
  ])('%s', (_name, assembly, r0) => {
    expect(both(assembly, Uint8Array.of(0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7)).r0).toBe(r0);
  });
});

describe('tail calls', () => {
  const PROG_ARRAY = 3;
  const number = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

  /** Loads verified programs that all see the same program array, puts them in, and runs the first. */
  function chain(
    engine: Engine,
    sources: readonly string[],
    counting: boolean,
  ): { retval: number; instructions: number } {
    kernel.boot({ seed: 1 });
    forgetCompiled(kernel);
    const map = kernel.createMap({
      name: 'jumps',
      type: PROG_ARRAY,
      keySize: 4,
      valueSize: 4,
      maxEntries: 4,
      flags: 0,
    });
    expect(map).toBeGreaterThan(0);
    const fds = sources.map((source) => {
      const code = codeOf(source).map((i) => (i.opcode === 0x18 && i.src === 1 ? { ...i, imm: map } : i));
      const instructions = encodeInstructions(code);
      const fd = kernel.loadProgram({ name: 't', type: 6, instructions, license: 'GPL' }, 'nothing');
      expect(fd).toBeGreaterThan(0);
      return fd;
    });
    fds.forEach((fd, i) => expect(kernel.updateElement(map, number(i), number(fd))).toBe(0));
    useEngine(kernel, engine, fds, { counting });
    const before = kernel.exports.instructionsRun();
    const { error, retval } = kernel.testRun(fds[0] as number, { packet: new Uint8Array(64) });
    expect(error).toBe(0);
    return { retval, instructions: Number(kernel.exports.instructionsRun() - before) };
  }

  const jump = (index: number): string => `lddw %r2, map[0]\nmov %r3, ${index}\ncall bpf_tail_call`;

  it.each([
    ['goes to another program', [`${jump(1)}\nmov %r0, 1\nexit`, 'mov %r0, 42\nexit'], 42],
    ['falls through an empty entry', [`${jump(3)}\nmov %r0, 7\nexit`], 7],
    ['falls through beyond the array', [`${jump(9)}\nmov %r0, 8\nexit`], 8],
    // The 34th tail call falls through; each of the 34 programs of the chain has counted.
    ['ends after 33', [`mov %r6, %r1\nldxw %r0, [%r1+0]\n${jump(0)}\nmov %r0, 34\nexit`], 34],
  ])('%s', (_name, sources, retval) => {
    const interpreted = chain('interpreter', sources, true);
    expect(interpreted.retval).toBe(retval);
    expect(chain('jit', sources, true)).toEqual(interpreted);
    expect(chain('jit-checked', sources, true)).toEqual(interpreted);
    expect(chain('jit', sources, false).retval).toBe(retval);
  });
});

describe('faults', () => {
  it.each([
    ['a read before the object', 'ldxb %r0, [%r1-1]\nexit'],
    ['a read behind it', 'ldxdw %r0, [%r1+60]\nexit'],
    ['a write below the frame', 'stdw [%r10-520], 1\nexit'],
    ['a null pointer', 'mov %r1, 0\nmov %r0, 1\nldxw %r0, [%r1+8]\nexit'],
    ['an address beyond the kernel', 'lddw %r1, 0x1234567890ab\nlock add [%r1+0], %r1\nexit'],
    ['no instruction', 'mov %r0, 1\n.slot 0xff\nexit'],
    ['the end', 'mov %r0, 1\nadd %r0, 1'],
    ['a helper that does not exist', 'call 9999\nexit'],
    ['a fault inside a subprogram', 'mov %r6, 1\ncall local f\nexit\nf: mov %r1, 8\nldxb %r0, [%r1+0]\nexit'],
  ])('%s is the same in both engines', (_name, assembly) => {
    expect(both(assembly).fault).not.toBe(0);
  });

  it('ends an endless run when the budget is used up, exactly', () => {
    for (const assembly of ['l: ja l', 'l: add %r0, 1\nja l', 'l: call local f\nja l\nf: exit', IRREDUCIBLE])
      for (const budget of [1n, 7n, 16n, 1000n]) {
        const interpreted = run(assembly, 'interpreter', Uint8Array.of(1), budget);
        const compiled = run(assembly, 'jit-checked', Uint8Array.of(1), budget);
        expect([compiled.fault, compiled.instructions]).toEqual([interpreted.fault, interpreted.instructions]);
      }
  });
});

describe('instructions that nobody has verified', () => {
  /** Anything, helpers with wild arguments included, but for calls between functions: only the interpreter follows a jump out of one. */
  function garbage(random: Random): Instruction[] {
    const slots = Array.from({ length: 24 }, (_, slot): Instruction => {
      const row = random.pick(OPERATIONS);
      const opcode = random.below(8) === 0 ? random.below(256) : row.opcode;
      const small = random.below(80) - 8;
      const reach = random.below(24) - slot - 1;
      const imm =
        row.imm ??
        (row.operands.includes('jump32') ? reach : random.pick([small, small, 0, random.below(2 ** 32) - 2 ** 31]));
      return {
        opcode,
        dst: random.below(random.below(6) === 0 ? 16 : 3),
        src: row.src ?? random.below(random.below(6) === 0 ? 16 : 3),
        offset: row.offset ?? (row.operands.includes('jump16') ? reach : random.pick([small, 0])),
        imm,
      };
    });
    // Fields that an instruction does not use are for the verifier to refuse; here they are zero.
    return slots.map((i) => {
      const plain =
        (i.opcode & 0xf7) === 0x85
          ? { ...i, opcode: 0x85, src: 0, imm: Math.abs(i.imm) % 220 }
          : i.opcode === 0x18 && i.src !== 0
            ? { ...i, src: 0 }
            : i;
      return { ...plain, ...Object.fromEntries((reservedFieldsInUse(plain) ?? []).map((field) => [field, 0])) };
    });
  }

  it('fault or run alike in both engines', () => {
    let faults = 0;
    for (let seed = 1; seed <= 1500; seed++) {
      const random = new Random(seed);
      // What registers hold before they are written is nobody's promise.
      const known = [0, 3, 4, 5, 6, 7, 8, 9].map((register) => `mov %r${register}, ${register * 8}`);
      const assembly = [...known, printAssembly(garbage(random))].join('\n');
      const memory = Uint8Array.from({ length: 61 }, () => random.below(256));
      const [interpreted, compiled] = (['interpreter', 'jit-checked'] as const).map((engine) =>
        run(assembly, engine, memory, 500n),
      );
      if (interpreted?.fault !== 0) faults++;
      const outcome = (of: typeof interpreted): unknown =>
        // Compiled code takes the budget a block at a time: it ends as exactly, but at the head of a loop.
        of?.fault === 9 ? [of.fault, of.instructions] : { ...of, r0: of?.fault === 0 ? of.r0 : null };
      expect(outcome(compiled), `seed ${seed}\n${assembly}`).toEqual(outcome(interpreted));
    }
    expect(faults).toBeGreaterThan(500);
  }, 300_000);
});

describe('found failures', () => {
  it.each(REGRESSIONS)('$name: $note', async ({ assembly, retval, linux }) => {
    expect(BigInt.asUintN(32, both(assembly).r0)).toBe(BigInt(retval));
    const subject = { type: 'xdp', instructions: codeOf(assembly), packet: new Uint8Array(64), bare: false } as const;
    for (const engine of ['interpreter', 'jit'] as const)
      expect(runOurs(kernel, subject, engine).end, linux?.reason).toBe(
        `retval ${linux?.followed ? linux.retval : retval}`,
      );
    if (!judgePresent('bpf', await linuxAbsence())) return;
    const instructions = encodeInstructions(codeOf(assembly));
    const { btf, info } = functionInfo(codeOf(assembly));
    const packet = new Uint8Array(64);
    const answer = await runOnLinux({ type: 6, instructions, packet, level: 0, btf, functionInfo: info });
    expect(answer.run?.retval, linux?.reason).toBe(linux?.retval ?? retval);
  });
});

describe('random programs', () => {
  const differences = async (options: Parameters<typeof fuzz>[1]): Promise<string> => {
    const report = await fuzz(kernel, { ...options, most: 1 });
    expect(report.programs - report.refusedByLinux - report.refusedByOurs).toBeGreaterThan(report.programs * 0.9);
    return report.differences.map(describeDifference).join('\n');
  };

  it('run alike in the interpreter, checked in the JIT, and verified in the JIT without checks', async () => {
    expect(await differences({ from: 1, count: 150, linux: false })).toBe('');
  }, 300_000);

  it('run alike in Linux', async (context) => {
    if (!judgePresent('bpf', await linuxAbsence())) return context.skip();
    expect(await differences({ from: 1000, count: 100, linux: true })).toBe('');
  }, 300_000);
});
