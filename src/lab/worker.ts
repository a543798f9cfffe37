// The lab in a worker: everything heavy happens here, off the page's thread. The only file that posts messages.
import kernelUrl from '../kernel/generated/kernel.wasm?url';
import { DEFAULT_BUDGET, LabEngine } from './lab.ts';
import type { LanguageService } from '../compiler/service/index.ts';
import type { LabRequest, LabResponse } from './messages.ts';

async function start(): Promise<LabEngine> {
  // Not compileStreaming: some static hosts do not name the type that it insists on.
  const response = await fetch(kernelUrl);
  if (!response.ok) throw new Error(`${kernelUrl}: ${response.status}`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  return LabEngine.create(module, { now: () => performance.now() });
}

const engine = start();
/** Loaded with the first question of an editor: whoever only runs programs never pays for it. */
let service: Promise<LanguageService> | null = null;
const languageService = (): Promise<LanguageService> =>
  (service ??= import('../compiler/service/index.ts').then((module) => new module.LanguageService()));
const post = (response: LabResponse): void => postMessage(response);

self.onmessage = async (event: MessageEvent<LabRequest>): Promise<void> => {
  const request = event.data;
  const { id } = request;
  try {
    if (request.kind === 'language') {
      const answers = await languageService();
      post({ id, kind: 'answered', report: answers.answer(request.project, request.query) });
      return;
    }
    if (request.kind === 'bytecode') {
      const { bytecodeOf } = await import('./bytecode.ts');
      post({ id, kind: 'listed', report: bytecodeOf(request.project) });
      return;
    }
    const lab = await engine;
    if (request.kind === 'check') post({ id, kind: 'checked', report: lab.check(request.project) });
    else if (request.kind === 'run') post({ id, kind: 'ran', report: lab.run(request.project, request.scenario) });
    else {
      const { editMap, sendAgain } = await import('./live.ts');
      const run = lab.current;
      const report =
        run === null
          ? null
          : request.kind === 'edit-map'
            ? editMap(lab.kernel, run, request.edit)
            : sendAgain(lab.kernel, run, request.scenario, DEFAULT_BUDGET);
      post({ id, kind: 'live', report });
    }
  } catch (error) {
    post({
      id,
      kind: 'crashed',
      message: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error),
    });
  }
};
