// What does Linux say about the examples? Asked with clang's object through libbpf, and kept beside each example.
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { askLibbpf, type LibbpfAnswer } from './libbpf.ts';

export interface RecordedExample {
  /** which kernel answered, when, and from whose object */
  readonly kernel: string;
  readonly date: string;
  readonly compiler: string;
  /** by file: the verdict on each version */
  readonly verdicts: Readonly<
    Record<string, { readonly errno: number; readonly message: string; readonly line: number }>
  >;
  /** return values for the scenario's packets, in order */
  readonly retvals: readonly number[];
  readonly maps: LibbpfAnswer['maps'];
}

const fileOf = (example: string): string =>
  fileURLToPath(new URL(`../../examples/${example}/linux.json`, import.meta.url));

export function readRecordedExample(example: string): RecordedExample {
  return JSON.parse(readFileSync(fileOf(example), 'utf8')) as RecordedExample;
}

export function writeRecordedExample(example: string, recorded: RecordedExample): void {
  writeFileSync(fileOf(example), `${JSON.stringify(recorded, null, 2)}\n`);
}

/** One question: these objects by file name; the main one also runs over the packets. */
export async function askAboutExample(
  objects: Readonly<Record<string, Uint8Array>>,
  main: string,
  packets: readonly Uint8Array[],
  compiler: string,
): Promise<RecordedExample> {
  const verdicts: Record<string, { errno: number; message: string; line: number }> = {};
  let ran: LibbpfAnswer | null = null;
  for (const [file, object] of Object.entries(objects)) {
    const answer = await askLibbpf(object, file.replace(/\.c$/, '.o'), file === main ? packets : []);
    verdicts[file] = { errno: answer.errno, message: answer.message, line: answer.line };
    if (file === main) ran = answer;
  }
  return {
    kernel: release().replace(/[-+].*$/, ''),
    date: new Date().toISOString().slice(0, 10),
    compiler,
    verdicts,
    retvals: ran?.runs.map((run) => run.retval) ?? [],
    maps: ran?.maps ?? {},
  };
}
