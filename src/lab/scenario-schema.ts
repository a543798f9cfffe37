// A small schema language for scenario files, and its errors: which file, where in it, what stands there, what to write instead. Checking
// never throws and reports one problem a place, at most twenty.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { labDiagnostic } from './problems.ts';

export interface Field {
  readonly schema: Schema;
  readonly required?: boolean;
}

export type Schema =
  | { readonly kind: 'text'; readonly one?: readonly string[]; readonly like?: RegExp; readonly example: string }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'truth' }
  | { readonly kind: 'list'; readonly of: Schema; readonly most: number }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }
  /** any names, each with a value of one schema */
  | { readonly kind: 'table'; readonly of: Schema; readonly most: number }
  | { readonly kind: 'either'; readonly of: readonly Schema[]; readonly example: string }
  | { readonly kind: 'anything' };

const MOST_PROBLEMS = 20;

/** A value as a message shows it: short, and never more than a line. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

const at = (path: string, key: string | number): string =>
  typeof key === 'number' ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;

function expected(schema: Schema): string {
  switch (schema.kind) {
    case 'text':
      return schema.one ? `one of ${schema.one.map((word) => `"${word}"`).join(', ')}` : schema.example;
    case 'number':
      return `a whole number from ${schema.least} to ${schema.most}`;
    case 'truth':
      return 'true or false';
    case 'list':
      return 'a list: […]';
    case 'object':
    case 'table':
      return 'an object: {…}';
    case 'either':
      return schema.example;
    case 'anything':
      return 'a value';
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function checkValue(file: string, value: unknown, schema: Schema, path = ''): Diagnostic[] {
  const problems: Diagnostic[] = [];
  walk(file, value, schema, path, problems);
  return problems;
}

function walk(file: string, value: unknown, schema: Schema, path: string, problems: Diagnostic[]): void {
  if (problems.length >= MOST_PROBLEMS) return;
  const wrong = (): void => {
    problems.push(
      labDiagnostic('S020', { file, path: path || '(top)', found: shown(value), expected: expected(schema) }),
    );
  };
  const tooMany = (count: number, most: number): void => {
    problems.push(labDiagnostic('S022', { file, path: path || '(top)', count, most }));
  };
  switch (schema.kind) {
    case 'text':
      if (
        typeof value !== 'string' ||
        (schema.one && !schema.one.includes(value)) ||
        (schema.like && !schema.like.test(value))
      )
        wrong();
      return;
    case 'number':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < schema.least || value > schema.most) wrong();
      return;
    case 'truth':
      if (typeof value !== 'boolean') wrong();
      return;
    case 'list':
      if (!Array.isArray(value)) return wrong();
      if (value.length > schema.most) return tooMany(value.length, schema.most);
      value.forEach((item, i) => walk(file, item, schema.of, at(path, i), problems));
      return;
    case 'table': {
      if (!isObject(value)) return wrong();
      const entries = Object.entries(value);
      if (entries.length > schema.most) return tooMany(entries.length, schema.most);
      for (const [key, item] of entries) walk(file, item, schema.of, at(path, key), problems);
      return;
    }
    case 'either':
      if (!schema.of.some((one) => checkValue(file, value, one, path).length === 0)) wrong();
      return;
    case 'object': {
      if (!isObject(value)) return wrong();
      const known = Object.keys(schema.fields);
      for (const key of Object.keys(value)) {
        if (known.includes(key)) continue;
        problems.push(labDiagnostic('S021', { file, path: at(path, key.slice(0, 40)), known: known.join(', ') }));
      }
      for (const [key, field] of Object.entries(schema.fields)) {
        if (value[key] !== undefined) walk(file, value[key], field.schema, at(path, key), problems);
        else if (field.required)
          problems.push(labDiagnostic('S023', { file, path: at(path, key), expected: expected(field.schema) }));
        if (problems.length >= MOST_PROBLEMS) return;
      }
      return;
    }
    case 'anything':
      return;
  }
}
