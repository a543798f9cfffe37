// The exercises that chapters set: examples/EXAMPLE/exercises/NAME with the words of their checks, read at build.
import type { ExerciseDescription } from '../lab/exercise-schema.ts';

const descriptions = import.meta.glob<ExerciseDescription>('../../examples/*/exercises/*/exercise.json', {
  eager: true,
  import: 'default',
});
const texts = import.meta.glob<string>(
  ['../../examples/*/*.c', '../../examples/*/exercises/*/{start,solution}{.bpf,}.c'],
  { eager: true, query: '?raw', import: 'default' },
);

/** What a check is about; `failed`: what kind of packet was treated wrongly, without giving the answer away. */
export interface CheckWords {
  readonly what: string;
  readonly failed?: string;
}

const words = import.meta.glob<Readonly<Record<string, Readonly<Record<string, CheckWords>>>>>(
  '../../content/exercises/*/*.json',
  { eager: true, import: 'default' },
);

export interface ExerciseSource {
  readonly example: string;
  readonly name: string;
  readonly description: ExerciseDescription;
  readonly start: string;
  /** the start is a text of the exercise's own, not the example's program */
  readonly ownStart: boolean;
  readonly solution: string;
}

/** Every exercise: "xdp-drop/observe". */
export const exercisePaths: readonly string[] = Object.keys(descriptions)
  .map((path) => `${path.split('/').at(-4) ?? ''}/${path.split('/').at(-2) ?? ''}`)
  .sort();

export function exerciseNamed(example: string, name: string): ExerciseSource {
  const folder = `../../examples/${example}/exercises/${name}`;
  const description = descriptions[`${folder}/exercise.json`];
  if (!description)
    throw new Error(`<Exercise example="${example}" name="${name}">: there is no ${folder.slice(6)}/exercise.json`);
  const ending = description.way === 'ebpf' ? '.bpf.c' : '.c';
  const own = texts[`${folder}/start${ending}`];
  const start = own ?? texts[`../../examples/${example}/${description.file}`];
  const solution = texts[`${folder}/solution${ending}`];
  if (start === undefined)
    throw new Error(`${folder.slice(6)}: neither start${ending} nor ${description.file} is there`);
  if (solution === undefined) throw new Error(`${folder.slice(6)}: there is no solution${ending}`);
  return { example, name, description, start, ownStart: own !== undefined, solution };
}

/** The words of an exercise's checks, by check; in English where a language has none yet. */
export function checkWords(example: string, name: string, language: string): Readonly<Record<string, CheckWords>> {
  const own = words[`../../content/exercises/${language}/${example}.json`]?.[name];
  return { ...words[`../../content/exercises/en/${example}.json`]?.[name], ...own };
}

/** The exercises that a chapter's text sets, in their order, each with the title that it has there. */
export const titledExercisesIn = (mdx: string): { example: string; name: string; title: string }[] =>
  [...mdx.matchAll(/<Exercise\s+title="([^"]*)"\s+example="([\w-]+)"\s+name="([\w-]+)"/g)].map(
    ([, title = '', example = '', name = '']) => ({ example, name, title }),
  );

/** The same by their paths: "xdp-drop/observe". */
export const exercisesIn = (mdx: string): string[] =>
  titledExercisesIn(mdx).map(({ example, name }) => `${example}/${name}`);

/** Where an exercise stands in its chapter, and its solution on the page of solutions. */
export const exerciseId = (example: string, name: string): string => `exercise-${example}-${name}`;
