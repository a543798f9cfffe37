// The reference of verifier messages: every message has a program that gets it, on the line that is marked, and one that is
// mended; Linux said the same of both. What has none says why.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { MESSAGE_ERRNO, MESSAGE_NAMES } from '../bpf/verifier-messages.ts';
import { PROBLEMS, problemOfCode } from '../explain/catalogue.ts';
import { applyFixes } from '../explain/testing/apply-fixes.ts';
import { messageNames } from '../explain/read-message.ts';
import { clangAbsence, compileWithClang } from '../judge/clang.ts';
import { askLibbpf, libbpfAbsence } from '../judge/libbpf.ts';
import { judgePresent } from '../judge/require.ts';
import {
  askAboutMessage,
  lastInstruction,
  messagePrograms,
  recordedMessages,
  wordsOf,
  type MessageProgram,
} from '../judge/verifier-messages.ts';
import { compileProject, LabEngine } from './lab.ts';

const linux = judgePresent('bpf', await libbpfAbsence());
const clang = judgePresent('clang', clangAbsence());
const programs = messagePrograms();
const recorded = recordedMessages();
const withoutProgram = JSON.parse(
  readFileSync(new URL('../../examples/verifier-messages/without-program.json', import.meta.url), 'utf8'),
) as Record<string, string>;

/** What remains, where the offered fix uncovers a second problem of the same program. */
const AFTER_THE_FIX: Readonly<Record<string, string>> = {};

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});

const run = (main: string, text: string) => lab.run({ files: { [main]: text }, main }, { packets: [] });

test.each(programs)('$name', ({ name, code, message, broken, fixed, line }: MessageProgram) => {
  const linuxSaid = recorded.answers[name];
  const refused = run('broken.bpf.c', broken);
  const [diagnostic] = refused.diagnostics;
  expect(diagnostic?.code).toBe(code);
  expect(diagnostic?.span?.line ?? 0).toBe(line);
  const report = refused.verified?.find((program) => !program.accepted);
  const log = report?.log ?? '';
  expect({ errno: report?.errno, words: wordsOf(log), instruction: lastInstruction(log) }).toEqual({
    errno: linuxSaid?.errno,
    words: linuxSaid?.words,
    instruction: linuxSaid?.instruction,
  });
  expect(messageNames(wordsOf(log))).toContain(message);

  // What is offered to mend it must mend it, or at least bring another problem into view.
  if (diagnostic && diagnostic.fixes.length > 0) {
    const [left] = run('broken.bpf.c', applyFixes(broken, diagnostic.fixes)).diagnostics;
    expect(left?.code ?? 'accepted', left?.message).toBe(AFTER_THE_FIX[name] ?? 'accepted');
  }

  const mended = run('fixed.bpf.c', fixed);
  expect(mended.diagnostics).toEqual([]);
  expect(mended.verified?.map((program) => program.accepted)).not.toContain(false);
  expect(linuxSaid?.fixed).toBe(0);
});

test('the recording is of these programs', () =>
  expect(Object.keys(recorded.answers).sort()).toEqual(programs.map(({ name }) => name).sort()));

describe('the whole catalogue', () => {
  const provoked = new Set(Object.values(recorded.answers).flatMap((answer) => messageNames(answer.words)));
  // chosen by what the pointer is: V110, V111, V112
  const refusing = MESSAGE_NAMES.filter((_, id) => MESSAGE_ERRNO[id] !== 0);

  test('every message has a program or says why not, and never both', () => {
    expect(refusing.filter((name) => provoked.has(name) === name in withoutProgram)).toEqual([]);
    expect(Object.keys(withoutProgram).filter((name) => !refusing.includes(name))).toEqual([]);
  });

  test('every program is of a problem that has its message, or gets that message on the way', () => {
    const known = new Set(PROBLEMS.map(({ code }) => code));
    for (const { code } of programs) expect(known).toContain(code);
    for (const code of ['V110', 'V111', 'V112']) {
      expect(
        programs.some((program) => program.code === code),
        problemOfCode(code).message,
      ).toBe(true);
    }
  });
});

describe.skipIf(!linux)('Linux', () => {
  test('says it again', { timeout: 240_000 }, async () => {
    const object = (file: string, text: string): Uint8Array =>
      compileProject({ files: new Map([[file, text]]), main: file }).object ?? new Uint8Array();
    for (const { name, broken, fixed } of programs) {
      expect(await askAboutMessage(object('broken.bpf.c', broken), object('fixed.bpf.c', fixed)), name).toEqual(
        recorded.answers[name],
      );
    }
  });

  // Where a broken one is stopped is the compiler's choice; that a mended one is accepted must not be.
  test.skipIf(!clang)('accepts the mended ones as clang compiles them, too', { timeout: 240_000 }, async () => {
    const refused: string[] = [];
    for (const { name, fixed } of programs) {
      const { object, messages } = await compileWithClang(fixed, { name: 'fixed.bpf.c' });
      // Open-coded iterators came with 6.4; the headers of a system may be older than its kernel.
      if (name.startsWith('iterator-') && messages.includes("incomplete type 'struct bpf_iter_num'")) continue;
      const answer = object && (await askLibbpf(object, 'fixed.bpf.o'));
      if (answer?.errno !== 0) refused.push(`${name}: ${answer?.message ?? messages}`);
    }
    expect(refused).toEqual([]);
  });
});
