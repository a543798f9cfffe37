// What the loader and the lab do with kernel mode: put an image and modules into memory, make system calls, read the log. All of it is
// exported by src/kernel/index.ts.
import { resetSlabs, setPoisoning } from '../memory/slab';
import {
  openPages,
  IMAGE_BASE,
  MAP_DATA,
  MAP_READ_ONLY,
  PAGE_SIZE,
  frameOf,
  kernelAccess,
  mapPages,
  peek,
  resetPages,
} from '../memory/pages';
import { openKernelMode, resetKernelMode } from '../vm/kernel-mode';
import { resetCalls } from './call';
import { resetKernelLog } from './kernel-log';
import { resetMachineState } from './machine';
import { resetModules, sealText } from './modules';
import { resetNatives } from './natives';
import { bindNetwork, resetNetworkBinding } from './network';
import { openStacks, resetStacks } from './stacks';
import { resetSymbols } from './symbols';

/** A machine without kernel image; what boot does. */
export function resetKernelSide(): void {
  resetPages();
  resetSlabs();
  resetKernelMode();
  resetSymbols();
  resetModules();
  resetStacks();
  resetMachineState();
  resetKernelLog();
  resetCalls();
  resetNatives();
  resetNetworkBinding();
}

/** Makes page tables, stacks and room for an image. False: no memory. */
export function openKernel(poison: bool): bool {
  if (!openPages() || !openKernelMode()) return false;
  openStacks();
  setPoisoning(poison);
  return true;
}

/** Maps the image: `text` instructions at IMAGE_BASE, then pages of read-only data, then pages of data. */
export function sealImage(text: i32, readOnlyPages: i32, dataPages: i32): void {
  sealText(IMAGE_BASE, text);
  const textPages = (<u64>text * 8 + PAGE_SIZE - 1) / PAGE_SIZE;
  const readOnly = IMAGE_BASE + textPages * PAGE_SIZE;
  mapPages(readOnly, readOnlyPages, MAP_READ_ONLY);
  mapPages(readOnly + <u64>readOnlyPages * PAGE_SIZE, dataPages, MAP_DATA);
}

/** The image's symbols are known: it becomes part of the machine. */
export function startImage(): void {
  bindNetwork();
}

/** Linear address where the host writes what a window's page is to hold, mapped or not. */
export function windowFrame(address: u64): usize {
  return frameOf(address);
}

/** Linear address of kernel memory as a debugger reads it; 0: not mapped. */
export function kernelBytes(address: u64, size: u32): usize {
  return peek(address, size);
}

/** Writes bytes into kernel memory, as a test does; false: not mapped or read-only. */
export function pokeKernel(address: u64, from: usize, size: u32): bool {
  const at = kernelAccess(address, size, true);
  if (at == 0) return false;
  memory.copy(at, from, size);
  return true;
}
