// What the real kernel answered, as it is kept beside the corpus: FILE.recorded.jsonl, a line a case and capability set.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENOSPC } from '../bpf/errno.ts';
import { CORPUS, loadRequestOf, type CorpusCase } from './corpus.ts';
import { kernelRelease, loadOnLinux, type Capabilities } from './linux.ts';

export interface Recorded {
  readonly id: string;
  readonly caps: Capabilities;
  /** hash of what was asked (CorpusCase.hash): another one means the recording is of another program */
  readonly hash: string;
  readonly kernel: string;
  /** 0: accepted */
  readonly errno: number;
  /** last line of the log before "processed" or statistics; '' when there is none */
  readonly message: string;
  /** level-1 log with addresses masked; long ones as "sha256:…" */
  readonly log: string;
}

/** Longer logs (endless loops repeat themselves) are kept as a hash. Bytes. */
const KEPT = 12_000;

/** Map addresses differ from run to run (and are 0x0 without CAP_PERFMON); their length is kept, columns depend on it. */
export function maskAddresses(log: string): string {
  return log
    .replace(/0xffff(?!ffff)[0-9a-f]{12}\b/g, '0xffffxxxxxxxxxxxx')
    .replace(/verification time \d+ usec/, 'verification time N usec');
}

/** The line that says what is wrong: the last one before "processed …". */
export function lastMessage(log: string): string {
  const lines = log.split('\n').filter((line) => line !== '' && !/^(verification time|stack depth) /.test(line));
  const end = lines.findIndex((line) => line.startsWith('processed '));
  return (end < 0 ? lines.at(-1) : lines[end - 1]) ?? '';
}

/** A log as a recording keeps it, so that two can be compared for equality. */
export function keptLog(log: string): string {
  const masked = maskAddresses(log);
  return masked.length <= KEPT
    ? masked
    : `sha256:${createHash('sha256').update(masked).digest('hex')}:${masked.length}`;
}

/** An answer in the form in which answers are compared. */
export function recordedOf(
  id: string,
  caps: Capabilities,
  hash: string,
  kernel: string,
  errno: number,
  log: string,
): Recorded {
  return {
    id,
    caps,
    hash,
    kernel,
    errno,
    message: errno === 0 ? '' : maskAddresses(lastMessage(log)),
    log: keptLog(log),
  };
}

/** Asks this machine's kernel about one case. */
export async function askAboutCase(test: CorpusCase, caps: Capabilities, level: 1 | 4 = 1): Promise<Recorded> {
  let { errno, log } = await loadOnLinux(loadRequestOf(test, caps, level));
  if (errno === ENOSPC) {
    // The log did not fit, and that errno hides the verdict: ask again for the last message alone.
    ({ errno, log } = await loadOnLinux(loadRequestOf(test, caps, 4)));
    return { ...recordedOf(test.id, caps, test.hash, kernelRelease(), errno, log), log: 'too long' };
  }
  return recordedOf(test.id, caps, test.hash, kernelRelease(), errno, log);
}

const pathOf = (file: string): string => join(CORPUS, `${file}.recorded.jsonl`);

export function readRecording(file: string): Recorded[] {
  const path = pathOf(file);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}

export function writeRecording(file: string, answers: readonly Recorded[]): void {
  writeFileSync(pathOf(file), answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
}
