// An example's folder as the playground page loads it: /playground/NAME.json.
import type { KernelTarget, Scenario } from '../lab/api.ts';
import type { FileKind } from './programs.ts';

export interface FolderFile {
  readonly name: string;
  readonly text: string;
  readonly kind: FileKind;
  /** broken on purpose */
  readonly broken: boolean;
}

export interface ExampleFolder {
  readonly name: string;
  /** what its programs are; without it: eBPF */
  readonly kind?: KernelTarget;
  readonly scenario: Scenario;
  /** the whole network that example.json describes; not there: it describes none */
  readonly network?: unknown;
  readonly files: readonly FolderFile[];
  /** what goes along to Linux unchanged; not there: nothing does */
  readonly beside?: readonly { readonly name: string; readonly text: string }[];
  /** what stands beside all examples: common.mk and its like */
  readonly shared: readonly { readonly name: string; readonly text: string }[];
}

/** A name that the reader may give to a file of their own. */
export const isFileName = (name: string): boolean => /^[\w][\w-]*(?:\.[\w-]+)*\.[ch]$/.test(name) && name.length <= 64;

/** What the lab does with a file of that name, in an example of that kind. */
export const kindOf = (name: string, kind?: KernelTarget): FileKind =>
  name.endsWith(kind ? '.c' : '.bpf.c') ? 'program' : name.endsWith('.h') ? 'header' : 'companion';
