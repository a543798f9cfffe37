// The words of exercises in the page's language, loaded with the first exercise that is started.
import type english from '../../content/ui/en/exercise.json';

export type ExerciseStrings = typeof english;

const files = import.meta.glob<ExerciseStrings>('../../content/ui/*/exercise.json', { import: 'default' });

export async function loadExerciseStrings(language: string): Promise<ExerciseStrings> {
  const load = files[`../../content/ui/${language}/exercise.json`] ?? files['../../content/ui/en/exercise.json'];
  if (!load) throw new Error('exercises have no words');
  return load();
}
