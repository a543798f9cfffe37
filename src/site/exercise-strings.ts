// The words of exercises at build time; in the browser src/playground/exercise-bench.ts loads its one language itself.
import type english from '../../content/ui/en/exercise.json';

export type ExerciseStrings = typeof english;

const files = import.meta.glob<ExerciseStrings>('../../content/ui/*/exercise.json', { eager: true, import: 'default' });

export function exerciseStrings(language: string): ExerciseStrings {
  const found = files[`../../content/ui/${language}/exercise.json`];
  if (!found) throw new Error(`there is no content/ui/${language}/exercise.json`);
  return found;
}
