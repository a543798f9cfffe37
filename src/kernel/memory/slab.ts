// kmalloc: objects of a few sizes, cut from pages of their own (Linux: SLUB). An object has no header and no red zone: what runs over its
// end is in its neighbour, and a freed object keeps its bytes until somebody gets it again, but for the pointer to the next free one
// that stands in its middle. With poisoning (slub_debug=P) a freed object is filled with 0x6b, its last byte with 0xa5.
import { VIRTUAL_BASE, toLinear, toVirtual } from './layout';
import { allocateObject, freeObject, reserve } from './arena';
import { PAGE_SIZE, kernelAccess } from './pages';

const POISON_FREE: u8 = 0x6b;
const POISON_END: u8 = 0xa5;
/** what a new object holds with poisoning, so that reading before writing shows */
const POISON_NEW: u8 = 0x5a;

/** kmalloc-8 … kmalloc-8k, as Linux has them */
const SIZES: StaticArray<u32> = [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];
const CACHES: i32 = 13;
/** pages of a slab */
const SLAB_PAGES: usize = 4;

/** first free object of each cache, as a virtual address */
const free: StaticArray<u64> = new StaticArray<u64>(13);
/** a page's cache + 1, by page number of the linear address */
let owners: Map<u32, i32> = new Map();
/** objects beyond the biggest cache: their linear address */
let large: Map<usize, u32> = new Map();
let poisoning: bool = true;
/** objects in use, for /proc/slabinfo and for finding leaks */
const live: StaticArray<u32> = new StaticArray<u32>(13);

export function resetSlabs(): void {
  for (let i = 0; i < CACHES; i++) {
    free[i] = 0;
    live[i] = 0;
  }
  owners = new Map();
  large = new Map();
}

/** slub_debug=P */
export function setPoisoning(on: bool): void {
  poisoning = on;
}

function cacheFor(size: u64): i32 {
  for (let i = 0; i < CACHES; i++) if (size <= <u64>SIZES[i]) return i;
  return -1;
}

function linkOf(object: u64, cache: i32): u64 {
  return object + <u64>((SIZES[cache] / 2) & ~7);
}

function grow(cache: i32): bool {
  const block = reserve((SLAB_PAGES + 1) * PAGE_SIZE);
  if (block == 0) return false;
  const start = (block + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
  for (let i: usize = 0; i < SLAB_PAGES; i++) owners.set(<u32>((start >> 12) + i), cache + 1);
  const size = <usize>SIZES[cache];
  const count = (SLAB_PAGES * PAGE_SIZE) / size;
  // The lowest address is handed out first.
  for (let i = count; i > 0; i--) {
    const object = start + (i - 1) * size;
    if (poisoning) poison(object, SIZES[cache]);
    store<u64>(toLinear(linkOf(toVirtual(object), cache)), free[cache]);
    free[cache] = toVirtual(object);
  }
  return true;
}

function poison(at: usize, size: u32): void {
  memory.fill(at, POISON_FREE, size);
  store<u8>(at + size - 1, POISON_END);
}

/** An object of at least `size` bytes; 0: no memory, or a fault was raised because somebody overwrote the list of free objects. */
export function slabAllocate(size: u64, zero: bool): u64 {
  if (size == 0) return 16; // ZERO_SIZE_PTR
  const cache = cacheFor(size);
  if (cache < 0) {
    if (size > 0x400000) return 0;
    const at = allocateObject(<usize>size);
    if (at == 0) return 0;
    large.set(at, <u32>size);
    return toVirtual(at);
  }
  if (free[cache] == 0 && !grow(cache)) return 0;
  const object = free[cache];
  const link = kernelAccess(linkOf(object, cache), 8, true);
  if (link == 0) return 0;
  free[cache] = load<u64>(link);
  const at = kernelAccess(object, SIZES[cache], true);
  if (at == 0) return 0;
  memory.fill(at, zero ? 0 : poisoning ? POISON_NEW : load<u8>(at), zero || poisoning ? SIZES[cache] : 0);
  if (!zero && !poisoning) store<u64>(link, 0);
  live[cache]++;
  return object;
}

/** Gives an object back. False: it is none (kfree of a wild pointer). NULL is fine. */
export function slabFree(object: u64): bool {
  if (object <= 16) return true;
  const linear = object - VIRTUAL_BASE;
  if (linear > 0xffffffff) return false;
  const page = <u32>(linear >> 12);
  if (!owners.has(page)) {
    if (!large.has(<usize>linear)) return false;
    large.delete(<usize>linear);
    freeObject(<usize>linear);
    return true;
  }
  const cache = owners.get(page) - 1;
  const at = <usize>linear;
  if (poisoning) poison(at, SIZES[cache]);
  const link = kernelAccess(linkOf(object, cache), 8, true);
  if (link == 0) return false;
  // Freeing twice makes the list go round in a circle, as on a kernel without checks.
  store<u64>(link, free[cache]);
  free[cache] = object;
  if (live[cache] > 0) live[cache]--;
  return true;
}

/** Is the object already at the head of its free list? (Linux: CONFIG_SLAB_FREELIST_HARDENED, "kernel BUG at mm/slub.c") */
export function isFreedTwice(object: u64): bool {
  const linear = object - VIRTUAL_BASE;
  if (linear > 0xffffffff || !owners.has(<u32>(linear >> 12))) return false;
  return free[owners.get(<u32>(linear >> 12)) - 1] == object;
}

/** Bytes that the object really has (ksize); 0: it is none. */
export function slabSize(object: u64): u32 {
  const linear = object - VIRTUAL_BASE;
  if (linear > 0xffffffff) return 0;
  const page = <u32>(linear >> 12);
  if (owners.has(page)) return SIZES[owners.get(page) - 1];
  return large.has(<usize>linear) ? large.get(<usize>linear) : 0;
}

export function slabObjects(): u32 {
  let total: u32 = 0;
  for (let i = 0; i < CACHES; i++) total += live[i];
  return total + <u32>large.size;
}
