// What the three-way comparison loads when it is started: /three-ways.json.
import type { Way } from '../lab/way-report.ts';

/** mistake → way → its file */
export type ThreeWaysPrograms = Readonly<
  Record<string, Readonly<Record<Way, { readonly name: string; readonly text: string }>>>
>;
