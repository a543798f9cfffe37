// What the worker does with its messages: one after the other, as there is one kernel; only calling off a replay overtakes.
import type { LanguageService } from '../compiler/service/index.ts';
import { DEFAULT_BUDGET, type LabEngine } from './lab.ts';
import type { LabRequest, LabResponse } from './messages.ts';

/** What the thread that it works on can do. */
export interface Thread {
  readonly post: (response: LabResponse) => void;
  /** milliseconds from any fixed point */
  readonly now: () => number;
  /** a turn of the event loop: messages that came in meanwhile are received */
  readonly nextTurn: () => Promise<void>;
}

/** Milliseconds between two reports of progress: a bar that moves faster only costs. */
const PROGRESS = 50;

export class Requests {
  readonly #engine: Promise<LabEngine>;
  readonly #thread: Thread;
  readonly #start: (() => Promise<LabEngine>) | null;
  #spare: Promise<LabEngine> | null = null;
  readonly #cancelled = new Set<number>();
  #last: Promise<void> = Promise.resolve();
  /** Loaded with the first question of an editor: whoever only runs programs never pays for it. */
  #service: Promise<LanguageService> | null = null;

  /** `start` makes another machine; without it there is only the one. */
  constructor(engine: Promise<LabEngine>, thread: Thread, start: (() => Promise<LabEngine>) | null = null) {
    this.#engine = engine;
    this.#thread = thread;
    this.#start = start;
  }

  /** A machine for what must not disturb the program that is loaded, whose maps the reader may be looking at. */
  #second(): Promise<LabEngine> {
    if (!this.#start) return this.#engine;
    return (this.#spare ??= this.#start());
  }

  /** Settles when the request is answered. */
  receive(request: LabRequest): Promise<void> {
    if (request.kind === 'cancel') {
      this.#cancelled.add(request.target);
      return Promise.resolve();
    }
    // An editor's question needs no kernel, and the listing has one of its own: they wait for nobody.
    if (request.kind === 'language' || request.kind === 'bytecode') return this.#guarded(request);
    this.#last = this.#last.then(() => this.#guarded(request));
    return this.#last;
  }

  /** An exception is our own mistake, and is reported as such. */
  async #guarded(request: LabRequest): Promise<void> {
    try {
      this.#thread.post(await this.#answer(request));
    } catch (error) {
      const message = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
      this.#thread.post({ id: request.id, kind: 'crashed', message });
    }
  }

  async #answer(request: LabRequest): Promise<LabResponse> {
    const { id } = request;
    switch (request.kind) {
      case 'language': {
        this.#service ??= import('../compiler/service/index.ts').then((module) => new module.LanguageService());
        const { project, query } = request;
        // A patch is understood as the kernel's own folder has it, whose headers it includes.
        const beside = project.target === 'patch' ? (await import('./kernel-lab.ts')).kernelSources : null;
        const service = await this.#service;
        return { id, kind: 'answered', report: service.answer(beside ? { ...project, beside } : project, query) };
      }
      case 'bytecode': {
        const { bytecodeOf } = await import('./bytecode.ts');
        return { id, kind: 'listed', report: bytecodeOf(request.project, await this.#second()) };
      }
      case 'path': {
        const { pathOf } = await import('./path-report.ts');
        const { network, ...options } = request.scenario;
        return { id, kind: 'traced', report: pathOf(await this.#second(), request.project, network, options) };
      }
      case 'check':
        // A module or a patch is only compiled: there is no verifier to ask.
        if (request.project.target !== undefined) {
          const { checkWay } = await import('./ways.ts');
          return { id, kind: 'checked', report: checkWay(request.project) };
        }
        return {
          id,
          kind: 'checked',
          report: await this.#stepped(id, (await this.#engine).checkSteps(request.project)),
        };
      case 'run': {
        const lab = await this.#engine;
        const report = await this.#stepped(id, lab.runSteps(request.project, request.scenario));
        if (lab.current?.program.linked.type.name !== 'perf_event') return { id, kind: 'ran', report };
        const { profileRun } = await import('./profile.ts');
        return { id, kind: 'ran', report: profileRun(lab, request.scenario, report) };
      }
      case 'exercise': {
        const { checkExercise } = await import('./exercise.ts');
        const report = await checkExercise(await this.#engine, request.exercise, request.source);
        return { id, kind: 'exercised', report };
      }
      case 'way': {
        const { runWay } = await import('./ways.ts');
        const lab = await this.#engine;
        lab.current = null;
        return { id, kind: 'went', report: runWay(lab.kernel, request.order) };
      }
      case 'three-ways':
        return this.#compare(request);
      case 'replay':
        return this.#replay(request);
      case 'edit-map':
      case 'send': {
        const lab = await this.#engine;
        const { editMap, sendAgain } = await import('./live.ts');
        const run = lab.current;
        if (run === null) return { id, kind: 'live', report: null };
        const report =
          request.kind === 'edit-map'
            ? editMap(lab.kernel, run, request.edit)
            : sendAgain(lab.kernel, run, request.scenario, DEFAULT_BUDGET);
        return { id, kind: 'live', report };
      }
      case 'cancel':
        return { id, kind: 'ready' };
    }
  }

  async #replay(request: Extract<LabRequest, { kind: 'replay' }>): Promise<LabResponse> {
    const { id, project, capture, program } = request;
    // The compiler to WebAssembly comes along with it, and only then.
    const { replayProject } = await import('./replay-project.ts');
    let shown = -Infinity;
    const report = await replayProject(await this.#engine, project, capture, {
      ...(program === undefined ? {} : { program }),
      now: this.#thread.now,
      pause: this.#thread.nextTurn,
      cancelled: () => this.#cancelled.has(id),
      progress: (progress) => {
        if (this.#thread.now() - shown < PROGRESS) return;
        shown = this.#thread.now();
        this.#thread.post({ id, kind: 'progress', progress });
      },
    });
    this.#cancelled.delete(id);
    return { id, kind: 'replayed', report };
  }

  async #compare(request: Extract<LabRequest, { kind: 'three-ways' }>): Promise<LabResponse> {
    const { id, order } = request;
    const { runThreeWays } = await import('./three-ways.ts');
    const lab = await this.#engine;
    lab.current = null;
    return { id, kind: 'compared', report: await this.#stepped(id, runThreeWays(lab.kernel, order)) };
  }

  /** Work that pauses by itself: shows how far it is, and calls it off (`next(true)`) where that was asked for. */
  async #stepped<Report>(
    id: number,
    work: Generator<Extract<LabResponse, { kind: 'progress' }>['progress'], Report, boolean>,
  ): Promise<Report> {
    let shown = -Infinity;
    let step = work.next(false);
    while (!step.done) {
      if (this.#thread.now() - shown >= PROGRESS) {
        shown = this.#thread.now();
        this.#thread.post({ id, kind: 'progress', progress: step.value });
        await this.#thread.nextTurn();
      }
      step = work.next(this.#cancelled.has(id));
    }
    this.#cancelled.delete(id);
    return step.value;
  }
}
