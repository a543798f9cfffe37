// The BTF of a simulated kernel (what a real one offers as /sys/kernel/btf/vmlinux): its types as C text, read by the front end and
// written like a program's own.
import { KERNEL_FUNCTIONS, KERNEL_TRACEPOINTS, KERNEL_VARIABLES } from '../bpf/kernel-functions.ts';
import type { KernelTypedef, KernelVersion } from '../bpf/kernel-record.ts';
import { parseUnit } from './front.ts';
import { PADDING } from './headers/kernel-structs.ts';
import { kernelText } from './headers/vmlinux.ts';
import { BtfBuilder } from './object/btf.ts';
import { textOf } from './preprocess/interner.ts';

const NAME = 'vmlinux.h';

/** Functions and tracepoints behind the types, with every structure that only they mention declared. */
function functionText(version: KernelVersion): string {
  const rows = (table: readonly KernelTypedef[]): string[] =>
    table.flatMap((row) => (typeof row === 'string' ? row : (row[version === 601 ? 0 : 1] ?? [])));
  const functions = rows(KERNEL_FUNCTIONS).map((text) => `${text};`);
  const tracepoints = rows(KERNEL_TRACEPOINTS).map((text) => `typedef ${text};`);
  const variables = KERNEL_VARIABLES.map((text) => `extern ${text};`);
  const text = [...functions, ...tracepoints, ...variables].join('\n');
  const tags = new Set([...text.matchAll(/\b(?:struct|union) \w+/g)].map(([tag]) => `${tag};`));
  return `${[...tags].join('\n')}\n${text}\n`;
}

/** Bytes of the whole .BTF. Made anew at every call: callers keep it. */
export function kernelBtf(version: KernelVersion): Uint8Array {
  const text = `${kernelText(version)}${functionText(version)}`;
  const { partial, symbols, diagnostics } = parseUnit({ files: new Map([[NAME, text]]), main: NAME });
  const [wrong] = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (!partial || wrong) throw new Error(`the kernel's own types: ${wrong?.message} (line ${wrong?.span?.line})`);

  // what is not modelled has no name
  const builder = new BtfBuilder((member) => !member.name.startsWith(PADDING));
  for (const type of partial.types) builder.type(type);
  for (const [id, symbol] of symbols) {
    const name = textOf(id);
    if (symbol.kind === 'function') {
      const { type } = symbol.function;
      builder.func(
        name,
        type,
        type.parameters.map((parameter) => parameter.name),
        'static',
      );
    } else if (symbol.kind === 'variable') {
      builder.variable(name, builder.type(symbol.variable.type), 'global');
    }
  }
  return builder.finish();
}
