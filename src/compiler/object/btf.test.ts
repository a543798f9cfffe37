// BTF beside clang's, type by type: names, kinds, sizes, members and where they lie, parameters, sections, CO-RE relocations.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clangAbsence, compileWithClang } from '../../judge/clang.ts';
import { judgePresent } from '../../judge/require.ts';
import { compile } from '../compile.ts';
import { HEADERS } from '../headers/index.ts';
import { type BtfText, btfText } from '../testing/btf-text.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/', import.meta.url));
const FIXTURES = readdirSync(FOLDER).filter((name) => name.endsWith('.bpf.c'));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meet-ebpf-headers-'));
  for (const [path, text] of HEADERS) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const oursOf = (name: string, source: string): BtfText =>
  btfText(compile({ files: new Map([[name, source]]), main: name }).object!);

/** `text` names `name` (struct cred, not struct credentials). */
const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}(?!\\w)`).test(text);

/**
 * What clang describes and we do not: records that nothing but pointers to constants inside records lead to, which clang follows and a
 * loader does not need; and what only they need.
 */
function beyondPointers(ours: BtfText, clang: BtfText): Set<string> {
  const reached = new Set<string>();
  const work = [...ours.forward].filter((name) => clang.types.has(name));
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const text = clang.types.get(name) ?? '';
    for (const other of clang.types.keys()) if (!ours.types.has(other) && mentions(text, other)) work.push(other);
  }
  return reached;
}

test.each(FIXTURES)('%s: every function has a line, everything is in order', (name) => {
  expect(oursOf(name, readFileSync(FOLDER + name, 'utf8')).problems).toEqual([]);
});

describe.skipIf(!judgePresent('clang', clangAbsence()))('clang describes the same', () => {
  test.each(FIXTURES)('%s', async (name) => {
    const source = readFileSync(FOLDER + name, 'utf8');
    const ours = oursOf(name, source);
    const flags = ['-w', '-D__TARGET_ARCH_x86'];
    const answer = await compileWithClang(source, { cpu: 'v3', name, includeFolders: [folder], flags });
    const clang = btfText(answer.object!);
    const beyond = beyondPointers(ours, clang);
    // a local variable's members lie where this program put them: clang relocates even those
    for (const path of clang.relocations) {
      const [, key] = /^\d+ (.*) \S+$/.exec(path) ?? [];
      if (!ours.relocations.includes(path) && key !== undefined && !ours.types.has(key)) beyond.add(key);
    }
    const kept = (from: BtfText): unknown =>
      Object.fromEntries(
        [...from.types].flatMap(([key, text]) => {
          // clang numbers the copies that inlining made, and keeps constants of 16 bytes in a section of their own
          if (beyond.has(key) || key === 'section .rodata.cst16' || /___\w+\.\d+$/.test(key)) return [];
          const constants = key === 'section .rodata' ? (from.types.get('section .rodata.cst16') ?? '') : '';
          const all = [...text.split('; '), ...(constants === '' ? [] : constants.split('; '))];
          // and it forgets the names of a kfunc's parameters
          const plain = text.startsWith('linkage 2 function')
            ? text.replace(/(?<=[(,] ?)\w*: /g, '')
            : (key.startsWith('section ') ? all.toSorted() : all).join('; ').replace(/(?<=\.___\w+)\.\d+/g, '');
          return [[key, plain]];
        }),
      );
    expect(kept(ours)).toEqual(kept(clang));
    // clang drops a path that nothing uses later than we do, and goes on with one behind `&`: (&ctx->regs)->ip is one path to it, two to us
    const foreign = [...new Set(ours.relocations)].filter((path) => {
      const tail = path.slice(path.lastIndexOf(' ') + 2);
      return !clang.relocations.some((theirs) => theirs === path || theirs.endsWith(`:0${tail}`));
    });
    expect(foreign).toEqual([]);
    const sections = (from: BtfText): unknown =>
      Object.fromEntries([...from.functions].map(([section, names]) => [section, names.toSorted()]));
    expect(sections(ours)).toEqual(sections(clang));
    for (const [section, lines] of clang.lines) {
      const named = [...lines].filter((line) => ours.lines.get(section)?.has(line) && !line.endsWith(':0')).length;
      expect(named / lines.size, `${section}: lines that both name`).toBeGreaterThanOrEqual(0.75);
    }
  });
});
