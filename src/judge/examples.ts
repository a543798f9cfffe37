// What does Linux say about the examples? Asked through libbpf, with our objects and with clang's, and kept beside each.
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { askLibbpf, type LibbpfAnswer } from './libbpf.ts';

/** What Linux answered to the objects of one compiler. */
export interface ExampleAnswer {
  /** by file: the verdict on each version */
  readonly verdicts: Readonly<
    Record<string, { readonly errno: number; readonly message: string; readonly line: number }>
  >;
  /** return values for the scenario's packets, in order */
  readonly retvals: readonly number[];
  readonly maps: LibbpfAnswer['maps'];
}

/** examples/NAME/linux.json */
export interface RecordedExample {
  /** which kernel answered, and when */
  readonly kernel: string;
  readonly date: string;
  /** by compiler: "meet-ebpf" is ours. Register numbers in messages are a compiler's choice. */
  readonly answers: Readonly<Record<string, ExampleAnswer>>;
}

export const OURS = 'meet-ebpf';

const fileOf = (example: string): string =>
  fileURLToPath(new URL(`../../examples/${example}/linux.json`, import.meta.url));

export function readRecordedExample(example: string): RecordedExample {
  return JSON.parse(readFileSync(fileOf(example), 'utf8')) as RecordedExample;
}

export function writeRecordedExample(example: string, answers: RecordedExample['answers']): void {
  const recorded: RecordedExample = {
    kernel: release().replace(/[-+].*$/, ''),
    date: new Date().toISOString().slice(0, 10),
    answers,
  };
  writeFileSync(fileOf(example), `${JSON.stringify(recorded, null, 2)}\n`);
}

/** One question: these objects by file name; the main one also runs over the packets. */
export async function askAboutExample(
  objects: Readonly<Record<string, Uint8Array>>,
  main: string,
  packets: readonly Uint8Array[],
): Promise<ExampleAnswer> {
  const verdicts: Record<string, { errno: number; message: string; line: number }> = {};
  let ran: LibbpfAnswer | null = null;
  for (const [file, object] of Object.entries(objects)) {
    const answer = await askLibbpf(object, file.replace(/\.c$/, '.o'), file === main ? packets : []);
    verdicts[file] = { errno: answer.errno, message: answer.message, line: answer.line };
    if (file === main) ran = answer;
  }
  return {
    verdicts,
    retvals: ran?.runs.map((run) => run.retval) ?? [],
    maps: ran?.maps ?? {},
  };
}
