// The examples that chapters show: /examples/NAME, read at build, the same files that Linux compiles.
import type { ExampleDescription } from '../lab/api.ts';

const descriptions = import.meta.glob<ExampleDescription>('../../examples/*/example.json', {
  eager: true,
  import: 'default',
});
const texts = import.meta.glob<string>(
  ['../../examples/*/{*.c,*.h,Makefile,*.sh}', '../../examples/*/exercises/*/{start,solution}.bpf.c'],
  {
    eager: true,
    query: '?raw',
    import: 'default',
  },
);

export interface ExampleFile {
  readonly name: string;
  readonly text: string;
}

export interface ExampleSource {
  readonly name: string;
  readonly description: ExampleDescription;
  /** the program, then its broken variants: what the lab compiles */
  readonly programs: readonly ExampleFile[];
  /** what stands beside it for Linux: loader, Makefile */
  readonly companions: readonly ExampleFile[];
}

function file(example: string, name: string): ExampleFile {
  const text = texts[`../../examples/${example}/${name}`];
  if (text === undefined) throw new Error(`examples/${example}/example.json names ${name}, which is not there`);
  return { name, text };
}

export function exampleNamed(name: string): ExampleSource {
  const description = descriptions[`../../examples/${name}/example.json`];
  if (!description) throw new Error(`there is no examples/${name}/example.json`);
  return {
    name,
    description,
    programs: [description.main, ...description.variants.map((variant) => variant.file)].map((it) => file(name, it)),
    companions: description.files.map((it) => file(name, it)),
  };
}

export function exampleFile(example: string, name?: string): ExampleFile {
  return file(example, name ?? exampleNamed(example).description.main);
}

export interface ExerciseSource {
  /** null when the reader starts from the example itself */
  readonly start: ExampleFile | null;
  /** what the solution is compared with */
  readonly from: ExampleFile;
  readonly solution: ExampleFile;
}

/** examples/EXAMPLE/exercises/NAME/solution.bpf.c, and start.bpf.c beside it unless the example's own program is the start. */
export function exerciseNamed(example: string, name: string): ExerciseSource {
  const folder = `exercises/${name}`;
  const start = texts[`../../examples/${example}/${folder}/start.bpf.c`];
  const solution = texts[`../../examples/${example}/${folder}/solution.bpf.c`];
  if (solution === undefined)
    throw new Error(
      `<Exercise example="${example}" name="${name}">: there is no examples/${example}/${folder}/solution.bpf.c`,
    );
  const own = start === undefined ? null : { name: 'start.bpf.c', text: start };
  return { start: own, from: own ?? exampleFile(example), solution: { name: 'solution.bpf.c', text: solution } };
}
