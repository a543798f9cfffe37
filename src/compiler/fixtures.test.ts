// Programs in the style of the well-known tools, against the real headers: libbpf's, the kernel's, and a vmlinux.h
// dumped from the running kernel. They compile, Linux loads them, and they are about as long as clang's.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { clangAbsence, compileWithClang, findProgram } from '../judge/clang.ts';
import { askObject, objectsAbsence } from '../judge/objects.ts';
import { judgePresent } from '../judge/require.ts';
import { isProblem } from '../loader/problems.ts';
import { parseElf, STT_FUNC } from '../loader/elf.ts';
import { compile, type CompileResult } from './compile.ts';
import { HEADERS } from './headers/index.ts';

const FOLDER = fileURLToPath(new URL('fixtures/', import.meta.url));
const FIXTURES = readdirSync(FOLDER).filter((name) => name.endsWith('.bpf.c'));
const DEFINES = { __TARGET_ARCH_x86: '1', __x86_64__: '1' };
const INCLUDES = ['/usr/include', '/usr/include/x86_64-linux-gnu'];
/** Program types that the kernel at hand may refuse to anyone before it looks at them; the file lists those that it did refuse. */
const REFUSED = /^(fentry|fexit|lsm)/;
const REFUSALS = `${FOLDER}refused.txt`;

const bpftool = findProgram('bpftool') ?? '/usr/sbin/bpftool';

function headersAbsence(): string | null {
  if (!existsSync('/usr/include/bpf/bpf_helpers.h')) return 'libbpf-dev is not installed';
  if (!existsSync(bpftool) || !existsSync('/sys/kernel/btf/vmlinux'))
    return 'no bpftool, or no BTF of a running kernel';
  return clangAbsence();
}

let vmlinux = '';
/** The running kernel's types as C, dumped once. */
function vmlinuxHeader(): string {
  vmlinux ||= execFileSync(bpftool, ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'], {
    maxBuffer: 64 << 20,
    encoding: 'utf8',
  });
  return vmlinux;
}

const disk = {
  get(path: string): string | undefined {
    if (path.endsWith('vmlinux.h')) return vmlinuxHeader();
    return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  },
};

function compileFixture(name: string): CompileResult {
  return compile({ files: disk, main: FOLDER + name, includePaths: INCLUDES, defines: DEFINES, builtinHeaders: false });
}

function compileBuiltin(name: string): CompileResult {
  return compile({ files: new Map([[name, readFileSync(FOLDER + name, 'utf8')]]), main: name });
}

function sizes(object: Uint8Array, name: string): number {
  const read = parseElf(object);
  if (isProblem(read)) throw new Error(`${name}: ${JSON.stringify(read)}`);
  return read.symbols.reduce((n, s) => n + (s.type === STT_FUNC ? s.size / 8 : 0), 0);
}

const errors = (result: CompileResult): string[] =>
  result.diagnostics.filter((d) => d.severity === 'error').map(renderDiagnostic);

describe.skipIf(!judgePresent('clang', headersAbsence()))('programs against the real headers', () => {
  test.each(FIXTURES)('%s', (name) => expect(errors(compileFixture(name))).toEqual([]));
});

describe.skipIf(!judgePresent('clang', clangAbsence()))('programs are about as long as clang’s', () => {
  test.each(FIXTURES)('%s', async (name) => {
    const ours = compileBuiltin(name);
    const source = readFileSync(FOLDER + name, 'utf8');
    const files = { 'vmlinux.h': HEADERS.get('vmlinux.h') ?? '' };
    const flags = ['-w', '-D__TARGET_ARCH_x86'];
    const clang = await compileWithClang(source, { cpu: 'v3', name, files, flags });
    expect(clang.messages).toBe('');
    expect(sizes(ours.object!, name) / sizes(clang.object!, name)).toBeLessThanOrEqual(1.4);
  });
});

describe('programs against our own headers', () => {
  test.each(FIXTURES)('%s', (name) => expect(errors(compileBuiltin(name))).toEqual([]));
});

describe.skipIf(!judgePresent('bpf', headersAbsence() ?? objectsAbsence()))('Linux loads', () => {
  const refused: string[] = [];
  test.each(FIXTURES.flatMap((name) => [[name, 'our headers'] as const, [name, 'the real headers'] as const]))(
    '%s with %s',
    async (name, headers) => {
      const { object } = headers === 'our headers' ? compileBuiltin(name) : compileFixture(name);
      if (!object) throw new Error('no object');
      const answer = await askObject(object, name.replace(/\.c$/, '.o'));
      expect(answer.errno, answer.output.slice(-3000)).toBe(0);
      if (answer.loaded === 0) return;
      // as a whole only because of programs that this kernel refuses to anyone
      for (const program of answer.programs) {
        if (program.errno === -1 && REFUSED.test(program.section)) refused.push(`${name} ${program.section}`);
        else expect([program.name, program.errno], program.output.slice(-3000)).toEqual([program.name, 0]);
      }
    },
    60_000,
  );

  test('but for the types that it refuses to anyone', () => {
    expect([...new Set(refused)].toSorted()).toEqual(readFileSync(REFUSALS, 'utf8').trim().split('\n'));
  });
});
