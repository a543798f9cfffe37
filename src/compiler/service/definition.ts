// Where is it declared? Also in headers, whose text then comes along.
import { COMPILER_HEADERS, HEADERS, kernelHeader } from '../headers/index.ts';
import { normalizePath } from '../preprocess/files.ts';
import type { Analysis, ServiceProject } from './analysis.ts';
import { declarationPlace, shortName } from './hover.ts';
import type { DefinitionReport, Place } from './reports.ts';

const INCLUDE = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/;

/** The header that an #include line names, opened at its start. */
function included(analysis: Analysis, place: Place, project: ServiceProject): DefinitionReport | null {
  const line = analysis.text.split('\n')[place.line - 1] ?? '';
  const name = INCLUDE.exec(line)?.[1];
  if (name === undefined) return null;
  const folder = analysis.file.path.includes('/') ? analysis.file.path.replace(/\/[^/]*$/, '/') : '';
  const own = normalizePath(folder + name);
  const text =
    project.beside?.[own] ??
    (analysis.kernelMode ? kernelHeader(name) : undefined) ??
    HEADERS.get(name) ??
    COMPILER_HEADERS.get(name);
  const span = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  if (own in project.files) return { span: { file: own, ...span }, text: null };
  return text === undefined ? null : { span: { file: name, ...span }, text };
}

export function definition(analysis: Analysis, place: Place, project: ServiceProject): DefinitionReport | null {
  const header = included(analysis, place, project);
  if (header) return header;
  const token = analysis.tokenAt(analysis.offset(place));
  const meaning = token && analysis.meaning(token);
  if (!meaning) return null;
  const at = declarationPlace(analysis, meaning);
  if (at < 0) return null;
  const { sources } = analysis.stream;
  const { path, raw } = sources.fileAt(at);
  const own = path in project.files;
  return { span: { ...sources.span(at), file: own ? path : shortName(path) }, text: own ? null : raw.text };
}
