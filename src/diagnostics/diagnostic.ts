// What went wrong, where? Diagnostics are data; they are rendered last, and in any language.

/** A stretch of source text. Lines and columns count from 1; columns count UTF-16 code units; the end is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** What a template's `{name}` is filled with. */
export type DiagnosticArguments = Readonly<Record<string, string | number>>;

/** A replacement that mends the problem: the span's text becomes `text`. */
export interface FixIt {
  readonly span: Span;
  readonly text: string;
}

/** A further place that explains the diagnostic. */
export interface DiagnosticNote {
  readonly code: string;
  readonly message: string;
  readonly args: DiagnosticArguments;
  readonly span: Span | null;
}

/**
 * One problem. `code` is stable (links and translations hang on it): C… from the compiler, V… from the verifier,
 * L… from the loader, S… from scenarios and the lab. `message` is English, in clang's or Linux's wording where they
 * have one; a translation is found by `code` and filled from `args`.
 */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly args: DiagnosticArguments;
  readonly span: Span | null;
  readonly notes: readonly DiagnosticNote[];
  readonly fixes: readonly FixIt[];
}

/** Fills `{name}` in a template; an unknown name stays as it stands, so that a mistake in a translation is visible. */
export function fillTemplate(template: string, args: DiagnosticArguments): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    return value === undefined ? whole : String(value);
  });
}

/** `file:line:column: severity: message`, as clang prints it; notes follow on lines of their own. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const place = (span: Span | null): string => (span ? `${span.file}:${span.line}:${span.column}: ` : '');
  const lines = [`${place(diagnostic.span)}${diagnostic.severity}: ${diagnostic.message}`];
  for (const note of diagnostic.notes) lines.push(`${place(note.span)}note: ${note.message}`);
  return lines.join('\n');
}
