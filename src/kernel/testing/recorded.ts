// Scenarios' answers by Linux: kept in FILE.recorded.jsonl, a line a scenario, with the kernel's version, renewed by RECORD_LINUX=1 ASK_LINUX=1.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { askLinux, kernelRelease, type Step } from '../../judge/linux.ts';
import type { PlainAnswer } from './linux-steps.ts';

interface Kept {
  readonly kernel: string;
  /** of the steps: an answer to another question is none */
  readonly hash: string;
  readonly answers: readonly PlainAnswer[];
}

const COMPARED = ['errno', 'retval', 'dataOut', 'ctxOut', 'value', 'key', 'samples'] as const;

/** What of an answer is compared: the errno, and what came out on success. */
export function comparable(step: Step, answer: PlainAnswer): PlainAnswer {
  const kept: Record<string, unknown> = { errno: answer['errno'] };
  if (answer['errno'] === 0 && step.do !== 'map' && step.do !== 'load')
    for (const name of COMPARED) if (answer[name] !== undefined) kept[name] = answer[name];
  if (kept['ctxOut'] === '') delete kept['ctxOut'];
  // Most programs leave the packet as it was.
  if (step.do === 'run' && step.packet && kept['dataOut'] === Buffer.from(step.packet).toString('hex'))
    kept['dataOut'] = 'as it was';
  for (const name of ['dataOut', 'ctxOut']) {
    const text = kept[name];
    if (typeof text === 'string' && text.length > LONGEST) kept[name] = `sha256:${sha256(text)}:${text.length / 2}`;
  }
  return kept;
}

/** hex digits of a packet that is kept as it is */
const LONGEST = 512;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export function hashOf(steps: readonly Step[]): string {
  const text = JSON.stringify(steps, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  return sha256(text);
}

export async function ask(steps: readonly Step[]): Promise<PlainAnswer[]> {
  const answers = (await askLinux(steps)) as unknown as PlainAnswer[];
  return answers.map((answer, i) => comparable(steps[i] as Step, answer));
}

export class Recording {
  private readonly path: string;
  private readonly kept: Record<string, Kept>;

  constructor(name: string) {
    this.path = new URL(`${name}.recorded.jsonl`, import.meta.url).pathname;
    this.kept = {};
    if (!existsSync(this.path)) return;
    for (const line of readFileSync(this.path, 'utf8').trim().split('\n')) {
      const kept = JSON.parse(line) as Kept & { name: string };
      this.kept[kept.name] = kept;
    }
  }

  /** What Linux answered; an error when that was never asked. */
  answersTo(name: string, steps: readonly Step[]): readonly PlainAnswer[] {
    const kept = this.kept[name];
    if (kept?.hash !== hashOf(steps))
      throw new Error(`${name}: Linux was not asked yet; run with ASK_LINUX=1 RECORD_LINUX=1`);
    return kept.answers;
  }

  async renew(scenarios: Readonly<Record<string, readonly Step[]>>): Promise<void> {
    const fresh: Record<string, Kept> = {};
    for (const [name, steps] of Object.entries(scenarios))
      fresh[name] = { kernel: kernelRelease(), hash: hashOf(steps), answers: await ask(steps) };
    const lines = Object.entries(fresh).map(([name, kept]) => JSON.stringify({ name, ...kept }));
    writeFileSync(this.path, `${lines.join('\n')}\n`);
    Object.assign(this.kept, fresh);
  }
}
