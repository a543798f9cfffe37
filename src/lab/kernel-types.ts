// The types of the two simulated kernels, for objects that depend on them: made when first asked for, then kept.
import type { KernelVersion } from '../bpf/kernel-types.ts';
import { kernelBtf } from '../compiler/kernel-btf.ts';
import { parseBtf } from '../loader/btf.ts';
import { KernelTypes } from '../loader/core.ts';
import type { Kernel } from '../loader/kernel.ts';
import { finish, loadObjectSteps, type LoadedObject, type LoadOptions } from '../loader/load.ts';
import { isProblem, type LoadProblem } from '../loader/problems.ts';

const KEPT = new Map<KernelVersion, KernelTypes>();

export function typesOfKernel(version: KernelVersion): KernelTypes {
  const kept = KEPT.get(version);
  if (kept) return kept;
  const btf = parseBtf(kernelBtf(version));
  if (isProblem(btf)) throw new Error(btf.problem.message);
  const types = new KernelTypes(btf);
  KEPT.set(version, types);
  return types;
}

/** Loads an object into a kernel that knows its own types. */
export const loadInto = (
  kernel: Kernel,
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions = {},
): LoadedObject | LoadProblem => finish(loadIntoSteps(kernel, bytes, fileName, options));

/** The same, step by step: loadObjectSteps(). */
export const loadIntoSteps = (
  kernel: Kernel,
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions,
): Generator<number, LoadedObject | LoadProblem, boolean> =>
  loadObjectSteps(kernel, bytes, fileName, { ...options, typesOfKernel });
