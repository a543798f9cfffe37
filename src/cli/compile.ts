// lab compile: C files to objects.
import { compileProject, type CompileProjectOptions } from '../lab/lab.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { DiskFiles, readText, writeOutput } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, oneOf, readArguments, UsageError } from './usage.ts';

export const COMPILE_OPTIONS = {
  output: { type: 'string', short: 'o' },
  include: { type: 'string', short: 'I', multiple: true },
  define: { type: 'string', short: 'D', multiple: true },
  mcpu: { type: 'string' },
  target: { type: 'string' },
  'no-builtin-headers': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** The compiler's options from the command line's. */
export function compileOptions(
  file: string,
  values: {
    readonly include?: readonly string[] | undefined;
    readonly define?: readonly string[] | undefined;
    readonly mcpu?: string | undefined;
    readonly target?: string | undefined;
    readonly 'no-builtin-headers'?: boolean | undefined;
  },
): CompileProjectOptions {
  readText(file); // a missing file is wrong usage, not a diagnostic
  const includePaths = values.include ?? [];
  const defines: Record<string, string> = {};
  for (const define of values.define ?? []) {
    const equals = define.indexOf('=');
    if (equals < 0) defines[define] = '1';
    else defines[define.slice(0, equals)] = define.slice(equals + 1);
  }
  return {
    files: new DiskFiles(),
    main: file,
    includePaths,
    defines,
    ...(values.mcpu === undefined ? {} : { cpu: oneOf(values.mcpu, '--mcpu', ['v1', 'v2', 'v3', 'v4']) }),
    ...(values.target === undefined ? {} : { target: oneOf(values.target, '--target', ['bpf', 'module']) }),
    builtinHeaders: values['no-builtin-headers'] !== true,
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- every command answers with a promise
export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('compile', args, COMPILE_OPTIONS);
  if (files.length === 0) throw new UsageError('lab compile: name at least one C file');
  if (values.output !== undefined && files.length > 1) throw new UsageError('lab compile: -o goes with one file only');
  let status = EXIT_DONE;
  for (const file of files) {
    const options = compileOptions(file, values);
    const began = process.hrtime.bigint();
    const result = compileProject(options);
    const microseconds = Number((process.hrtime.bigint() - began) / 1000n);
    if (values.json) {
      const diagnostics = result.diagnostics.map(({ severity, code, message, span }) => ({
        severity,
        code,
        message,
        file: span?.file ?? null,
        line: span?.line ?? null,
        column: span?.column ?? null,
        endLine: span?.endLine ?? null,
        endColumn: span?.endColumn ?? null,
      }));
      console.log(
        JSON.stringify({ file, ok: result.object !== null, diagnostics, programs: result.programs, microseconds }),
      );
    } else {
      for (const diagnostic of result.diagnostics) console.error(renderDiagnostic(diagnostic));
    }
    if (result.object === null) {
      status = EXIT_REJECTED;
      continue;
    }
    const output = values.output ?? file.replace(/\.c$/, '.o').replace(/^.*\//, '');
    if (values.output !== undefined || !values.json) writeOutput(output, result.object);
    if (!values.json) {
      for (const program of result.programs)
        console.log(`${output}: ${program.name} (${program.section}), ${program.instructions} instructions`);
    }
  }
  return status;
}
