// What can be wrong with a scenario or a request to the lab, as diagnostics.
import { fillTemplate, type Diagnostic, type DiagnosticArguments } from '../diagnostics/diagnostic.ts';

/** English, by stable code; the page's other languages are data keyed by the same codes. */
export const LAB_MESSAGES = {
  S001: "'{text}' is no {kind}; write it like {example}",
  S002: 'packet {number} is longer than {limit} bytes',
  S003: 'the program ran longer than {budget} instructions and was stopped; Linux would not have accepted an endless loop',
  S004: 'the program faulted at instruction {instruction}: {kind} at address {address}',
  S005: "programs of type '{type}' cannot be run on packets yet",
  S006: 'packet {number} is only {length} bytes long; Linux tests a program with {minimum} bytes at least',
  S007: 'the lab made a mistake of its own ({message}); please report it with the program that you ran',
  S008: "there is no map '{map}' to change: run the program first",
  S009: "'{text}' is no {part} of map '{map}', which takes {size} bytes",
  S010: "Linux refuses this change of map '{map}': {error}",
  S011: "the capture is in pcapng format; write pcap instead: 'editcap -F pcap IN OUT' or 'tcpdump -w OUT'",
  S012: 'this is no pcap capture',
  S013: 'the packets of this capture are not Ethernet frames (link type {type})',
  S014: "{program} is of type '{type}'; a capture's packets go to xdp, tc, socket and cgroup_skb programs",
  S020: '{file}: {path}: here stands {found}; write {expected}',
  S021: '{file}: {path}: there is no such key; what may stand here: {known}',
  S022: '{file}: {path}: {count} are too many; at most {most}',
  S023: '{file}: {path} is missing; write {expected}',
  S024: "{file}: {path}: there is no {kind} '{name}'; there is: {known}",
  S025: "{file}: {path}: the name '{name}' is given twice",
  S026: "{file}: {path}: '{name}' must stand in the list before what is built upon it",
  S027: '{file}: line {line}, column {column}: this is no JSON; look for a missing comma, quote or bracket',
  S028: '{file}: {path}: the kernel refuses this: {error}',
  S029: "{file}: {path}: the capture '{name}' is not beside the scenario, or cannot be read",
  S030: '{file}: the machine stands still: a program or kernel code faulted',
  S031: '{file}: {path}: {one} and {other} cannot stand side by side; leave one of them out',
  S032: '{file}: {path}: simulator and Linux expect the same here; write {value} alone',
  S040: '{file} holds no program: a function with a section in front of it, like SEC("xdp")',
} as const;

export type LabCode = keyof typeof LAB_MESSAGES;

export function labDiagnostic(code: LabCode, args: DiagnosticArguments): Diagnostic {
  return {
    severity: 'error',
    code,
    message: fillTemplate(LAB_MESSAGES[code], args),
    args,
    span: null,
    notes: [],
    fixes: [],
  };
}
