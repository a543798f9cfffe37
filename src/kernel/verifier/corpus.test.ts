// How far does our verifier agree with Linux? Every program of the corpus, against what the real kernel answered.
//
// The recordings (corpus/*.recorded.jsonl, made by src/judge/record.ts) stand for Linux where no kernel can be asked; with
// ASK_LINUX=1 they are themselves held against the live one. A difference in verdict, errno or last message is either listed, with
// its reason, in corpus/known-differences.json, or a failure; a listed one that is gone is a failure too. All count as misses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { MESSAGE_NAMES } from '../../bpf/verifier-messages.ts';
import { visitRecords } from '../../explain/records.ts';
import { CORPUS, corpusFiles, readCorpusFile, type CorpusCase } from '../../judge/corpus.ts';
import { GENERATED, generatedCases } from '../../judge/generate.ts';
import { kernelRelease, linuxAbsence, type Capabilities } from '../../judge/linux.ts';
import { askAboutCase, readRecording, recordedOf, type Recorded } from '../../judge/recording.ts';
import { judgePresent } from '../../judge/require.ts';
import { askOurs, ourKernel } from '../../judge/testing/ours.ts';

type Part = 'verdict' | 'errno' | 'message' | 'log';
const PARTS: readonly Part[] = ['verdict', 'errno', 'message', 'log'];

interface KnownDifference {
  /** a case's id, or its beginning followed by * */
  readonly cases: string;
  readonly caps: Capabilities;
  /** only where Linux's last message holds this */
  readonly linux?: string;
  readonly parts: readonly Part[];
  readonly reason: string;
}

interface Question {
  readonly test: CorpusCase;
  readonly caps: Capabilities;
  readonly linux: Recorded;
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(join(CORPUS, name), 'utf8'));
const known = readJson('known-differences.json') as readonly KnownDifference[];
/** best figures reached so far, in percent */
const floors = readJson('floors.json') as Readonly<Record<Capabilities, Readonly<Record<Part, number>>>>;

const files = [...corpusFiles(), GENERATED];
const questions: Question[] = [];
const unrecorded: string[] = [];
for (const file of files) {
  const answers = new Map(readRecording(file).map((answer) => [`${answer.id} ${answer.caps}`, answer]));
  for (const each of file === GENERATED ? generatedCases() : readCorpusFile(file)) {
    for (const caps of each.caps) {
      const linux = answers.get(`${each.id} ${caps}`);
      if (linux?.hash === each.hash) questions.push({ test: each, caps, linux });
      else unrecorded.push(`${each.id} ${caps}`);
    }
  }
}

function differences(linux: Recorded, ours: Recorded): Part[] {
  return PARTS.filter((part) => {
    if (part === 'verdict') return (linux.errno === 0) !== (ours.errno === 0);
    // a log too long for Linux's buffer was never seen
    return part === 'log' && linux.log === 'too long' ? false : linux[part] !== ours[part];
  });
}

const concerns = (row: KnownDifference, id: string, caps: Capabilities, linux: Recorded): boolean =>
  (row.cases.endsWith('*') ? id.startsWith(row.cases.slice(0, -1)) : row.cases === id) &&
  row.caps === caps &&
  (row.linux === undefined || linux.message.includes(row.linux));

const percent = (part: number, whole: number): number =>
  whole === 0 ? 100 : Math.floor((part / whole) * 10_000) / 100;

test('every program of the corpus has been put to Linux', () => expect(unrecorded).toEqual([]));

test('the corpus is as large as it was promised to be', () =>
  expect(new Set(questions.map(({ test: { id } }) => id)).size).toBeGreaterThanOrEqual(600));

