// /LANGUAGE/exercises/EXAMPLE/NAME.json: what an exercise checks, where the reader starts and a solution; loaded when it is started.
import type { APIRoute } from 'astro';
import type { ExerciseFile } from '../../../../playground/exercise-file.ts';
import { checkWords, exerciseNamed, exercisePaths } from '../../../../site/exercises.ts';
import { languages } from '../../../../site/languages.ts';

export const getStaticPaths = () =>
  languages.flatMap((language) =>
    exercisePaths.map((path) => {
      const [example = '', name = ''] = path.split('/');
      return { params: { language, example, name } };
    }),
  );

export const GET: APIRoute = ({ params }) => {
  const { language = '', example = '', name = '' } = params;
  const { description, start, solution } = exerciseNamed(example, name);
  const { way, file, checks } = description;
  const content: ExerciseFile = {
    exercise: { way, file, checks, wrong: [] },
    start,
    solution,
    words: checkWords(example, name, language),
  };
  return new Response(JSON.stringify(content), { headers: { 'content-type': 'application/json' } });
};
