// The lab in a worker: everything heavy happens here, off the page's thread. The only file that posts messages.
import kernelUrl from '../kernel/generated/kernel.wasm?url';
import { LabEngine } from './lab.ts';
import type { LabRequest } from './messages.ts';
import { Requests } from './requests.ts';

async function start(): Promise<LabEngine> {
  // Not compileStreaming: some static hosts do not name the type that it insists on.
  const response = await fetch(kernelUrl);
  if (!response.ok) throw new Error(`${kernelUrl}: ${response.status}`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  return LabEngine.create(module, { now: () => performance.now() });
}

const requests = new Requests(start(), {
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
});

self.onmessage = (event: MessageEvent<LabRequest>): void => void requests.receive(event.data);
