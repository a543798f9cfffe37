// /LANGUAGE/exercises/EXAMPLE/NAME.json: what the page fetches when an exercise is started.
import type { ExerciseDescription } from '../lab/exercise-schema.ts';

export interface ExerciseFile {
  readonly exercise: ExerciseDescription;
  readonly start: string;
  readonly solution: string;
  /** by check, in the page's language */
  readonly words: Readonly<Record<string, { readonly what: string; readonly failed?: string }>>;
}

/** Under this name the reader's text is kept (keep.ts), beside those of the examples. */
export const keptAs = (example: string, name: string): string => `exercise-${example}-${name}`;

const files = new Map<string, Promise<ExerciseFile>>();

/** Fetched once a page; what failed may be tried again. */
export function loadExercise(address: string): Promise<ExerciseFile> {
  let file = files.get(address);
  if (!file) {
    file = fetch(address).then((response) => {
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      return response.json() as Promise<ExerciseFile>;
    });
    file.catch(() => files.delete(address));
    files.set(address, file);
  }
  return file;
}
