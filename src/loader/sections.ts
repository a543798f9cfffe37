// What an ELF section's name says about the program in it.
import { PROGRAM_TYPES, type ProgramType } from '../bpf/programs.ts';
import { sectionOf } from '../bpf/sections.ts';

/** null: libbpf does not know the section */
export function programTypeOf(section: string): ProgramType | null {
  const row = sectionOf(section);
  return PROGRAM_TYPES.find((type) => type.name === row?.type) ?? null;
}

/** May the program sleep ("uprobe.s", "syscall")? */
export const maySleep = (section: string): boolean => sectionOf(section)?.sleepable ?? false;

/** expected_attach_type that libbpf would pass; 0 where the kernel does not look at it. */
export const attachTypeOf = (section: string): number => sectionOf(section)?.attachType ?? 0;
