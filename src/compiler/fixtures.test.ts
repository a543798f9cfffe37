// Programs in the style of the well-known tools, against the real headers: libbpf's, the kernel's, and a vmlinux.h
// dumped from the running kernel. They compile, Linux loads them, and they are about as long as clang's.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { clangAbsence, compileWithClang, findProgram } from '../judge/clang.ts';
import { askLibbpf, libbpfAbsence } from '../judge/libbpf.ts';
import { judgePresent } from '../judge/require.ts';
import { isProblem } from '../loader/problems.ts';
import { parseElf, STT_FUNC } from '../loader/elf.ts';
import { compile, type CompileResult } from './compile.ts';

const FOLDER = fileURLToPath(new URL('fixtures/', import.meta.url));
const FIXTURES = readdirSync(FOLDER).filter((name) => name.endsWith('.bpf.c'));
const DEFINES = { __TARGET_ARCH_x86: '1', __x86_64__: '1' };
const INCLUDES = ['/usr/include', '/usr/include/x86_64-linux-gnu'];
/** Program types that this machine's kernel refuses to anyone before it looks at them. */
const REFUSED = /^(fentry|fexit|lsm)/;

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

function sizes(object: Uint8Array, name: string): number {
  const read = parseElf(object);
  if (isProblem(read)) throw new Error(`${name}: ${JSON.stringify(read)}`);
  return read.symbols.reduce((n, s) => n + (s.type === STT_FUNC ? s.size / 8 : 0), 0);
}

describe.skipIf(!judgePresent('clang', headersAbsence()))('programs against the real headers', () => {
  test.each(FIXTURES)('%s is about as long as clang’s', async (name) => {
    const ours = compileFixture(name);
    expect(ours.diagnostics.filter((d) => d.severity === 'error').map(renderDiagnostic)).toEqual([]);
    const source = readFileSync(FOLDER + name, 'utf8');
    const flags = ['-w', '-D__TARGET_ARCH_x86'];
    const clang = await compileWithClang(source, { cpu: 'v3', name, files: { 'vmlinux.h': vmlinuxHeader() }, flags });
    expect(clang.messages).toBe('');
    const ratio = sizes(ours.object!, name) / sizes(clang.object!, name);
    expect(ratio).toBeLessThanOrEqual(1.4);
  });
});

const linuxAbsence = process.env['ASK_LINUX'] === '1' ? await libbpfAbsence() : 'ASK_LINUX is not 1';
describe.skipIf(!judgePresent('bpf', headersAbsence() ?? linuxAbsence))('Linux loads', () => {
  test.each(FIXTURES)('%s', async (name) => {
    const { object, programs } = compileFixture(name);
    if (programs.some((p) => REFUSED.test(p.section))) return;
    const answer = await askLibbpf(object!, name.replace(/\.c$/, '.o'));
    expect(answer.accepted, answer.output.slice(-3000)).toBe(true);
  });
});
