// Which of the course's descriptions belongs to a name? A helper, a function of the kernel, a map type or a program type.
import { MAP_TYPES } from '../../bpf/maps.ts';
import { sectionOf } from '../../bpf/sections.ts';
import type { Analysis } from './analysis.ts';
import type { Topic } from './reports.ts';

export const helperTopic = (name: string): Topic => ({ kind: 'helper', name });

/** A function or macro, by its name and the place (in all texts) of its declaration. */
export function functionTopic(analysis: Analysis, name: string, place: number): Topic | null {
  if (place < 0 || analysis.isOwn(analysis.stream.sources.fileAt(place).path)) return null;
  if (analysis.kernelMode) return { kind: 'kernel', name };
  // Wrappers around helpers, as bpf/bpf_tracing.h has them, are described like helpers.
  return name.startsWith('bpf_') ? helperTopic(name) : null;
}

/** A constant: BPF_MAP_TYPE_HASH says what a hash is. */
export function constantTopic(name: string): Topic | null {
  const type = MAP_TYPES.find((row) => row.constant === name);
  return type ? { kind: 'map-type', name: type.name } : null;
}

/** What SEC("xdp") makes of a function. */
export function sectionTopic(section: string): Topic | null {
  const row = sectionOf(section.replace(/^\?/, ''));
  return row && { kind: 'program-type', name: row.type };
}
