// The page's handle on the lab: starts the worker at first use, gives up on it when it hangs, starts a new one.
import type {
  BytecodeReport,
  CheckReport,
  LiveReport,
  MapEdit,
  Project,
  ReplayProgress,
  ReplayReport,
  RunReport,
  Scenario,
  VerifyProgress,
} from './api.ts';
import type { ExerciseReport } from './exercise.ts';
import type { ExerciseDescription } from './exercise-schema.ts';
import type { LabRequest, LabResponse, LanguageAnswers, LanguageQuery, PathScenario } from './messages.ts';
import type { PathReport } from './path-report.ts';
import type { ThreeWaysOrder, ThreeWaysProgress, ThreeWaysReport, WayOrder, WayReport } from './way-report.ts';

export type LabOutcome<Report> =
  | { readonly ok: true; readonly report: Report }
  /** `timeout`: stopped after the limit; `crashed`: an exception, our bug; `cancelled`: by the caller */
  | { readonly ok: false; readonly reason: 'timeout' | 'crashed' | 'cancelled'; readonly message: string };

/** A check that a newer one overtook is cancelled; a run waits for nothing. */
export interface Lab {
  check(project: Project): Promise<LabOutcome<CheckReport>>;
  /** `progress` is told during a long verification; the signal ends that, and the report says so like any other refusal */
  run(
    project: Project,
    scenario: Scenario,
    options?: { readonly progress?: (progress: VerifyProgress) => void; readonly signal?: AbortSignal },
  ): Promise<LabOutcome<RunReport>>;
  /** null in the report: the project does not compile */
  bytecode(project: Project): Promise<LabOutcome<BytecodeReport | null>>;
  /** the ways that packets take through a network with the project's programs in it */
  path(project: Project, scenario: PathScenario): Promise<LabOutcome<PathReport>>;
  /** an exercise's checks on the reader's text */
  exercise(exercise: ExerciseDescription, source: string): Promise<LabOutcome<ExerciseReport>>;
  /** changes a map of the program that ran last; null in the report: nothing is loaded any more */
  editMap(edit: MapEdit): Promise<LabOutcome<LiveReport | null>>;
  /** the packets once more, through the program that ran last */
  send(scenario: Scenario): Promise<LabOutcome<LiveReport | null>>;
  /** a question of the editor about a text; one that cannot be answered just now is answered with null */
  language<Ask extends LanguageQuery['ask']>(
    project: Project,
    query: LanguageQuery & { readonly ask: Ask },
  ): Promise<LanguageAnswers[Ask] | null>;
  /**
   * A capture through the project's program. `progress` is told after each slice; the signal ends the replay after the one that it is
   * in, and the report is of what was done. The capture's buffer goes to the worker: the caller's view of it is empty afterwards.
   */
  replay(
    project: Project,
    capture: Uint8Array<ArrayBuffer>,
    options?: ReplayRequest,
  ): Promise<LabOutcome<ReplayReport>>;
  /** a patch or a module, built, booted or loaded, upon a few packets */
  way(order: WayOrder): Promise<LabOutcome<WayReport>>;
  /** one job, three ways, the same packets; `progress` and the signal as with a replay */
  threeWays(
    order: ThreeWaysOrder,
    options?: { readonly progress?: (progress: ThreeWaysProgress) => void; readonly signal?: AbortSignal },
  ): Promise<LabOutcome<ThreeWaysReport>>;
  cancel(): void;
}

export interface ReplayRequest {
  readonly program?: string;
  readonly progress?: (progress: ReplayProgress) => void;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly settle: (outcome: LabOutcome<never> | { ok: true; report: never }) => void;
  timer: ReturnType<typeof setTimeout>;
  readonly kind: LabRequest['kind'];
  readonly progress?: ((progress: ReplayProgress | ThreeWaysProgress | VerifyProgress) => void) | undefined;
}

/** Milliseconds after which a request is given up and the worker is replaced; the first one also pays for loading. */
const LIMIT = 10_000;

type Work<R> = R extends { id: number } ? Omit<R, 'id'> : never;

