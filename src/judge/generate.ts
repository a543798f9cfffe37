// Random programs near the edge of what the verifier accepts, from a seed: part of the corpus, and what fuzzing draws.
import type { CorpusCase } from './corpus.ts';

/** Name of the recording of generated programs. */
export const GENERATED = 'generated';

export const generatedCases = (): CorpusCase[] => [];
