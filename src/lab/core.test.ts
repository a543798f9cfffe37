// CO-RE beside the real libbpf: the same object, made ready for the same types, is the same instructions. libbpf is given the types of
// our simulated kernels, and the running kernel's own, where every field that we model stands at the same place.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeInstructions, LD_IMM64 } from '../bpf/instruction.ts';
import { BPF_CALL, BPF_JMP, BPF_PSEUDO_FUNC, BPF_PSEUDO_KFUNC_CALL } from '../bpf/opcodes.ts';
import { compile } from '../compiler/compile.ts';
import { clangAbsence, compileWithClang } from '../judge/clang.ts';
import { askObject, objectsAbsence } from '../judge/objects.ts';
import { judgePresent } from '../judge/require.ts';
import { TYPE_ID_TARGET } from '../loader/core-spec.ts';
import { linkPrograms } from '../loader/link.ts';
import { readObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import { kernelBtf } from '../compiler/kernel-btf.ts';
import { HEADERS } from '../compiler/headers/index.ts';
import { typesOfKernel } from './kernel-types.ts';
import { LabEngine } from './lab.ts';

const FOLDER = new URL('../compiler/fixtures/', import.meta.url);
/** They call kernel functions that came after 6.1. */
const NEWER: readonly string[] = ['iterators.bpf.c', 'task-walk.bpf.c'];
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.bpf.c'));

/** Instructions as text by slot; descriptors, and the numbers of calls that no kernel has, are left out. */
function comparable(bytes: Uint8Array): Map<number, string> {
  const instructions = decodeInstructions(bytes);
  const lines = new Map<number, string>();
  instructions.forEach(({ opcode, dst, src, offset, imm }, slot) => {
    const isCall = opcode === (BPF_JMP | BPF_CALL);
    const reference =
      (opcode === LD_IMM64 && src !== 0 && src !== BPF_PSEUDO_FUNC) || (isCall && src === BPF_PSEUDO_KFUNC_CALL);
    // libbpf writes a number of its own behind 0xbad2310 into each
    const poison = isCall && src === 0 && imm >= 195_000_000;
    lines.set(slot, `${opcode} r${dst} ${src} ${offset} ${reference ? 'fd' : poison ? 'poison' : imm}`);
  });
  return lines;
}

interface Ready {
  readonly name: string;
  readonly lines: Map<number, string>;
}

function ours(bytes: Uint8Array, file: string, version: 601 | 618): Ready[] {
  const object = readObject(bytes, file, version);
  if (isProblem(object)) throw new Error(object.problem.message);
  const linked = linkPrograms(object, undefined, () => typesOfKernel(version));
  if (isProblem(linked)) throw new Error(linked.problem.message);
  return linked.map(({ name, instructions }) => ({ name, lines: comparable(instructions) }));
}

/** Slots of instructions that carry a type's number in the kernel's BTF: another kernel, another number. */
function typeIdSlots(bytes: Uint8Array, file: string): Set<string> {
  const object = readObject(bytes, file);
  if (isProblem(object)) return new Set();
  return new Set(
    object.functions.flatMap((f) =>
      (object.coreRecords.get(f.section.name) ?? [])
        .filter((record) => record.kind === TYPE_ID_TARGET && record.offset >= f.start && record.offset < f.end)
        .map((record) => `${f.name} ${(record.offset - f.start) / 8}`),
    ),
  );
}

const source = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

async function objectBy(compiler: string, name: string): Promise<Uint8Array> {
  if (compiler === 'us') {
    const { object, diagnostics } = compile({ files: new Map([[name, source(name)]]), main: name });
    if (!object) throw new Error(diagnostics.map((diagnostic) => diagnostic.message).join('\n'));
    return object;
  }
  const files = { 'vmlinux.h': HEADERS.get('vmlinux.h') ?? '' };
  const { object, messages } = await compileWithClang(source(name), { name, files, cpu: 'v3' });
  if (!object) throw new Error(messages);
  return object;
}

describe.skipIf(!judgePresent('bpf', objectsAbsence()))('beside libbpf', () => {
  const compilers = clangAbsence() === null ? ['us', 'clang'] : ['us'];
  describe.each(compilers)('an object by %s', (compiler) => {
    test.each(NAMES)('%s', async (name) => {
      const object = await objectBy(compiler, name);
      const file = name.replace(/\.c$/, '.o');
      for (const version of NEWER.includes(name) ? ([618] as const) : ([601, 618] as const)) {
        const { programs } = await askObject(object, file, kernelBtf(version));
        for (const { name: program, lines } of ours(object, file, version)) {
          const theirs = programs.find((candidate) => candidate.name === program);
          expect([version, program, lines]).toEqual([
            version,
            program,
            comparable(theirs?.instructions ?? new Uint8Array()),
          ]);
        }
      }
      const { programs } = await askObject(object, file);
      const skipped = typeIdSlots(object, file);
      for (const { name: program, lines } of ours(object, file, 618)) {
        const theirs = comparable(programs.find((one) => one.name === program)?.instructions ?? new Uint8Array());
        for (const [slot, line] of theirs) if (skipped.has(`${program} ${slot}`)) lines.set(slot, line);
        expect(['the running kernel', program, lines]).toEqual(['the running kernel', program, theirs]);
      }
    });
  });
});

const GONE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
struct task_struct___gone { int no_such_field; } __attribute__((preserve_access_index));
SEC("raw_tp/sched_switch") int look(void *ctx)
{
	struct task_struct___gone *task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, no_such_field);
}
char LICENSE[] SEC("license") = "GPL";
`;
const BEGIN = '-- BEGIN PROG LOAD LOG --\n';

describe('our own kernel', () => {
  let lab: LabEngine;
  beforeAll(async () => {
    const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
    lab = await LabEngine.create(await WebAssembly.compile(bytes));
  });

  /** What is not simulated and says so: types whose contexts are kernel pointers, which the verifier does not follow yet (L005), and one helper. */
  const OPEN: Readonly<Record<string, readonly string[]>> = {
    'guard.bpf.c': ['L005'],
    'iterators.bpf.c': ['L005'],
    'lsm-paths.bpf.c': ['L005'],
    'off-cpu.bpf.c': ['L005'],
    'round-trips.bpf.c': ['L005'],
    'run-queue-latency.bpf.c': ['L005'],
    'syscall-histogram.bpf.c': ['L005'],
    'task-walk.bpf.c': ['L005'],
    'tcp-latency.bpf.c': ['L005'],
    'containers.bpf.c': ['V311'], // bpf_user_ringbuf_drain
  };
  test.each(NAMES)('judges %s as Linux does: it loads', (name) => {
    const { diagnostics } = lab.check({ files: { [name]: source(name) }, main: name });
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').map(({ code }) => code);
    expect(errors).toEqual(OPEN[name] ?? []);
  });

  test('every program of the fixtures is made ready for the older kernel, too', () => {
    for (const name of NAMES.filter((one) => !NEWER.includes(one))) {
      const { object } = compile({ files: new Map([[name, source(name)]]), main: name });
      expect(ours(object ?? new Uint8Array(0), name, 601).length).toBeGreaterThan(0);
    }
  });

  const refused = (): { log: string; code: string | undefined; line: number | undefined } => {
    const project = { files: { 'gone.bpf.c': GONE }, main: 'gone.bpf.c' };
    const { verified, diagnostics } = lab.run(project, { packets: [] });
    const [first] = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    return { log: verified?.[0]?.log ?? '', code: first?.code, line: first?.span?.line };
  };

  test('what this kernel does not have is refused where it is reached, in libbpf’s words', () => {
    const { log, code, line } = refused();
    expect(log).toContain(
      '2: <invalid CO-RE relocation>\nfailed to resolve CO-RE relocation <byte_off> [5] struct task_struct___gone.no_such_field (0:0 @ offset 0)\n',
    );
    expect([code, line]).toEqual(['L018', 8]);
  });

  test.skipIf(!judgePresent('bpf', objectsAbsence()))('and libbpf’s log of it is ours', async () => {
    const { object } = compile({ files: new Map([['gone.bpf.c', GONE]]), main: 'gone.bpf.c' });
    const { programs } = await askObject(object ?? new Uint8Array(0), 'gone.bpf.o');
    const output = programs[0]?.output ?? '';
    const theirs = output.slice(output.indexOf(BEGIN) + BEGIN.length, output.indexOf('-- END PROG LOAD LOG --'));
    expect(refused().log).toBe(theirs);
  });
});
