// Where things are in the one linear memory, and how a kernel virtual address relates to it.
//
//   0x0000_0000  null page and beyond: nothing that a program may touch
//   0x0000_1000  the machine: registers, call frames, helper table (fixed, so that the interpreter's addresses are constants)
//   0x0010_0000  shadow: one byte for each 8 bytes of linear memory below MEMORY_LIMIT
//   0x0410_0000  AssemblyScript's static data and heap, interleaved with the arena's chunks, both growing upwards
//
// A virtual address is VIRTUAL_BASE + linear address: its low 32 bits are the linear address, so that compiled code addresses
// memory by i32.wrap_i64. The base is the direct map of x86-64 Linux (page_offset_base without KASLR).

export const VIRTUAL_BASE: u64 = 0xffff888000000000;

/** Linear memory beyond this is out of the shadow's reach, hence inaccessible to programs: 512 MB. */
export const MEMORY_LIMIT: u64 = 0x20000000;

/** r0 to r10, then the scratch value of an operand; 8 bytes each. */
export const REGISTERS: usize = 0x1000;
/** call frames of the interpreter, see vm/frames.ts */
export const FRAMES: usize = 0x1100;
export const FRAMES_END: usize = 0x4000;
/** helper number → index in the exported function table, u32 each */
export const HELPER_TABLE: usize = 0x4000;

/** the fault of the current run, see vm/fault.ts */
export const FAULT_WORD: usize = 0x5000;
/** instructions that the current run may still take (i64); compiled code counts it down */
export const BUDGET_WORD: usize = 0x5020;

/** a byte for each page of linear memory: 1 where it is RAM of the simulated machine (memory/pages.ts) */
export const PAGES: usize = 0x60000;

/** lines of bpf_printk, see helpers/trace.ts */
export const TRACE: usize = 0x10000;
export const TRACE_SIZE: usize = 0x40000;

export const SHADOW: usize = 0x100000;
export const SHADOW_SIZE: usize = 0x4000000;
/** where AssemblyScript's own data begins; src/build/kernel.ts passes the same number as --memoryBase */
export const MODULE_BASE: usize = SHADOW + SHADOW_SIZE;

/** Kernel virtual address of a linear one. */
export function toVirtual(linear: usize): u64 {
  return VIRTUAL_BASE + <u64>linear;
}

/** Linear address of a kernel virtual one that is known to be good. */
export function toLinear(virtual: u64): usize {
  return <usize>(<u32>virtual);
}
