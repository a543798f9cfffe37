// What is done, and what was written for it, as a file: to take along to another device, and to take in there.
import { keeperFor, type SaveOutcome } from './keep.ts';
import { asFile, everything, fromFile } from './own-work.ts';
import { doneExercises, keepProgress, validProgress } from './progress.ts';
import { TEXT_LIMIT } from './share.ts';

/** Bytes of the largest file that is read at all. */
export const MOST_BYTES = TEXT_LIMIT * 4;
const me = {};

/** What is done and what was written for it, as a file. The playground can read the programs out of it, too. */
export function progressFile(): string {
  const programs = JSON.parse(asFile(everything().filter(({ example }) => example.startsWith('exercise-')))) as object;
  return JSON.stringify({ ...programs, done: Object.fromEntries(doneExercises()) }, null, 1);
}

export interface TakenIn {
  /** exercises that were not done here before */
  readonly done: number;
  readonly programs: number;
  /** programs of which the reader has another version here: these stay */
  readonly kept: number;
  readonly outcome: SaveOutcome;
}

/** Takes such a file in beside what is here, and overwrites nothing; null: it is no file of ours. */
export function takeInProgress(text: string): TakenIn | null {
  const projects = fromFile(text);
  if (!projects) return null;
  const { done: told } = JSON.parse(text) as { done?: unknown };
  if (told === undefined) return null;
  const done = doneExercises();
  const before = done.size;
  for (const [path, day] of validProgress(told)) if (!done.has(path)) done.set(path, day);
  let programs = 0;
  let kept = 0;
  let outcome = keepProgress(done);
  for (const { example, files } of projects) {
    if (!example.startsWith('exercise-')) continue;
    for (const [name, source] of Object.entries(files)) {
      const keeper = keeperFor(example, name);
      if (keeper.text() === source) continue;
      if (keeper.text() !== null) kept++;
      else {
        const saved = keeper.save(source, me);
        if (saved === 'kept') programs++;
        else outcome = saved;
      }
    }
  }
  return { done: done.size - before, programs, kept, outcome };
}
