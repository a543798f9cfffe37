// BPF_MAP_TYPE_PERF_EVENT_ARRAY: a perf event for each CPU, which bpf_perf_event_output writes samples to. The host opens events
// (openPerfEvent) in place of perf_event_open(2), puts their descriptors in, and reads the samples.
import { E2BIG, EINVAL, ENOENT, ENOTSUPP, EOPNOTSUPP } from '../generated/errno';
import { BPF_F_NUMA_NODE, BPF_F_PRESERVE_ELEMS, BPF_F_RDONLY, BPF_F_WRONLY } from '../generated/maps';
import { PerfEvent, perfEventOf, wrongFile } from '../syscall/files';
import { BpfMap } from './map';

const FLAGS: u32 = <u32>(BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_PRESERVE_ELEMS);

export class PerfEventArrayMap extends BpfMap {
  events: StaticArray<PerfEvent | null> = new StaticArray<PerfEvent | null>(0);

  create(): i32 {
    if (this.maxEntries == 0 || this.keySize != 4 || this.valueSize != 4 || this.flags & ~FLAGS) return -EINVAL;
    this.events = new StaticArray<PerfEvent | null>(this.maxEntries);
    return 0;
  }

  write(key: usize, value: usize, flags: u64): i32 {
    if (flags != 0) return -EINVAL;
    const index = load<u32>(key);
    if (index >= this.maxEntries) return -E2BIG;
    const event = perfEventOf(load<u32>(value));
    if (event == null) return wrongFile(load<u32>(value));
    this.events[index] = event;
    return 0;
  }

  remove(key: usize): i32 {
    const index = load<u32>(key);
    if (index >= this.maxEntries) return -E2BIG;
    if (this.events[index] == null) return -ENOENT;
    this.events[index] = null;
    return 0;
  }

  read(_key: usize, _to: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  nextKey(key: usize, next: usize): i32 {
    const index = key == 0 ? u32.MAX_VALUE : load<u32>(key);
    if (index >= this.maxEntries) {
      store<u32>(next, 0);
      return 0;
    }
    if (index == this.maxEntries - 1) return -ENOENT;
    store<u32>(next, index + 1);
    return 0;
  }

  /** Adds a sample of two parts for `cpu` in entry `index`. 0 or -errno (Linux: __bpf_perf_event_output). */
  output(index: u32, cpu: u32, data: usize, size: u32, more: usize, moreSize: u32): i32 {
    if (index >= this.maxEntries) return -E2BIG;
    const event = this.events[index];
    if (event == null) return -ENOENT;
    if (event.cpu != cpu) return -EOPNOTSUPP;
    return event.add(data, size, more, moreSize);
  }
}
