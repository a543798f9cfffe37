// The programs of the verifier-message reference (examples/verifier-messages/NAME: broken.bpf.c and fixed.bpf.c), and what
// Linux said about both: kept in linux.json beside them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askLibbpf } from './libbpf.ts';

const FOLDER = fileURLToPath(new URL('../../examples/verifier-messages/', import.meta.url));
const RECORDING = join(FOLDER, 'linux.json');

/** Stands on the line of the broken program that Linux names; a program without it is refused before any line is walked. */
const MARK = '// refused here';

export interface MessageProgram {
  readonly name: string;
  /** the problem that the playground names (src/explain/catalogue.ts) */
  readonly code: string;
  /** the message that it is here for (src/bpf/verifier-messages.ts) */
  readonly message: string;
  readonly broken: string;
  readonly fixed: string;
  /** number of the marked line of the broken one; 0: none */
  readonly line: number;
}

export interface MessageAnswer {
  readonly errno: number;
  /** the kernel's own words about the mistake, a line each */
  readonly words: readonly string[];
  /** number of the instruction that was walked last; -1: refused before the walk */
  readonly instruction: number;
  /** 0: accepted */
  readonly fixed: number;
}

export interface RecordedMessages {
  readonly kernel: string;
  readonly date: string;
  readonly answers: Readonly<Record<string, MessageAnswer>>;
}

export function messagePrograms(): MessageProgram[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const read = (file: string): string => readFileSync(join(FOLDER, name, file), 'utf8');
      const { code, message } = JSON.parse(read('message.json')) as { code: string; message: string };
      const broken = read('broken.bpf.c');
      const line = broken.split('\n').findIndex((text) => text.includes(MARK)) + 1;
      return { name, code, message, broken, fixed: read('fixed.bpf.c'), line };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Lines of a log that tell of the walk, not of the mistake. */
const WALK = /^(?:\d+: |; |from \d+|caller:|callee:|mark_precise:|Func#\d+ \('\w+'\) is |Validating )/;

/** What a log says about the mistake: its last lines, without the walk's. */
export function wordsOf(log: string): string[] {
  const lines = log
    .split('\n')
    // One message has no end of its own, so the counters stand on its line.
    .map((line) => line.replace(/processed \d+ insns \(limit .*$/, ''))
    .filter((line) => line !== '' && !/^(?:cur state:|old state:)/.test(line));
  let from = lines.length;
  while (from > 0 && !WALK.test(lines[from - 1] ?? '')) from--;
  return lines.slice(from);
}

/** Number of the instruction that a log names last. The line of C follows from it; a log leaves lines out that it has shown before. */
export const lastInstruction = (log: string): number =>
  Number([...log.matchAll(/^(?:\d+: .* )?(\d+): \([0-9a-f]{2}\) /gm)].at(-1)?.[1] ?? -1);

export async function askAboutMessage(broken: Uint8Array, fixed: Uint8Array): Promise<MessageAnswer> {
  const refused = await askLibbpf(broken, 'broken.bpf.o');
  const log =
    /-- BEGIN PROG LOAD LOG --\n([^]*?)\n?(?:libbpf: )?-- END PROG LOAD LOG --/.exec(refused.output)?.[1] ?? '';
  const mended = await askLibbpf(fixed, 'fixed.bpf.o');
  return {
    errno: refused.errno,
    words: wordsOf(log),
    instruction: lastInstruction(log),
    fixed: mended.errno,
  };
}

export const recordedMessages = (): RecordedMessages => JSON.parse(readFileSync(RECORDING, 'utf8')) as RecordedMessages;

export function writeRecordedMessages(answers: RecordedMessages['answers']): void {
  const recorded: RecordedMessages = {
    kernel: release().replace(/[-+].*$/, ''),
    date: new Date().toISOString().slice(0, 10),
    answers,
  };
  writeFileSync(RECORDING, `${JSON.stringify(recorded, null, 2)}\n`);
}
