// The lab in a worker: everything heavy happens here, off the page's thread. The only file that posts messages.
import kernelUrl from '../kernel/generated/kernel.wasm?url';
import { LabEngine } from './lab.ts';
import type { LabRequest } from './messages.ts';
import { Requests, type Thread } from './requests.ts';

async function kernelModule(): Promise<WebAssembly.Module> {
  // Not compileStreaming: some static hosts do not name the type that it insists on.
  const response = await fetch(kernelUrl);
  if (!response.ok) throw new Error(`${kernelUrl}: ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

const module = kernelModule();
const start = async (): Promise<LabEngine> => LabEngine.create(await module, { now: () => performance.now() });

const thread: Thread = {
  post: (response) => postMessage(response),
  now: () => performance.now(),
  // A message to oneself comes at once; a timer would wait four milliseconds each time.
  nextTurn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }),
};
const requests = new Requests(start(), thread, start);

self.onmessage = (event: MessageEvent<LabRequest>): void => void requests.receive(event.data);
