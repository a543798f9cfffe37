// What of memory is mapped, for code that nobody verified: kernel modules and the kernel's own C. Two things answer.
//
// The direct map (VIRTUAL_BASE + linear address) reaches all RAM: the arena's pages, one byte each at PAGES. What AssemblyScript keeps for
// itself is no RAM of the simulated machine, hence not mapped.
//
// Everything else (kernel image, modules, stacks) is mapped through page tables in x86-64's format, which lie in simulated memory
// themselves: PGD → PUD → PMD → PTE, 512 entries of 8 bytes each. A "physical" address is the linear address. Windows of at most 2 MB
// have one table of PTEs each, so a look-up reads one entry; the levels above it exist for the "PGD … PTE" line of an oops and for CR3.
import { MEMORY_LIMIT, PAGES, VIRTUAL_BASE } from './layout';
import { reserve } from './arena';
import { FAULT_GENERAL_PROTECTION, FAULT_PAGE, raise, setErrorCode } from '../vm/fault';

export const PAGE_SIZE: usize = 4096;

export const PTE_PRESENT: u64 = 1;
export const PTE_WRITE: u64 = 2;
/** no instruction is fetched from the page */
export const PTE_NX: u64 = 0x8000000000000000;
const PTE_ACCESSED: u64 = 0x20;
const PTE_DIRTY: u64 = 0x40;
const PTE_GLOBAL: u64 = 0x100;
const PTE_ADDRESS: u64 = 0x000ffffffffff000;
/** present, writable, accessed, dirty: what Linux gives the tables above */
const TABLE: u64 = 0x63;

/** flags of a mapping, as Linux's _PAGE_… of kernel memory */
export const MAP_TEXT: u64 = PTE_PRESENT | PTE_ACCESSED | PTE_GLOBAL;
export const MAP_READ_ONLY: u64 = PTE_PRESENT | PTE_ACCESSED | PTE_GLOBAL | PTE_NX;
export const MAP_DATA: u64 = PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL | PTE_NX;

/** x86 page fault error code */
export const PF_PROTECTION: u32 = 1;
export const PF_WRITE: u32 = 2;
export const PF_FETCH: u32 = 16;

/** where Linux puts these without KASLR */
export const IMAGE_BASE: u64 = 0xffffffff81000000;
export const MODULES_BASE: u64 = 0xffffffffc0200000;
export const VMALLOC_BASE: u64 = 0xffffc90000000000;
export const WINDOW_PAGES: i32 = 128;
export const WINDOW_SIZE: u64 = 0x80000;

/** linear addresses: of the page that stands for each window's first one, and of its table of PTEs; 0: tables not made */
let imageFrames: usize = 0;
let modulesFrames: usize = 0;
let vmallocFrames: usize = 0;
let imageTable: usize = 0;
let modulesTable: usize = 0;
let vmallocTable: usize = 0;
let root: usize = 0;

export function resetPages(): void {
  imageFrames = 0;
  modulesFrames = 0;
  vmallocFrames = 0;
  imageTable = 0;
  modulesTable = 0;
  vmallocTable = 0;
  root = 0;
}

