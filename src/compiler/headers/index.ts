// The headers that #include finds without a file system: path → text.
import { LINUX_BPF } from './bpf.ts';
import { COMPILER_TEXTS } from './compiler.ts';
import { LIBBPF_HEADERS } from './libbpf.ts';
import { NETWORK_HEADERS } from './network.ts';
import { TYPE_HEADERS } from './types.ts';
import { VMLINUX_HEADERS, vmlinuxHeader } from './vmlinux.ts';

const VMLINUX = 'vmlinux.h';

/** vmlinux.h is as long as all others together: it is made when somebody wants to read it. */
class Headers extends Map<string, string> {
  override get(name: string): string | undefined {
    if (name === VMLINUX && super.get(name) === '') this.set(name, vmlinuxHeader());
    return super.get(name);
  }
  override [Symbol.iterator](): MapIterator<[string, string]> {
    this.get(VMLINUX);
    return super[Symbol.iterator]();
  }
}

export const HEADERS: ReadonlyMap<string, string> = new Headers([
  ...Object.entries(TYPE_HEADERS),
  ...Object.entries(NETWORK_HEADERS),
  ['linux/bpf.h', LINUX_BPF] as const,
  ...Object.entries(LIBBPF_HEADERS),
  ...Object.entries(VMLINUX_HEADERS),
  [VMLINUX, ''] as const,
]);

/** The kernel's own, for modules and patches: found before the others, which #include_next reaches. */
export { kernelHeader } from './kernel.ts';

/** The compiler's own: found in every mode, behind -I. */
export const COMPILER_HEADERS: ReadonlyMap<string, string> = new Map(Object.entries(COMPILER_TEXTS));
