// A name that nobody declared: which header declares it, or which library would that eBPF has not?
import type { DiagnosticNote, FixIt } from '../../diagnostics/diagnostic.ts';
import { COMPILER_HEADERS, HEADERS } from '../headers/index.ts';
import type { Context } from './context.ts';
import { nearest } from './suggest.ts';

/** Headers that people include, before those that these include. */
const USUAL = ['linux/bpf.h', 'bpf/bpf_helpers.h', 'bpf/bpf_endian.h', 'bpf/bpf_core_read.h', 'bpf/bpf_tracing.h'];
/** what is reached through another header */
const THROUGH: Readonly<Record<string, string>> = {
  'bpf/bpf_helper_defs.h': 'bpf/bpf_helpers.h',
  'linux/types.h': 'linux/bpf.h',
};

const LIBRARY = new Set(
  'printf fprintf puts putchar snprintf malloc calloc realloc free exit abort sleep usleep time rand srand getpid open close read write fopen strtok strdup atoi memchr qsort'.split(
    ' ',
  ),
);

/** The header to include for a macro, type, helper or enumerator; null when no built-in header has it. */
export function headerDeclaring(name: string): string | null {
  if (!/^\w+$/.test(name)) return null;
  const declaration = new RegExp(
    `^[ \\t]*#[ \\t]*define[ \\t]+${name}\\b|\\btypedef\\b[^;{]*\\b${name};|^[ \\t]+${name}[ \\t]*(=[^,\\n]*)?,?$|\\(\\*(const )?${name}\\)`,
    'm',
  );
  const texts = new Map([
    ...USUAL.map((path) => [path, HEADERS.get(path) ?? ''] as const),
    ...COMPILER_HEADERS,
    ...HEADERS,
  ]);
  for (const [path, text] of texts) {
    // vmlinux.h declares nearly everything, and stands in for the others
    if (path !== 'vmlinux.h' && declaration.test(text)) return THROUGH[path] ?? path;
  }
  return null;
}

/** What to add to "use of undeclared …". */
export function whoseName(c: Context, name: string, at: number): { notes: DiagnosticNote[]; fixes: FixIt[] } {
  if (c.rules.headers === 'kernel') return { notes: [], fixes: [] };
  if (LIBRARY.has(name)) return { notes: [c.note('no-c-library', at, { name })], fixes: [] };
  const header = headerDeclaring(name);
  if (header === null) return { notes: [], fixes: [] };
  const { file } = c.span(at);
  const top = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return {
    notes: [c.note('declared-in-header', at, { name, header })],
    fixes: [{ span: top, text: `#include <${header}>\n` }],
  };
}

/** The built-in header whose name is nearest to one that was not found. */
export function similarHeader(name: string): string | null {
  return nearest(name, HEADERS.keys());
}
