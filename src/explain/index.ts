// What did the verifier think? Records → the kernel's log, a state graph, a diagnostic on the C line.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from './diagnose.ts';
import { stateGraph, type StateGraph } from './graph.ts';
import { renderLog, type LogLevel } from './log.ts';
import type { ExplainedProgram } from './program.ts';

export { englishTemplates } from './catalogue.ts';
export type { GraphEdge, GraphNode, StateGraph, StretchEnd } from './graph.ts';
export type { LogLevel } from './log.ts';
export { readLog, type ReadLog } from './read-log.ts';
export type { ExplainedMap, ExplainedProgram, ExplainedSubprogram, SourceLine } from './program.ts';

export interface Explanation {
  /** letter by letter as Linux 6.18 prints it: 1 the failing path (wants records of it), 2 everything (wants all records), 4 statistics */
  log(level: LogLevel): string;
  /** null for an accepted program */
  readonly diagnostic: Diagnostic | null;
  /** branches, rounds of loops, and what was pruned and why; complete with all records */
  readonly graph: StateGraph;
}

/** Explains a verification from its records. */
export function explain(records: Uint8Array, program: ExplainedProgram): Explanation {
  let diagnostic: Diagnostic | null | undefined;
  let graph: StateGraph | undefined;
  return {
    log: (level) => renderLog(records, program, level),
    get diagnostic() {
      if (diagnostic === undefined) diagnostic = diagnose(records, program);
      return diagnostic;
    },
    get graph() {
      return (graph ??= stateGraph(records, program));
    },
  };
}
