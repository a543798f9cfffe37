// BPF_MAP_TYPE_LPM_TRIE: the longest prefix that matches. A key is its length in bits (u32), then the bits in network order.
//
// A path-compressed binary trie: a node has a prefix and two children; nodes that only mark a branch have no value.
import { EEXIST, EINVAL, ENOENT, ENOMEM, ENOSPC } from '../generated/errno';
import {
  BPF_EXIST,
  BPF_F_NO_PREALLOC,
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_NOEXIST,
} from '../generated/maps';
import { freeObject, reserve } from '../memory/arena';
import { expose } from '../memory/shadow';
import { BpfMap, slotSize } from './map';

const FLAGS: u32 = <u32>(
  (BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)
);
const MOST_DATA: u32 = 256;

/** Node: children u32 × 2, prefix length u32, has a value u32; then the bits, then the value. */
const CHILD: usize = 0;
const LENGTH: usize = 8;
const REAL: usize = 12;
const BITS: usize = 16;

export class TrieMap extends BpfMap {
  root: usize = 0;
  count: u32 = 0;
  dataSize: u32 = 0;
  valueAt: usize = 0;

  create(): i32 {
    if (this.maxEntries == 0 || !(this.flags & BPF_F_NO_PREALLOC) || this.flags & ~FLAGS) return -EINVAL;
    if (this.keySize < 5 || this.keySize > MOST_DATA + 4 || this.valueSize == 0) return -EINVAL;
    this.dataSize = this.keySize - 4;
    this.valueAt = BITS + <usize>slotSize(this.dataSize);
    return 0;
  }

  destroy(): void {
    this.free(this.root);
  }

  free(node: usize): void {
    if (node == 0) return;
    this.free(<usize>load<u32>(node));
    this.free(<usize>load<u32>(node, CHILD + 4));
    freeObject(node);
  }

  make(bits: usize, length: u32, real: bool): usize {
    const node = reserve(this.valueAt + <usize>this.valueSize);
    if (node == 0) return 0;
    memory.copy(node + BITS, bits, this.dataSize);
    store<u32>(node, length, LENGTH);
    store<u32>(node, real ? 1 : 0, REAL);
    if (real) expose(node + this.valueAt, this.valueSize);
    return node;
  }

  bitOf(bits: usize, index: u32): u32 {
    return <u32>((load<u8>(bits + <usize>(index >> 3)) >> (7 - (index & 7))) & 1);
  }

  /** Bits that `bits` has in common with a node's prefix, at most `limit`. */
  common(node: usize, bits: usize, limit: u32): u32 {
    const most = min(limit, load<u32>(node, LENGTH));
    let n: u32 = 0;
    while (n < most) {
      const difference = <u32>(load<u8>(node + BITS + <usize>(n >> 3)) ^ load<u8>(bits + <usize>(n >> 3)));
      if (difference != 0) return min(most, n + (clz(difference) - 24));
      n += 8;
    }
    return most;
  }

  lookup(key: usize): usize {
    const length = load<u32>(key);
    if (length > this.dataSize * 8) return 0;
    let found: usize = 0;
    let node = this.root;
    while (node != 0) {
      const own = load<u32>(node, LENGTH);
      const matched = this.common(node, key + 4, length);
      if (matched < own) break;
      if (load<u32>(node, REAL) != 0) found = node;
      if (matched >= length) break;
      node = <usize>load<u32>(node + ((<usize>this.bitOf(key + 4, own)) << 2));
    }
    return found == 0 ? 0 : found + this.valueAt;
  }

