// Collects diagnostics: fills the templates, counts, stops after twenty errors, drops repetitions.
import { fillTemplate } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic, DiagnosticNote, FixIt, Span } from '../../diagnostics/diagnostic.ts';
import { MESSAGES } from './messages.ts';
import type { MessageArguments, MessageKey } from './messages.ts';

/** As clang's -ferror-limit. */
export const MAX_ERRORS = 20;
const MAX_WARNINGS = 100;

export function note<K extends MessageKey>(key: K, span: Span | null, args: MessageArguments<K>): DiagnosticNote {
  const message = MESSAGES[key];
  return {
    code: message.code,
    message: fillTemplate(message.text, args),
    args: args,
    span,
  };
}

export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  errors = 0;
  #warnings = 0;
  /** too many errors, or one after which nothing more can be said */
  stopped = false;
  #muted = false;
  readonly #seen = new Set<string>();
  /** lines with a macro's name that stands for nothing, because its arguments do not fit: what the parser makes of them is no news */
  readonly #unexpanded = new Set<string>();
  readonly #isSystem: (file: string) => boolean;

  /** @param isSystem whether warnings in a file are of no use to the reader */
  constructor(isSystem: (file: string) => boolean) {
    this.#isSystem = isSystem;
  }

  report<K extends MessageKey>(
    key: K,
    span: Span | null,
    args: MessageArguments<K>,
    notes: readonly DiagnosticNote[] = [],
    fixes: readonly FixIt[] = [],
  ): void {
    if (this.stopped || this.#muted) return;
    const { code, severity, text } = MESSAGES[key];
    if (severity === 'warning' && span && this.#isSystem(span.file)) return;
    const line = `${span?.file}:${span?.line}`;
    if (key === 'macro-too-many' || key === 'macro-too-few') this.#unexpanded.add(line);
    else if (severity === 'error' && this.#unexpanded.has(line)) return;
    const message = fillTemplate(text, args);
    const identity = `${code} ${span?.file}:${span?.line}:${span?.column} ${message}`;
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    if (severity === 'warning' && ++this.#warnings > MAX_WARNINGS) return;
    this.diagnostics.push({ severity, code, message, args: args, span, notes, fixes });
    if (severity === 'error' && ++this.errors >= MAX_ERRORS && key !== 'too-many-errors')
      this.fatal('too-many-errors', span, {});
  }

  /** Says nothing until `unmute`, which takes what this returned. */
  mute(): boolean {
    const before = this.#muted;
    this.#muted = true;
    return before;
  }

  unmute(before: boolean): void {
    this.#muted = before;
  }

  /** An error after which nothing more is reported. */
  fatal<K extends MessageKey>(
    key: K,
    span: Span | null,
    args: MessageArguments<K>,
    notes: readonly DiagnosticNote[] = [],
  ): void {
    this.report(key, span, args, notes);
    this.stopped = true;
  }
}