/** Makes the tables and the frames behind the windows. False: no memory. */
export function openPages(): bool {
  if (root != 0) return true;
  const tables: usize = 9;
  const frames = <usize>WINDOW_PAGES * 3;
  const block = reserve((tables + frames + 1) * PAGE_SIZE);
  if (block == 0) return false;
  let at = (block + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
  root = at;
  const upper = at + PAGE_SIZE;
  const lower = at + 2 * PAGE_SIZE;
  const middleImage = at + 3 * PAGE_SIZE;
  const middleModules = at + 4 * PAGE_SIZE;
  const middleVmalloc = at + 5 * PAGE_SIZE;
  imageTable = at + 6 * PAGE_SIZE;
  modulesTable = at + 7 * PAGE_SIZE;
  vmallocTable = at + 8 * PAGE_SIZE;
  at += tables * PAGE_SIZE;
  imageFrames = at;
  modulesFrames = at + <usize>WINDOW_PAGES * PAGE_SIZE;
  vmallocFrames = at + 2 * <usize>WINDOW_PAGES * PAGE_SIZE;
  link(root, IMAGE_BASE, 39, upper);
  link(root, VMALLOC_BASE, 39, lower);
  link(upper, IMAGE_BASE, 30, middleImage);
  link(upper, MODULES_BASE, 30, middleModules);
  link(lower, VMALLOC_BASE, 30, middleVmalloc);
  link(middleImage, IMAGE_BASE, 21, imageTable);
  link(middleModules, MODULES_BASE, 21, modulesTable);
  link(middleVmalloc, VMALLOC_BASE, 21, vmallocTable);
  // Reached through their windows only, so that text cannot be written by another name.
  memory.fill(PAGES + (imageFrames >> 12), 0, frames);
  return true;
}

function entryAt(table: usize, address: u64, shift: u64): usize {
  return table + ((<usize>((address >> shift) & 511)) << 3);
}

function link(table: usize, address: u64, shift: u64, next: usize): void {
  store<u64>(entryAt(table, address, shift), (<u64>next) | TABLE);
}

/** CR3 */
export function pageTableRoot(): u64 {
  return <u64>root;
}

function tableOf(address: u64): usize {
  if (address - IMAGE_BASE < WINDOW_SIZE) return imageTable;
  if (address - MODULES_BASE < WINDOW_SIZE) return modulesTable;
  return address - VMALLOC_BASE < WINDOW_SIZE ? vmallocTable : 0;
}

/** Linear address of the frame that backs a window's page. */
export function frameOf(address: u64): usize {
  if (address - IMAGE_BASE < WINDOW_SIZE) return imageFrames + <usize>(address - IMAGE_BASE);
  if (address - MODULES_BASE < WINDOW_SIZE) return modulesFrames + <usize>(address - MODULES_BASE);
  return address - VMALLOC_BASE < WINDOW_SIZE ? vmallocFrames + <usize>(address - VMALLOC_BASE) : 0;
}

/** Maps whole pages of a window with MAP_… flags; 0 unmaps them. */
export function mapPages(address: u64, pages: i32, flags: u64): void {
  for (let i = 0; i < pages; i++) {
    const page = address + <u64>i * PAGE_SIZE;
    const table = tableOf(page);
    if (table == 0) return;
    store<u64>(entryAt(table, page, 12), flags == 0 ? 0 : (<u64>frameOf(page)) | flags);
  }
}

/** Is the linear page RAM of the simulated machine? */
function isRam(linear: u64): bool {
  return linear < MEMORY_LIMIT && load<u8>(PAGES + <usize>(linear >> 12)) != 0;
}

/** A window's frames are RAM too, but not through the direct map. */
function isFrame(linear: u64): bool {
  return imageFrames != 0 && linear - <u64>imageFrames < 3 * WINDOW_SIZE;
}

/** error code of the last look-up that failed, without PF_WRITE and PF_FETCH */
let refused: u32 = 0;

/** Linear address of one mapped byte; 0: `refused` says why. */
function translate(address: u64, write: bool, fetch: bool): usize {
  refused = 0;
  const direct = address - VIRTUAL_BASE;
  if (direct < MEMORY_LIMIT) {
    if (!isRam(direct)) return 0;
    if (!fetch) return <usize>direct;
    refused = PF_PROTECTION;
    return 0;
  }
  const table = tableOf(address);
  if (table == 0) return 0;
  const entry = load<u64>(entryAt(table, address, 12));
  if (!(entry & PTE_PRESENT)) return 0;
  if ((write && !(entry & PTE_WRITE)) || (fetch && (entry & PTE_NX) != 0)) {
    refused = PF_PROTECTION;
    return 0;
  }
  const linear = entry & PTE_ADDRESS;
  // An entry that somebody overwrote may name what is no memory at all.
  if (!isFrame(linear) && !isRam(linear)) return 0;
  return <usize>(linear | (address & 4095));
}

/** Do bits 47 to 63 agree? What is not canonical is not even looked up. */
export function isCanonical(address: u64): bool {
  const high = (<i64>address) >> 47;
  return high == 0 || high == -1;
}

function refuse(address: u64, code: u32): void {
  if (isCanonical(address)) {
    raise(FAULT_PAGE, address);
    setErrorCode(refused | code);
  } else raise(FAULT_GENERAL_PROTECTION, address);
}

/** Linear address of `size` bytes that kernel-mode code may touch; 0 after raising the fault that x86 would. */
export function kernelAccess(address: u64, size: u32, write: bool): usize {
  const direct = address - VIRTUAL_BASE;
  if (
    direct < MEMORY_LIMIT - 8 &&
    ((<u32>address) & 4095) + size <= 4096 &&
    load<u8>(PAGES + <usize>(direct >> 12)) != 0
  )
    return <usize>direct;
  const first = translate(address, write, false);
  if (first == 0) {
    refuse(address, write ? PF_WRITE : 0);
    return 0;
  }
  const last = address + <u64>size - 1;
  if ((last ^ address) >> 12 == 0) return first;
  // On to the next page, which must be there as well; frames of a window follow one another.
  for (let page = (address | 4095) + 1; page <= last; page += 4096) {
    const next = translate(page, write, false);
    if (next != 0 && next == first + <usize>(page - address)) continue;
    refuse(page, write ? PF_WRITE : 0);
    return 0;
  }
  return first;
}

/** As kernelAccess, but a bad address gives 0 and nothing else (copy_from_kernel_nofault). */
export function peek(address: u64, size: u32): usize {
  const first = translate(address, false, false);
  const last = address + <u64>size - 1;
  if (first == 0 || (last ^ address) >> 12 == 0) return first;
  return translate(last, false, false) == first + <usize>(size - 1) ? first : 0;
}

/** May instructions be fetched from `address`? Raises the fault if not. */
export function kernelFetch(address: u64): bool {
  if (translate(address, false, true) != 0) return true;
  refuse(address, PF_FETCH);
  return false;
}

/** The entry at a level of the walk to `address` (0 PGD, 1 PUD, 2 PMD, 3 PTE); 0 where the walk ended above. */
export function tableEntry(address: u64, level: i32): u64 {
  if (root == 0) return 0;
  let table = root;
  let entry: u64 = 0;
  for (let i = 0; i <= level; i++) {
    entry = load<u64>(entryAt(table, address, <u64>(39 - 9 * i)));
    if (i == level) return entry;
    if (!(entry & PTE_PRESENT) || !isRam(entry & PTE_ADDRESS)) return 0;
    table = <usize>(entry & PTE_ADDRESS);
  }
  return entry;
}