  update(key: usize, value: usize, flags: u64): i32 {
    if (flags > <u64>BPF_EXIST) return -EINVAL;
    const length = load<u32>(key);
    const bits = key + 4;
    if (length > this.dataSize * 8) return -EINVAL;
    // Where the node is, or where it would hang.
    let slot: usize = 0;
    let node = this.root;
    let matched: u32 = 0;
    while (node != 0) {
      const own = load<u32>(node, LENGTH);
      matched = this.common(node, bits, length);
      if (own != matched || own == length || own == this.dataSize * 8) break;
      slot = node + ((<usize>this.bitOf(bits, own)) << 2);
      node = <usize>load<u32>(slot);
    }
    const same = node != 0 && matched == length && load<u32>(node, LENGTH) == length;
    if (same && load<u32>(node, REAL) != 0) {
      if (flags == <u64>BPF_NOEXIST) return -EEXIST;
      // A new node takes the old one's place, as in Linux: pointers to the old value do not see the new one.
      const fresh = this.make(bits, length, true);
      if (fresh == 0) return -ENOMEM;
      memory.copy(fresh + this.valueAt, value, this.valueSize);
      store<u64>(fresh, load<u64>(node));
      this.hang(slot, fresh);
      freeObject(node);
      return 0;
    }
    if (flags == <u64>BPF_EXIST) return -ENOENT;
    if (this.count == this.maxEntries) return -ENOSPC;
    if (same) {
      store<u32>(node, 1, REAL);
      expose(node + this.valueAt, this.valueSize);
      memory.copy(node + this.valueAt, value, this.valueSize);
      this.count++;
      return 0;
    }
    const fresh = this.make(bits, length, true);
    if (fresh == 0) return -ENOMEM;
    memory.copy(fresh + this.valueAt, value, this.valueSize);
    this.count++;
    if (node == 0) this.hang(slot, fresh);
    else if (matched == length) {
      // The new prefix is a part of the node's: the node hangs below it.
      store<u32>(fresh + ((<usize>this.bitOf(node + BITS, length)) << 2), <u32>node);
      this.hang(slot, fresh);
    } else {
      const branch = this.make(bits, matched, false);
      if (branch == 0) return -ENOMEM;
      const side = (<usize>this.bitOf(bits, matched)) << 2;
      store<u32>(branch + side, <u32>fresh);
      store<u32>(branch + (4 - side), <u32>node);
      this.hang(slot, branch);
    }
    return 0;
  }

  hang(slot: usize, node: usize): void {
    if (slot == 0) this.root = node;
    else store<u32>(slot, <u32>node);
  }

  remove(key: usize): i32 {
    const length = load<u32>(key);
    if (length > this.dataSize * 8) return -EINVAL;
    let slot: usize = 0;
    let parentSlot: usize = 0;
    let parent: usize = 0;
    let node = this.root;
    while (node != 0) {
      const own = load<u32>(node, LENGTH);
      const matched = this.common(node, key + 4, length);
      if (own != matched) return -ENOENT;
      if (own == length) break;
      parent = node;
      parentSlot = slot;
      slot = node + ((<usize>this.bitOf(key + 4, own)) << 2);
      node = <usize>load<u32>(slot);
    }
    if (node == 0 || load<u32>(node, REAL) == 0) return -ENOENT;
    this.count--;
    const left = <usize>load<u32>(node);
    const right = <usize>load<u32>(node, CHILD + 4);
    if (left != 0 && right != 0) {
      store<u32>(node, 0, REAL);
      return 0;
    }
    const child = left != 0 ? left : right;
    this.hang(slot, child);
    // A branch that has lost a side is no branch any more.
    if (child == 0 && parent != 0 && load<u32>(parent, REAL) == 0) {
      const other = slot == parent ? load<u32>(parent, CHILD + 4) : load<u32>(parent);
      this.hang(parentSlot, <usize>other);
      freeObject(parent);
    }
    freeObject(node);
    return 0;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const value = this.lookup(key);
    if (value == 0) return -ENOENT;
    memory.copy(to, value, this.valueSize);
    return 0;
  }

  /** Postorder: longer prefixes before the shorter ones that contain them, 0 before 1, as Linux walks. */
  nextKey(key: usize, next: usize): i32 {
    if (this.root == 0) return -ENOENT;
    const known = key != 0 && load<u32>(key) <= this.dataSize * 8 && this.find(key) != 0;
    this.passed = !known;
    const node = this.walk(this.root, key);
    if (node == 0) return -ENOENT;
    memory.fill(next, 0, this.keySize);
    store<u32>(next, load<u32>(node, LENGTH));
    memory.copy(next + 4, node + BITS, this.dataSize);
    return 0;
  }

  /** has the walk come by the key it starts from? */
  passed: bool = false;

  walk(node: usize, key: usize): usize {
    if (node == 0) return 0;
    let found = this.walk(<usize>load<u32>(node), key);
    if (found != 0) return found;
    found = this.walk(<usize>load<u32>(node, CHILD + 4), key);
    if (found != 0) return found;
    if (load<u32>(node, REAL) == 0) return 0;
    if (this.passed) return node;
    if (this.find(key) == node) this.passed = true;
    return 0;
  }

  /** The node with exactly this prefix, 0: none. */
  find(key: usize): usize {
    const length = load<u32>(key);
    let node = this.root;
    while (node != 0) {
      const own = load<u32>(node, LENGTH);
      if (this.common(node, key + 4, length) != own) return 0;
      if (own == length) return load<u32>(node, REAL) != 0 ? node : 0;
      node = <usize>load<u32>(node + ((<usize>this.bitOf(key + 4, own)) << 2));
    }
    return 0;
  }
}
