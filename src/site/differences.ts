// Where the simulator is known not to be Linux, and how much of Linux was asked: read from the tests' own lists at build.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import corpus from '../kernel/verifier/corpus/known-differences.json';
import floors from '../kernel/verifier/corpus/floors.json';
import { REGRESSIONS } from '../jit/regressions.ts';

type Texts = Readonly<Record<string, string>>;
const translated = import.meta.glob<Texts>('../../content/reference/*/differences.json', {
  eager: true,
  import: 'default',
});

/** A sentence that stands in a test's list in English: by its key in the reader's language, where somebody wrote it. */
export interface Sentence {
  readonly text: string;
  readonly language: string;
}

function sentence(language: string, key: string, english: string): Sentence {
  const text = translated[`../../content/reference/${language}/differences.json`]?.[key];
  if (text !== undefined) return { text, language };
  const upper = english.charAt(0).toUpperCase() + english.slice(1);
  return { text: /[.!?]$/.test(upper) || !/ /.test(upper) ? upper : `${upper}.`, language: 'en' };
}

/** What a row of the price list counts. */
export const costUnit = (language: string, name: string, english: string): Sentence => {
  const text = translated[`../../content/reference/${language}/differences.json`]?.[`cost.${name}`];
  return text === undefined ? { text: english, language: 'en' } : { text, language };
};

export interface KnownDifference {
  readonly cases: string;
  readonly reason: Sentence;
}

/** Programs on which the two verifiers answer differently, as the corpus lists them. */
export const verifierDifferences = (language: string): KnownDifference[] =>
  corpus.map(({ cases, reason }) => ({ cases, reason: sentence(language, cases, reason) }));

export interface LinuxMistake {
  readonly name: string;
  readonly assembly: string;
  /** what the instructions say, and what Linux answers */
  readonly right: number;
  readonly linux: number;
  readonly followed: boolean;
  readonly reason: Sentence;
}

export const linuxMistakes = (language: string): LinuxMistake[] =>
  REGRESSIONS.flatMap(({ name, assembly, retval, linux }) =>
    linux
      ? [
          {
            name,
            assembly: assembly.trim(),
            right: retval,
            linux: linux.retval,
            followed: linux.followed,
            reason: sentence(language, name, linux.reason),
          },
        ]
      : [],
  );

interface NetworkDifference {
  readonly id: string;
  readonly what: string;
  readonly why: string;
}
const network = import.meta.glob<readonly NetworkDifference[]>('../lab/network-differences.ts', {
  eager: true,
  import: 'NETWORK_DIFFERENCES',
});

export const networkDifferences = (language: string): { id: string; what: Sentence; why: Sentence }[] =>
  Object.values(network)
    .flat()
    .map(({ id, what, why }) => ({
      id,
      what: sentence(language, `${id}.what`, what),
      why: sentence(language, `${id}.why`, why),
    }));

const CORPUS = 'src/kernel/verifier/corpus';

/** Answers of Linux that are kept for the verifier's corpus, and the least of them, in percent, that ours must give too. */
export function corpusFigures(): { answers: number; verdict: number; message: number } {
  const answers = readdirSync(CORPUS)
    .filter((name) => name.endsWith('.recorded.jsonl'))
    .map((name) => readFileSync(join(CORPUS, name), 'utf8').split('\n').length - 1)
    .reduce((sum, count) => sum + count, 0);
  return { answers, verdict: floors.root.verdict, message: floors.root.message };
}
