// Wrong usage ends with status 2 and one line that says what is wrong and how to mend it.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

export const EXIT_DONE = 0;
export const EXIT_REJECTED = 1;
export const EXIT_USAGE = 2;
export const EXIT_FAULT = 3;

/** Thrown by commands for what the caller of the command line can mend; the dispatcher prints it and exits with 2. */
export class UsageError extends Error {}

/** Options and file names of one command; unknown or malformed options become a UsageError. */
export function readArguments<const T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
): {
  values: ReturnType<typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>>['values'];
  files: string[];
} {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values, files: positionals };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new UsageError(`lab ${command}: ${reason.replace(/\. To specify a positional.*$/, '')}; see 'lab help'`);
  }
}

/** A whole number in a range, decimal or 0x…; anything else is a UsageError. */
export function wholeNumber(text: string, option: string, low: number, high: number): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(`lab: ${option} takes a whole number from ${low} to ${high}, not '${text}'`);
  }
  return value;
}

/** One of a few words; anything else is a UsageError that lists them. */
export function oneOf<const W extends string>(text: string, option: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new UsageError(`lab: ${option} takes ${words.join(', ')}, not '${text}'`);
  return word;
}
