// The examples that chapters show: /examples/NAME, read at build, the same files that Linux compiles.
import type { ExampleDescription } from '../lab/api.ts';

const descriptions = import.meta.glob<ExampleDescription>('../../examples/*/example.json', {
  eager: true,
  import: 'default',
});
const texts = import.meta.glob<string>(
  ['../../examples/*/{*.c,*.h,*.patch,Makefile,*.sh}', '../../examples/*/other-languages/*'],
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

/** Every example that has a description, by its folder's name. */
export const describedExamples = (): string[] =>
  Object.keys(descriptions)
    .map((path) => path.split('/').at(-2) ?? '')
    .sort();

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