describe('ours and Linux', () => {
  const found: { id: string; caps: Capabilities; file: string; parts: Part[]; linux: Recorded; ours: Recorded }[] = [];

  /** messages that some program has been answered with */
  const provoked = new Set<string>();

  beforeAll(async () => {
    const ours = await ourKernel();
    for (const { test: each, caps, linux } of questions) {
      const { errno, log, records } = askOurs(ours, each, caps);
      visitRecords(records, { message: ({ id }) => provoked.add(MESSAGE_NAMES[id] ?? '') });
      const answer = recordedOf(each.id, caps, each.hash, linux.kernel, errno, log);
      found.push({
        id: each.id,
        caps,
        file: each.file,
        parts: differences(linux, answer),
        linux,
        ours: answer,
      });
    }
  }, 600_000);

  const agreement = (rows: typeof found, part: Part): number => {
    // the last message is compared where Linux gave one
    const counted = part === 'message' ? rows.filter(({ linux }) => linux.errno !== 0) : rows;
    return percent(counted.filter(({ parts }) => !parts.includes(part)).length, counted.length);
  };

  test.each(['root', 'bpf'] as const)('agree at least as far as before (%s)', (caps) => {
    const rows = found.filter((row) => row.caps === caps);
    const figures = Object.fromEntries(PARTS.map((part) => [part, agreement(rows, part)])) as Record<Part, number>;
    const unsafe = rows.filter(({ linux, ours }) => linux.errno !== 0 && ours.errno === 0);
    const text = PARTS.map((part) => `${part} ${figures[part].toFixed(2)} %`).join(', ');
    console.log(
      `verifier corpus (${caps}, ${rows.length} answers of Linux): ${text}; accepted though Linux refuses: ${unsafe.length}`,
    );
    for (const part of PARTS)
      expect.soft(figures[part], `${part} (${caps})`).toBeGreaterThanOrEqual(floors[caps][part]);
  });

  test('every message is provoked by a program, or it is said why not', () => {
    const silent = MESSAGE_NAMES.filter((name) => !provoked.has(name));
    expect(silent.toSorted()).toEqual(Object.keys(readJson('unprovoked.json') as Record<string, string>).toSorted());
  });

  test('differ only where it is known, and why', () => {
    const news = found.flatMap(({ id, caps, parts, linux, ours }) =>
      parts
        .filter((part) => part !== 'log')
        .filter((part) => !known.some((row) => row.parts.includes(part) && concerns(row, id, caps, linux)))
        .map(
          (part) =>
            `${id} ${caps}: ${part}: Linux ${linux.errno} "${linux.message}", ours ${ours.errno} "${ours.message}"`,
        ),
    );
    expect(news).toEqual([]);
  });

  test('still differ where it is known', () => {
    const gone = known.filter(
      (row) =>
        !found.some(
          ({ id, caps, parts, linux }) =>
            concerns(row, id, caps, linux) && parts.some((part) => row.parts.includes(part)),
        ),
    );
    expect(gone).toEqual([]);
  });
});

const live = judgePresent('bpf', await linuxAbsence());

describe.skipIf(!live)('the recordings and this machine’s Linux', () => {
  test('say the same', async () => {
    const sameKernel = (linux: Recorded): boolean =>
      linux.kernel.split('.').slice(0, 2).join('.') === kernelRelease().split('.').slice(0, 2).join('.');
    const wrong: string[] = [];
    for (const { test: each, caps, linux } of questions) {
      // another kernel series has another log and some other verdicts: nothing to hold it against
      if (!sameKernel(linux)) continue;
      // a log that was not kept is not made again: it can take the kernel many seconds
      const now = await askAboutCase(each, caps, /^(sha256|too long)/.test(linux.log) ? 4 : 1);
      const parts = differences(linux, /^(sha256|too long)/.test(linux.log) ? { ...now, log: linux.log } : now);
      if (parts.length > 0)
        wrong.push(`${each.id} ${caps}: ${parts.join(', ')}: "${linux.message}" was recorded, now "${now.message}"`);
    }
    expect(wrong).toEqual([]);
  }, 600_000);
});
