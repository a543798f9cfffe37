// The reference pages' rows: facts from the tables in src/bpf, sentences from content/helpers and content/reference.
import { HELPERS, PROGRAM_TYPE_NUMBERS, type Helper } from '../bpf/helpers.ts';
import { MAP_TYPES, type MapType } from '../bpf/maps.ts';
import { PROGRAM_TYPES, type ProgramType } from '../bpf/programs.ts';

type Sentences = Readonly<Record<string, string>>;

const files = import.meta.glob<Sentences>(
  ['../../content/helpers/*/helpers.json', '../../content/reference/*/{map,program}-types.json'],
  { eager: true, import: 'default' },
);

/** In the reader's language, or in English while it is not translated. */
function sentence(folder: 'helpers' | 'reference', file: string, language: string, key: string): string {
  for (const candidate of [language, 'en']) {
    const found = files[`../../content/${folder}/${candidate}/${file}.json`]?.[key];
    if (found !== undefined) return found;
  }
  return '';
}

export interface HelperEntry {
  /** bpf_map_lookup_elem */
  readonly name: string;
  readonly prototype: string;
  readonly sentence: string;
  readonly helper: Helper;
  /** program types that are simulated, and of all how many, that may call it; null: every type */
  readonly programs: { readonly names: readonly string[]; readonly more: number } | null;
}

/** `void *` and `map` → `void *map` */
const declare = (type: string, name: string): string => `${type}${type.endsWith('*') ? '' : ' '}${name}`;

export function prototypeOf(helper: Helper): string {
  const parameters = helper.arguments.map((argument) => declare(argument.c, argument.name));
  if (helper.variadic) parameters.push('...');
  return `${declare(helper.c, `bpf_${helper.name}`)}(${parameters.join(', ') || 'void'})`;
}

function programsOf(helper: Helper): HelperEntry['programs'] {
  const named = helper.programs.filter((name) => name in PROGRAM_TYPE_NUMBERS);
  if (helper.programs.includes('all') || named.length >= Object.keys(PROGRAM_TYPE_NUMBERS).length - 2) return null;
  const shown = PROGRAM_TYPES.filter((type) => type.simulated && named.includes(type.name)).map((type) => type.name);
  return { names: shown, more: named.length - shown.length };
}

/** Every helper that the simulated kernel has, by name. */
export const helpersFor = (language: string): HelperEntry[] =>
  HELPERS.filter((helper) => helper.simulated)
    .map((helper) => ({
      name: `bpf_${helper.name}`,
      prototype: prototypeOf(helper),
      sentence: sentence('helpers', 'helpers', language, `bpf_${helper.name}`),
      helper,
      programs: programsOf(helper),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));

export interface MapTypeEntry extends MapType {
  readonly sentence: string;
}

export const mapTypesFor = (language: string): MapTypeEntry[] =>
  MAP_TYPES.map((type) => ({ ...type, sentence: sentence('reference', 'map-types', language, type.name) }));

export interface ProgramTypeEntry extends ProgramType {
  readonly sentence: string;
}

export const programTypesFor = (language: string): ProgramTypeEntry[] =>
  PROGRAM_TYPES.filter((type) => type.simulated).map((type) => ({
    ...type,
    sentence: sentence('reference', 'program-types', language, type.name),
  }));

/** Program types of Linux that are not simulated, with what they do. */
export function otherProgramTypes(language: string): { name: string; sentence: string }[] {
  const known = new Set(PROGRAM_TYPES.filter((type) => type.simulated).map((type) => type.name));
  return Object.keys(PROGRAM_TYPE_NUMBERS)
    .filter((name) => !known.has(name))
    .map((name) => ({ name, sentence: sentence('reference', 'program-types', language, name) }));
}
