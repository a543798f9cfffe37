// What programs for sockets and control groups may read, write and return: our verifier beside Linux 6.18, which was asked byte by byte.
// The answers stand in contexts.linux.json; ASK_LINUX=1 asks again.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeInstructions, type Instruction } from '../bpf/instruction.ts';
import { PROGRAM_TYPES } from '../bpf/programs.ts';
import { askLinux, linuxAbsence } from '../judge/linux.ts';
import { judgePresent } from '../judge/require.ts';
import { Kernel } from '../loader/kernel.ts';

interface Answers {
  readonly returns: readonly number[];
  /** "r4": offsets at which four bytes may be read; "w1": one byte written */
  readonly [access: string]: string | readonly number[];
}
const recorded = JSON.parse(readFileSync(new URL('contexts.linux.json', import.meta.url), 'utf8')) as {
  readonly types: Readonly<Record<string, Readonly<Record<string, Answers>>>>;
};

const SIZES = [
  [1, 0x10],
  [2, 0x08],
  [4, 0x00],
  [8, 0x18],
] as const;
const one = (opcode: number, dst = 0, src = 0, offset = 0, imm = 0): Instruction => ({ opcode, dst, src, offset, imm });
const leave = (value: number): Instruction[] => [one(0xb7, 0, 0, 0, value), one(0x95)];

interface Question {
  readonly access: string;
  readonly code: Uint8Array;
}

/** Every aligned access of every width, and every small result. */
function questions(size: number, result: number): Question[] {
  const list: Question[] = [-1, 0, 1, 2, 3, 4, 5].map((value) => ({
    access: `return ${value}`,
    code: encodeInstructions(leave(value)),
  }));
  for (let offset = 0; offset < size; offset++) {
    for (const [width, bits] of SIZES) {
      if (offset % width !== 0) continue;
      const read = [one(0x61 | bits, 0, 1, offset), ...leave(result)];
      const write = [one(0xb7, 2), one(0x63 | bits, 1, 2, offset), ...leave(result)];
      list.push({ access: `r${width} ${offset}`, code: encodeInstructions(read) });
      list.push({ access: `w${width} ${offset}`, code: encodeInstructions(write) });
    }
  }
  return list;
}

function expected(answers: Answers): Set<string> {
  const set = new Set(answers.returns.map((value) => `return ${value}`));
  for (const [width] of SIZES) {
    for (const way of ['r', 'w']) {
      const offsets = answers[`${way}${width}`];
      if (typeof offsets === 'string') for (const offset of offsets.split(' ')) set.add(`${way}${width} ${offset}`);
    }
  }
  return set;
}

const cases = Object.entries(recorded.types).flatMap(([name, attaches]) =>
  Object.entries(attaches).map(([attach, answers]) => {
    const type = PROGRAM_TYPES.find((candidate) => candidate.name === name);
    if (!type) throw new Error(`no program type ${name}`);
    const list = questions(type.contextSize, answers.returns.includes(1) ? 1 : (answers.returns[0] ?? 0));
    return { name, attach: Number(attach), type, list, allowed: expected(answers) };
  }),
);

describe('our verifier', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
    kernel = await Kernel.create(await WebAssembly.compile(bytes));
    kernel.boot({ verdictsOnly: true });
  });

  test.each(cases)('$name, attach type $attach', ({ attach, type, list, allowed }) => {
    const wrong = list.flatMap(({ access, code }) => {
      const fd = kernel.loadProgram(
        { name: 'question', type: type.id, instructions: code, license: 'GPL', expectedAttachType: attach },
        'nothing',
      );
      if (fd >= 0) kernel.exports.close(fd);
      return fd >= 0 === allowed.has(access) ? [] : [`${access}: ${fd >= 0 ? 'we allow it' : 'we refuse it'}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!judgePresent('bpf', await linuxAbsence()))('Linux says it again', () => {
  test.each(cases)('$name, attach type $attach', async ({ attach, type, list, allowed }) => {
    const steps = list.map(({ code }) => ({
      do: 'verdict' as const,
      type: type.id,
      attach,
      license: 'GPL',
      insns: code,
    }));
    const answers = await askLinux(steps);
    const accepted = list.filter((_, i) => answers[i]?.errno === 0).map(({ access }) => access);
    expect(accepted.toSorted()).toEqual([...allowed].toSorted());
  });
});
