// What the playground page gets to know of an example: its files by kind, its scenario, and what its Makefile includes.
import type { ExampleFolder } from '../playground/folder.ts';
import { exampleNamed } from './examples.ts';

const descriptions = import.meta.glob('../../examples/*/example.json');
const shared = import.meta.glob<string>(
  ['../../examples/common.mk', '../../examples/*.sh', '../../examples/README.md'],
  {
    eager: true,
    query: '?raw',
    import: 'default',
  },
);

/** Every example that can run in the page, by name. */
export const exampleNames = (): string[] =>
  Object.keys(descriptions)
    .map((path) => path.split('/').at(-2) ?? '')
    .filter((name) => exampleNamed(name).description.main.endsWith('.bpf.c'))
    .sort();

export function exampleFolder(name: string): ExampleFolder {
  const { description, programs, companions } = exampleNamed(name);
  return {
    name,
    scenario: description.scenario,
    ...(description.network === undefined ? {} : { network: description.network }),
    files: [
      ...programs.map((file) => ({
        ...file,
        kind: 'program' as const,
        broken: file.name !== description.main,
      })),
      ...companions.map((file) => ({
        ...file,
        kind: file.name.endsWith('.h') ? ('header' as const) : ('companion' as const),
        broken: false,
      })),
    ],
    shared: Object.entries(shared).map(([path, text]) => ({ name: path.split('/').at(-1) ?? '', text })),
  };
}
