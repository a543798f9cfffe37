// What can be wrong with an object, as diagnostics: code, English template, typed arguments.
import { fillTemplate, type Diagnostic, type DiagnosticArguments, type Span } from '../diagnostics/diagnostic.ts';

/** English, by stable code; the page's other languages are data keyed by the same codes. */
export const LOAD_MESSAGES = {
  L001: 'this is not a whole object file: {what}',
  L002: 'this object is for another machine (ELF machine {machine}), not for BPF; compile it with -target bpf',
  L003: 'the object has no program: put SEC("xdp") (or another section that Linux knows) before a function',
  L004: 'section \'{section}\' does not name a program type that Linux knows; use for example SEC("xdp")',
  L005: "programs of type '{type}' are not simulated yet; they run on real Linux only",
  L006: "the object's type information (BTF) is damaged: {what}",
  L007: "map '{map}' is not declared in a way that libbpf understands: {what}",
  L008: "maps of type {type} are not simulated yet; '{map}' runs on real Linux only",
  L009: "map '{map}' could not be created: Linux answers {error}",
  L010: "'{symbol}' is used but defined nowhere: a static function, a map or a global variable by this name is missing",
  L011: "this relocation ({type}) against '{symbol}' is not known",
  L012: "'{symbol}' comes from the running kernel; the simulated kernel does not have it",
  L013: "what the program needs of the kernel's types cannot be put into its instruction (CO-RE, {access}): {what}",
  L014: "no program is called '{program}'; the object has {programs}",
  L015: 'several programs stand in this object ({programs}); say which one to run',
  L016: 'the program could not be loaded: Linux answers {error}',
  L017: '{helper}() is not simulated yet: the verifier accepts the program, and it runs on real Linux only',
  L018: 'this kernel has no such type, field or value, and the program did not ask whether it has: {access}',
  L019: "'{symbol}' is not declared as the kernel's configuration has it: {what}",
  L020: 'struct_ops are not simulated: they run on real Linux only',
  L021: "maps in section 'maps' are of an old kind that libbpf 1.0 does not read any more; declare '{map}' as a struct in SEC(\".maps\")",
  L050: "'{symbol}' is used but neither the kernel nor this module has it",
  L051: 'the kernel image is too big: {size} bytes, where there is room for {room}',
  L052: 'the simulated machine has no memory left for a kernel image',
} as const;

export type LoadCode = keyof typeof LOAD_MESSAGES;

/** One thing that stops loading. */
export interface LoadProblem {
  readonly problem: Diagnostic;
}

export function problem(code: LoadCode, args: DiagnosticArguments, span: Span | null = null): LoadProblem {
  const message = fillTemplate(LOAD_MESSAGES[code], args);
  return { problem: { severity: 'error', code, message, args, span, notes: [], fixes: [] } };
}

export function isProblem<T extends object>(value: T | LoadProblem): value is LoadProblem {
  return 'problem' in value;
}
