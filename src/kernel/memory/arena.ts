// The simulated kernel's heap (Linux: slab and page allocator in one): objects that programs can point at. It takes memory in
// chunks from the end of linear memory, apart from AssemblyScript's heap. Every object stands behind a header that programs
// cannot touch, so a neighbour's header is also the red zone of the object before it.
import { MEMORY_LIMIT, PAGES } from './layout';
import { SHADOW_FREED, SHADOW_REDZONE, conceal, expose } from './shadow';

/** bytes before an object: size (u32), size class (u32), mark (u64) */
const HEADER: usize = 16;
const MARK_LIVE: u64 = 0x6c6976656f626a31;
const MARK_FREE: u64 = 0x667265656f626a30;

/** Size classes are 32, 48, 64, 96, 128, 192 … bytes, header included. */
const CLASSES: i32 = 48;
const CHUNK: usize = 1 << 20;
const MAX_CHUNKS: i32 = 512;

/** first free block of each class; a free block's first word behind the header is the next one */
const free: usize = memory.data(48 * 4);
/** start and end of each chunk that was ever taken */
const chunks: usize = memory.data(512 * 8);
let chunkCount: i32 = 0;
/** chunks before this one are in use since the last reset */
let nextChunk: i32 = 0;
let bump: usize = 0;
let bumpEnd: usize = 0;
let used: usize = 0;

function classOf(size: usize): i32 {
  if (size <= 32) return 0;
  // 2^n < size: the class is 1.5 * 2^n or 2^(n + 1)
  const n = 31 - clz(<u32>(size - 1));
  const half = (3 << (n - 1)) as usize;
  return (n - 5) * 2 + (size <= half ? 1 : 2);
}

function classSize(index: i32): usize {
  const power = (32 << (index >> 1)) as usize;
  return index & 1 ? power + (power >> 1) : power;
}

/** A block that no chunk has left: from the rest of the chunks, else from new pages. */
function carve(size: usize): usize {
  const restStart = bump;
  const restEnd = bumpEnd;
  while (bumpEnd - bump < size) {
    if (nextChunk < chunkCount) {
      bump = load<u32>(chunks + ((<usize>nextChunk) << 3));
      bumpEnd = load<u32>(chunks + ((<usize>nextChunk) << 3), 4);
      nextChunk++;
      continue;
    }
    if (chunkCount == MAX_CHUNKS) return 0;
    const bytes = max<usize>((size + 0xffff) & ~0xffff, CHUNK);
    if (((<u64>memory.size()) << 16) + <u64>bytes > MEMORY_LIMIT) return 0;
    const before = memory.grow(<i32>(bytes >> 16));
    if (before < 0) return 0;
    const start = (<usize>before) << 16;
    store<u32>(chunks + ((<usize>chunkCount) << 3), <u32>start);
    store<u32>(chunks + ((<usize>chunkCount) << 3), <u32>(start + bytes), 4);
    memory.fill(PAGES + (start >> 12), 1, bytes >> 12);
    chunkCount++;
  }
  const at = bump;
  bump += size;
  // One big object must not cost the small ones the rest of their chunk.
  if (restEnd != bumpEnd && restEnd - restStart > bumpEnd - bump) {
    bump = restStart;
    bumpEnd = restEnd;
  }
  return at;
}

/** Takes `size` zeroed bytes without letting programs at them; the caller exposes what they may touch. 0: no memory. */
export function reserve(size: usize): usize {
  const index = classOf(size + HEADER);
  if (index >= CLASSES) return 0;
  const total = classSize(index);
  let block = <usize>load<u32>(free + ((<usize>index) << 2));
  if (block != 0) store<u32>(free + ((<usize>index) << 2), load<u32>(block + HEADER));
  else {
    block = carve(total);
    if (block == 0) return 0;
  }
  store<u32>(block, <u32>size);
  store<u32>(block, <u32>index, 4);
  store<u64>(block, MARK_LIVE, 8);
  used += total;
  conceal(block, total, SHADOW_REDZONE);
  memory.fill(block + HEADER, 0, size);
  return block + HEADER;
}

/** Takes `size` zeroed bytes that programs may touch (kzalloc). 0: no memory. */
export function allocateObject(size: usize): usize {
  const address = reserve(size);
  if (address != 0) expose(address, size);
  return address;
}

/** Gives an object back. False: it is not a live object's start (double or wild free). */
export function freeObject(address: usize): bool {
  const block = address - HEADER;
  if (load<u64>(block, 8) != MARK_LIVE) return false;
  const index = <i32>load<u32>(block, 4);
  const total = classSize(index);
  store<u64>(block, MARK_FREE, 8);
  conceal(address, total - HEADER, SHADOW_FREED);
  store<u32>(address, load<u32>(free + ((<usize>index) << 2)));
  store<u32>(free + ((<usize>index) << 2), <u32>block);
  used -= total;
  return true;
}

/** Bytes that objects take, headers and rounding included. */
export function arenaUsed(): usize {
  return used;
}

/** Forgets every object; the chunks are kept for the next life. */
export function resetArena(): void {
  for (let i = 0; i < chunkCount; i++) {
    const start = <usize>load<u32>(chunks + ((<usize>i) << 3));
    const end = <usize>load<u32>(chunks + ((<usize>i) << 3), 4);
    conceal(start, end - start, 0);
    memory.fill(PAGES + (start >> 12), 1, (end - start) >> 12);
  }
  memory.fill(free, 0, (<usize>CLASSES) << 2);
  nextChunk = 0;
  bump = 0;
  bumpEnd = 0;
  used = 0;
}
