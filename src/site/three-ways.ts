// The programs of the three-way comparison: for each mistake a patch, a module and an eBPF program, the same files that Linux builds.
import type { ThreeWaysPrograms } from '../playground/three-ways-folder.ts';
import { exampleFile } from './examples.ts';

/** mistake → its file in examples/kernel-patch, kernel-module and three-ways */
const FILES = {
  none: ['ip_input.c', 'drop.c', 'filter.bpf.c'],
  null: ['null-bug.c', 'null-bug.c', 'null-bug.bpf.c'],
  'use-after-free': ['use-after-free.c', 'use-after-free.c', 'use-after-free.bpf.c'],
  'wild-write': ['wild-write.c', 'wild-write.c', 'wild-write.bpf.c'],
  'endless-loop': ['endless-loop.c', 'endless-loop.c', 'endless-loop.bpf.c'],
} as const;

export function threeWaysPrograms(): ThreeWaysPrograms {
  return Object.fromEntries(
    Object.entries(FILES).map(([fault, [patch, module, ebpf]]) => [
      fault,
      {
        patch: exampleFile('kernel-patch', patch),
        module: exampleFile('kernel-module', module),
        ebpf: exampleFile('three-ways', ebpf),
      },
    ]),
  );
}
