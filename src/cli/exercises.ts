// Exercises on the disk: examples/EXAMPLE/exercises/NAME.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelSources } from '../lab/kernel-lab.ts';
import { checkExerciseFile, type ExerciseDescription } from '../lab/exercise-schema.ts';
import { parseScenario } from '../lab/scenario.ts';
import { UsageError } from './usage.ts';

const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));

export interface Exercise {
  readonly example: string;
  readonly name: string;
  readonly description: ExerciseDescription;
  /** what the reader starts from */
  readonly start: string;
  readonly solution: string;
}

/** "xdp-drop/observe", of every exercise. */
export function exerciseNames(): string[] {
  const folders = (path: string): string[] =>
    existsSync(path)
      ? readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      : [];
  return folders(FOLDER)
    .flatMap((example) => folders(join(FOLDER, example, 'exercises')).map((name) => `${example}/${name}`))
    .sort();
}

export function readExercise(path: string): Exercise {
  const [example = '', name = ''] = path.split('/');
  const folder = join(FOLDER, example, 'exercises', name);
  const file = join(folder, 'exercise.json');
  if (name === '' || !existsSync(file))
    throw new UsageError(`lab exercise: there is no exercise '${path}'; there are: ${exerciseNames().join(', ')}`);
  const parsed = parseScenario(file, readFileSync(file, 'utf8'));
  const checked = 'problems' in parsed ? parsed : checkExerciseFile(file, parsed.value);
  if ('problems' in checked) throw new UsageError(checked.problems.map(({ message }) => message).join('\n'));
  const description = checked.exercise;
  const ending = description.way === 'ebpf' ? '.bpf.c' : '.c';
  const own = join(folder, `start${ending}`);
  const given = existsSync(own) ? own : join(FOLDER, example, description.file);
  return {
    example,
    name,
    description,
    start: existsSync(given) ? readFileSync(given, 'utf8') : (kernelSources[description.file] ?? ''),
    solution: readFileSync(join(folder, `solution${ending}`), 'utf8'),
  };
}
