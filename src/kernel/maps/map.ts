// What every map has, whatever its type.

export class BpfMap {
  id: i32 = 0;
  name: string = '';
  type: i32 = 0;
  keySize: u32 = 0;
  valueSize: u32 = 0;
  maxEntries: u32 = 0;
  flags: u32 = 0;
  /** BPF_MAP_FREEZE was called: user space may no longer write, and the verifier may fold constants from a read-only map */
  frozen: bool = false;
  btf: usize = 0;
  btfKeyTypeId: u32 = 0;
  btfValueTypeId: u32 = 0;
  innerMap: BpfMap | null = null;

  /** Linear address of the value at byte `offset` of an array's first element (Linux: map_direct_value_addr); 0: not possible. */
  directValue(_offset: u32): usize {
    return 0;
  }
}
