// A capture through a project's program: compiled, verified, translated to WebAssembly, and run slice by slice, so that whoever asked
// sees how far it is and may call it off. The page's worker and the tests come through here; `lab replay` does the same by hand.
import { useEngine } from '../loader/engine.ts';
import { isProblem, problem } from '../loader/problems.ts';
import type { Project, ReplayProgress, ReplayReport } from './api.ts';
import type { LabEngine } from './lab.ts';
import { dumpMap } from './maps.ts';
import { labDiagnostic } from './problems.ts';
import { openCapture, replayCapture } from './replay.ts';

/** Program types that take packets. */
export const REPLAYED_TYPES: readonly string[] = ['xdp', 'tc', 'socket', 'cgroup_skb'];

export interface ReplayOptions {
  /** name of the program; needed when the object has several */
  readonly program?: string;
  readonly seed?: number;
  /** after each slice */
  readonly progress?: (progress: ReplayProgress) => void;
  /** asked after each slice: true ends the replay there */
  readonly cancelled?: () => boolean;
  /** between two slices: lets the thread attend to what came in meanwhile */
  readonly pause?: () => Promise<void>;
  /** milliseconds from any fixed point; only ever shown */
  readonly now?: () => number;
}

/** Return values by name; all from the 15th on are "other". */
export function namedVerdicts(
  verdicts: readonly number[],
  names: Readonly<Record<number, string>>,
): Record<string, number> {
  const named = (value: number): string => names[value] ?? (value === 15 ? 'other' : String(value));
  return Object.fromEntries(verdicts.flatMap((count, value) => (count > 0 ? [[named(value), count]] : [])));
}

/** Problems of project and capture are diagnostics in the report; then nothing has run. */
export async function replayProject(
  lab: LabEngine,
  project: Project,
  bytes: Uint8Array,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const now = options.now ?? (() => 0);
  const nothing: ReplayReport = {
    diagnostics: [],
    program: null,
    packets: 0,
    verdicts: {},
    maps: [],
    fault: null,
    short: 0,
    cut: false,
    cancelled: false,
    milliseconds: 0,
  };
  const capture = openCapture(bytes);
  if ('problem' in capture) return { ...nothing, diagnostics: [capture.problem] };
  const { diagnostics, loaded } = lab.prepare(project, options);
  if (!loaded || isProblem(loaded)) {
    return { ...nothing, diagnostics: loaded ? [...diagnostics, loaded.problem] : diagnostics };
  }
  const [program] = loaded.programs;
  if (!program || diagnostics.some(({ severity }) => severity === 'error')) return { ...nothing, diagnostics };
  const { name, type } = program.linked;
  const refused = (): ReplayReport['diagnostics'][number] | null => {
    if (loaded.programs.length > 1)
      return problem('L015', { programs: loaded.programs.map((one) => one.linked.name).join(', ') }).problem;
    if (program.missing) return problem('L017', { helper: program.missing.name }).problem;
    return REPLAYED_TYPES.includes(type.name) ? null : labDiagnostic('S014', { program: name, type: type.name });
  };
  const refusal = refused();
  if (refusal) return { ...nothing, diagnostics: [...diagnostics, refusal] };

  // Whole captures: speed counts, and the verifier has bounded every run.
  useEngine(lab.kernel, 'jit', [program.fd], { counting: false });
  const began = now();
  const slices = replayCapture(lab.kernel, program.fd, bytes, capture);
  let cancelled = false;
  let step = slices.next(false);
  while (!step.done) {
    options.progress?.(step.value);
    await options.pause?.();
    cancelled = options.cancelled?.() ?? false;
    step = slices.next(cancelled);
  }
  const { packets, verdicts, fault, short, cut } = step.value;
  return {
    diagnostics,
    program: name,
    packets,
    verdicts: namedVerdicts(verdicts, type.returnNames),
    maps: loaded.maps.map((map) => dumpMap(lab.kernel, map, loaded.object.btf)),
    fault,
    short,
    cut: cut && !cancelled,
    cancelled,
    milliseconds: now() - began,
  };
}
