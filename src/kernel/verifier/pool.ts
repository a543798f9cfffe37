// Fixed-size blocks from large chunks, with one free list a size. All of a verification's memory goes back at its end.
// Blocks: frames, states, stacks of 8 and of 64 slots, histories and references by powers of two.
import { SLOT_SIZE } from '../generated/verifier-records';
import { FRAME_SIZE, STATE_BYTES } from './layout';

const CHUNK: usize = 256 * 1024;
export const POOL_FRAME: i32 = 0;
export const POOL_STATE: i32 = 1;
export const POOL_STACK_SMALL: i32 = 2;
export const POOL_STACK_FULL: i32 = 3;
/** 64 bytes, then twice as much each */
export const POOL_POWERS: i32 = 4;
const POOLS: i32 = 24;
export const SMALL_STACK: i32 = 8;
export const FULL_STACK: i32 = 64;

const freeLists: StaticArray<usize> = new StaticArray<usize>(POOLS);
/** chunks are linked by their first word */
let chunks: usize = 0;
let chunkNext: usize = 0;
let chunkEnd: usize = 0;
let heldBytes: u64 = 0;

function sizeOf(pool: i32): usize {
  if (pool == POOL_FRAME) return FRAME_SIZE;
  if (pool == POOL_STATE) return STATE_BYTES;
  if (pool == POOL_STACK_SMALL) return SMALL_STACK * SLOT_SIZE;
  if (pool == POOL_STACK_FULL) return FULL_STACK * SLOT_SIZE;
  return (<usize>64) << (pool - POOL_POWERS);
}

/** The pool of the least power of two that holds `size` bytes. */
export function powerPool(size: usize): i32 {
  let pool = POOL_POWERS;
  while (sizeOf(pool) < size) pool++;
  return pool;
}
export function poolBytes(pool: i32): usize {
  return sizeOf(pool);
}

/** A block whose contents are whatever they were. */
export function take(pool: i32): usize {
  const free = freeLists[pool];
  if (free != 0) {
    freeLists[pool] = load<usize>(free);
    return free;
  }
  const size = sizeOf(pool);
  if (size > CHUNK / 2) {
    const chunk = heap.alloc(size + 16);
    heldBytes += size;
    store<usize>(chunk, chunks);
    chunks = chunk;
    return chunk + 16;
  }
  if (chunkNext + size > chunkEnd) {
    const chunk = heap.alloc(CHUNK);
    heldBytes += CHUNK;
    store<usize>(chunk, chunks);
    chunks = chunk;
    chunkNext = chunk + 16;
    chunkEnd = chunk + CHUNK;
  }
  const block = chunkNext;
  chunkNext += size;
  return block;
}
export function give(pool: i32, block: usize): void {
  store<usize>(block, freeLists[pool]);
  freeLists[pool] = block;
}
/** bytes held by the running verification */
export function poolHeld(): u64 {
  return heldBytes;
}
export function releaseAll(): void {
  while (chunks != 0) {
    const next = load<usize>(chunks);
    heap.free(chunks);
    chunks = next;
  }
  for (let i = 0; i < POOLS; i++) freeLists[i] = 0;
  chunkNext = 0;
  chunkEnd = 0;
  heldBytes = 0;
}
