// What the parts of an example at work (bench-….ts) know of each other. workbench.ts puts them together.
import type { Lab } from '../lab/client.ts';
import type { BenchFiles } from './bench-files.ts';
import type { Voice } from './bench-voice.ts';
import type { Explanations } from './explanations.ts';
import type { Panels } from './panels.ts';
import type { Program } from './programs.ts';
import type { Strings } from './strings.ts';

export interface Surroundings {
  readonly strings: Strings;
  readonly explanations: Explanations;
  readonly language: string;
  readonly lab: Lab;
}

export interface Bench extends Surroundings, Voice {
  readonly root: HTMLElement;
  readonly files: BenchFiles;
  readonly problems: HTMLElement;
  readonly result: HTMLElement;
  /** ends when the example leaves the page */
  readonly over: AbortSignal;
  /** what stands beside the result; null: nothing does, or not yet */
  panels(): Panels | null;
  button(action: string): HTMLButtonElement;
  /** which buttons there are, and which files are the reader's own */
  refresh(): void;
  /** takes a text from elsewhere: kept on the device, typed in another example of the page, or the original */
  adopt(program: Program, text: string): void;
  /** the reader changed a file's text */
  changed(program: Program): void;
  /** the result is no longer that of what is shown */
  forgetResult(): void;
  goTo(file: string, line: number, column: number): Promise<void>;
}

/** The part of an example that has to be there. */
export function part<E extends HTMLElement>(root: HTMLElement, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`the example has no ${selector}`);
  return found;
}
