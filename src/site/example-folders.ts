// What the playground page gets to know of an example: its files by kind, its scenario, and what its Makefile includes.
import type { KernelTarget } from '../lab/api.ts';
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
/** what stands in a folder for Linux alone: nobody edits it here, but without it nothing builds there */
const beside = import.meta.glob<string>('../../examples/*/{Kbuild,init,kernel.config,*.patch}', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** Every example that can run in the page, by name. */
export const exampleNames = (): string[] =>
  Object.keys(descriptions)
    .map((path) => path.split('/').at(-2) ?? '')
    .sort();

/** The same by what their programs are. */
export const exampleNamesOf = (kind: KernelTarget | 'ebpf'): string[] =>
  exampleNames().filter((name) => (exampleNamed(name).description.kind ?? 'ebpf') === kind);

const named = ([path, text]: [string, string]) => ({ name: path.split('/').at(-1) ?? '', text });

export function exampleFolder(name: string): ExampleFolder {
  const { description, programs, companions } = exampleNamed(name);
  return {
    name,
    ...(description.kind === undefined ? {} : { kind: description.kind }),
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
    beside: Object.entries(beside)
      .filter(([path]) => path.split('/').at(-2) === name)
      .map(named),
    shared: Object.entries(shared).map(named),
  };
}
