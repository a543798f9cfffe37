// Which engine runs a kernel's programs: the interpreter, or code that src/jit compiles when a program is loaded.
import { Jit, type CompilingKernel } from '../jit/attach.ts';
import type { Engine, Kernel } from './kernel.ts';

const compilers = new WeakMap<Kernel, Jit>();

function compilerOf(kernel: Kernel): Jit {
  let jit = compilers.get(kernel);
  if (jit) return jit;
  const fresh = (jit = new Jit(kernel as unknown as CompilingKernel));
  compilers.set(kernel, jit);
  kernel.atBoot.push(() => fresh.reset());
  return jit;
}

/** After kernel.boot(): the compiled forms of the programs that were are gone. */
export function forgetCompiled(kernel: Kernel): void {
  compilers.get(kernel)?.reset();
}

/**
 * Makes the loaded programs `fds` ready for `engine` and chooses it. An unverified program is compiled with its checks whatever is
 * asked for. `counting: false` leaves out the exact count of instructions (instructionsRun() then means little), for speed.
 */
export function useEngine(
  kernel: Kernel,
  engine: Engine,
  fds: readonly number[],
  options: { readonly counting?: boolean } = {},
): void {
  kernel.setEngine(engine);
  if (engine === 'interpreter') return;
  const jit = compilerOf(kernel);
  for (const fd of fds) jit.attach(fd, { checked: engine === 'jit-checked', counting: options.counting ?? true });
}
