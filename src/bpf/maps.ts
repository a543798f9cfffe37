// Map types: number, name, and what creation asks of key and value.

export interface MapType {
  readonly id: number;
  /** bpftool's and `lab --map`'s word */
  readonly name: string;
  /** the constant's name in linux/bpf.h */
  readonly constant: string;
  /** is the type simulated? A map of any other type is refused at creation with a message that says so. */
  readonly simulated: boolean;
}

export const MAP_TYPES: readonly MapType[] = [
  { id: 1, name: 'hash', constant: 'BPF_MAP_TYPE_HASH', simulated: true },
  { id: 2, name: 'array', constant: 'BPF_MAP_TYPE_ARRAY', simulated: true },
  { id: 3, name: 'prog_array', constant: 'BPF_MAP_TYPE_PROG_ARRAY', simulated: true },
  { id: 4, name: 'perf_event_array', constant: 'BPF_MAP_TYPE_PERF_EVENT_ARRAY', simulated: true },
  { id: 5, name: 'percpu_hash', constant: 'BPF_MAP_TYPE_PERCPU_HASH', simulated: true },
  { id: 6, name: 'percpu_array', constant: 'BPF_MAP_TYPE_PERCPU_ARRAY', simulated: true },
  { id: 7, name: 'stack_trace', constant: 'BPF_MAP_TYPE_STACK_TRACE', simulated: true },
  { id: 8, name: 'cgroup_array', constant: 'BPF_MAP_TYPE_CGROUP_ARRAY', simulated: false },
  { id: 9, name: 'lru_hash', constant: 'BPF_MAP_TYPE_LRU_HASH', simulated: true },
  { id: 10, name: 'lru_percpu_hash', constant: 'BPF_MAP_TYPE_LRU_PERCPU_HASH', simulated: true },
  { id: 11, name: 'lpm_trie', constant: 'BPF_MAP_TYPE_LPM_TRIE', simulated: true },
  { id: 12, name: 'array_of_maps', constant: 'BPF_MAP_TYPE_ARRAY_OF_MAPS', simulated: true },
  { id: 13, name: 'hash_of_maps', constant: 'BPF_MAP_TYPE_HASH_OF_MAPS', simulated: true },
  { id: 14, name: 'devmap', constant: 'BPF_MAP_TYPE_DEVMAP', simulated: true },
  { id: 15, name: 'sockmap', constant: 'BPF_MAP_TYPE_SOCKMAP', simulated: false },
  { id: 16, name: 'cpumap', constant: 'BPF_MAP_TYPE_CPUMAP', simulated: true },
  { id: 17, name: 'xskmap', constant: 'BPF_MAP_TYPE_XSKMAP', simulated: false },
  { id: 18, name: 'sockhash', constant: 'BPF_MAP_TYPE_SOCKHASH', simulated: false },
  { id: 19, name: 'cgroup_storage', constant: 'BPF_MAP_TYPE_CGROUP_STORAGE', simulated: true },
  { id: 20, name: 'reuseport_sockarray', constant: 'BPF_MAP_TYPE_REUSEPORT_SOCKARRAY', simulated: false },
  { id: 21, name: 'percpu_cgroup_storage', constant: 'BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE', simulated: true },
  { id: 22, name: 'queue', constant: 'BPF_MAP_TYPE_QUEUE', simulated: true },
  { id: 23, name: 'stack', constant: 'BPF_MAP_TYPE_STACK', simulated: true },
  { id: 24, name: 'sk_storage', constant: 'BPF_MAP_TYPE_SK_STORAGE', simulated: true },
  { id: 25, name: 'devmap_hash', constant: 'BPF_MAP_TYPE_DEVMAP_HASH', simulated: true },
  { id: 26, name: 'struct_ops', constant: 'BPF_MAP_TYPE_STRUCT_OPS', simulated: false },
  { id: 27, name: 'ringbuf', constant: 'BPF_MAP_TYPE_RINGBUF', simulated: true },
  { id: 28, name: 'inode_storage', constant: 'BPF_MAP_TYPE_INODE_STORAGE', simulated: false },
  { id: 29, name: 'task_storage', constant: 'BPF_MAP_TYPE_TASK_STORAGE', simulated: true },
  { id: 30, name: 'bloom_filter', constant: 'BPF_MAP_TYPE_BLOOM_FILTER', simulated: true },
  { id: 31, name: 'user_ringbuf', constant: 'BPF_MAP_TYPE_USER_RINGBUF', simulated: false },
  { id: 32, name: 'cgrp_storage', constant: 'BPF_MAP_TYPE_CGRP_STORAGE', simulated: false },
  { id: 33, name: 'arena', constant: 'BPF_MAP_TYPE_ARENA', simulated: false },
];

const PER_CPU: ReadonlySet<number> = new Set([5, 6, 10, 21]);

/** Does every processor have a value of its own for each key? */
export const isPerCpu = (type: number): boolean => PER_CPU.has(type);

/** Bytes of a value as user space gets it: of a per-CPU map one for each processor, in multiples of eight. */
export const userValueSize = (type: number, valueSize: number, cpus: number): number =>
  isPerCpu(type) ? ((valueSize + 7) & ~7) * cpus : valueSize;

/** Flags of BPF_MAP_CREATE. */
export const BPF_F_NO_PREALLOC = 1 << 0;
export const BPF_F_NO_COMMON_LRU = 1 << 1;
export const BPF_F_NUMA_NODE = 1 << 2;
export const BPF_F_RDONLY = 1 << 3;
export const BPF_F_WRONLY = 1 << 4;
export const BPF_F_STACK_BUILD_ID = 1 << 5;
export const BPF_F_ZERO_SEED = 1 << 6;
export const BPF_F_RDONLY_PROG = 1 << 7;
export const BPF_F_WRONLY_PROG = 1 << 8;
export const BPF_F_CLONE = 1 << 9;
export const BPF_F_MMAPABLE = 1 << 10;
export const BPF_F_PRESERVE_ELEMS = 1 << 11;
export const BPF_F_INNER_MAP = 1 << 12;

/** Flags of updates. */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;
export const BPF_F_LOCK = 4;
