// What an ELF section's name says about the program in it: libbpf's section definitions.
import {
  BPF_CGROUP_INET_EGRESS,
  BPF_CGROUP_INET_INGRESS,
  BPF_XDP,
  PROGRAM_TYPES,
  type ProgramType,
} from '../bpf/programs.ts';

/**
 * libbpf's rule (section definitions): the name itself, or the name, a slash and more. A leading '?' means "do not
 * load by default".
 */
export function programTypeOf(section: string): ProgramType | null {
  const name = section.startsWith('?') ? section.slice(1) : section;
  let best: ProgramType | null = null;
  let length = -1;
  for (const type of PROGRAM_TYPES) {
    for (const prefix of type.sections) {
      const stem = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
      if ((name === stem || name.startsWith(stem + '/')) && stem.length > length) {
        best = type;
        length = stem.length;
      }
    }
  }
  return best;
}

/** expected_attach_type that libbpf would pass; 0 where the kernel does not look at it. */
export function attachTypeOf(section: string): number {
  const name = section.startsWith('?') ? section.slice(1) : section;
  if (name === 'xdp' || name.startsWith('xdp/') || name.startsWith('xdp.frags')) return BPF_XDP;
  if (name.startsWith('cgroup_skb/egress')) return BPF_CGROUP_INET_EGRESS;
  return BPF_CGROUP_INET_INGRESS;
}
