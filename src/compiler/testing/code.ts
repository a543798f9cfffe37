// Small sources to readable code, for tests.
import { decodeInstructions } from '../../bpf/instruction.ts';
import { disassemble } from '../../bpf/disassemble.ts';
import { readObject } from '../../loader/object.ts';
import { isProblem } from '../../loader/problems.ts';
import { renderDiagnostic } from '../../diagnostics/diagnostic.ts';
import { compile, type CompileOptions } from '../compile.ts';

export const PRELUDE = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
`;

/** Compiles a source without includes of its own; throws with the diagnostics when it is refused. */
export function objectOf(source: string, cpu: CompileOptions['cpu'] = 'v3'): Uint8Array {
  const { object, diagnostics } = compile({
    files: new Map([['test.bpf.c', PRELUDE + source]]),
    main: 'test.bpf.c',
    cpu,
  });
  if (!object) throw new Error(diagnostics.map(renderDiagnostic).join('\n'));
  return object;
}

/** The instructions of the object's functions in section order, in the kernel's syntax. */
export function codeOf(source: string, cpu: CompileOptions['cpu'] = 'v3'): string[] {
  const object = readObject(objectOf(source, cpu), 'test.bpf.o');
  if (isProblem(object)) throw new Error(JSON.stringify(object));
  return object.functions.flatMap((f) =>
    disassemble(decodeInstructions(f.section.data.slice(f.start, f.end))).map((line) => line.text),
  );
}

export function messagesOf(source: string, cpu: CompileOptions['cpu'] = 'v3'): string[] {
  const { diagnostics } = compile({ files: new Map([['test.bpf.c', PRELUDE + source]]), main: 'test.bpf.c', cpu });
  return diagnostics.map((d) => `${d.code} ${d.span?.line ?? 0} ${d.message}`);
}