export function createLab(start: () => Worker = startWorker): Lab {
  let worker: Worker | null = null;
  let next = 1;
  const pending = new Map<number, Pending>();

  function stop(reason: 'timeout' | 'crashed' | 'cancelled', message: string): void {
    worker?.terminate();
    worker = null;
    const lost = [...pending.values()];
    pending.clear();
    for (const request of lost) {
      clearTimeout(request.timer);
      request.settle({ ok: false, reason, message });
    }
  }

  function running(): Worker {
    if (worker) return worker;
    worker = start();
    worker.onmessage = (event: MessageEvent<LabResponse>) => {
      const response = event.data;
      const request = pending.get(response.id);
      if (!request) return;
      if (response.kind === 'progress') {
        // Whoever makes headway does not hang, and nor do those that wait behind it.
        for (const waiting of pending.values()) {
          clearTimeout(waiting.timer);
          waiting.timer = setTimeout(() => stop('timeout', ''), LIMIT);
        }
        request.progress?.(response.progress);
        return;
      }
      pending.delete(response.id);
      clearTimeout(request.timer);
      if (response.kind === 'crashed') {
        request.settle({ ok: false, reason: 'crashed', message: response.message });
        stop('crashed', response.message);
      } else if (response.kind !== 'ready') {
        request.settle({ ok: true, report: response.report as never });
      }
    };
    worker.onerror = (event) => stop('crashed', event.message || 'the lab could not be loaded');
    return worker;
  }

  function ask<Report>(
    work: Work<LabRequest>,
    options: { progress?: Pending['progress']; transfer?: Transferable[]; id?: number } = {},
  ): Promise<LabOutcome<Report>> {
    return new Promise((resolve) => {
      const id = options.id ?? next++;
      const timer = setTimeout(() => stop('timeout', ''), LIMIT);
      pending.set(id, { settle: resolve, timer, kind: work.kind, progress: options.progress });
      running().postMessage({ ...work, id }, options.transfer ?? []);
    });
  }

  /** Work that says how far it is, and can be called off after the slice that it is in. */
  async function long<Report>(
    work: Work<LabRequest>,
    {
      signal,
      ...options
    }: { signal: AbortSignal | undefined; progress: Pending['progress']; transfer?: Transferable[] },
  ): Promise<LabOutcome<Report>> {
    const id = next++;
    const abort = (): void => worker?.postMessage({ id: next++, kind: 'cancel', target: id } satisfies LabRequest);
    signal?.addEventListener('abort', abort);
    const outcome = ask<Report>(work, { ...options, id });
    if (signal?.aborted) abort();
    try {
      return await outcome;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  return {
    check(project) {
      for (const [id, request] of pending) {
        if (request.kind !== 'check') continue;
        pending.delete(id);
        clearTimeout(request.timer);
        request.settle({ ok: false, reason: 'cancelled', message: '' });
      }
      return ask<CheckReport>({ kind: 'check', project });
    },
    async language<Ask extends LanguageQuery['ask']>(project: Project, query: LanguageQuery & { readonly ask: Ask }) {
      const outcome = await ask<LanguageAnswers[Ask]>({ kind: 'language', project, query });
      return outcome.ok ? outcome.report : null;
    },
    run: (project, scenario, { progress, signal } = {}) =>
      long<RunReport>(
        { kind: 'run', project, scenario },
        { signal, progress: progress && ((it) => progress(it as VerifyProgress)) },
      ),
    bytecode: (project) => ask<BytecodeReport | null>({ kind: 'bytecode', project }),
    path: (project, scenario) => ask<PathReport>({ kind: 'path', project, scenario }),
    exercise: (exercise, source) => ask<ExerciseReport>({ kind: 'exercise', exercise, source }),
    editMap: (edit) => ask<LiveReport | null>({ kind: 'edit-map', edit }),
    send: (scenario) => ask<LiveReport | null>({ kind: 'send', scenario }),
    replay(project, capture, { program, progress, signal } = {}) {
      const work = { kind: 'replay', project, capture, ...(program === undefined ? {} : { program }) } as const;
      return long<ReplayReport>(work, {
        signal,
        transfer: [capture.buffer],
        progress: progress && ((it) => progress(it as ReplayProgress)),
      });
    },
    way: (order) => ask<WayReport>({ kind: 'way', order }),
    threeWays: (order, { progress, signal } = {}) =>
      long<ThreeWaysReport>(
        { kind: 'three-ways', order },
        { signal, progress: progress && ((it) => progress(it as ThreeWaysProgress)) },
      ),
    cancel: () => stop('cancelled', ''),
  };
}

function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}
