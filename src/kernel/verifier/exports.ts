// What the tests of the verifier need from outside: a program put together piece by piece, verified, and read back.
import { BpfMap } from '../maps/map';
import { FunctionInfo, Program } from '../program';
import { lastMessage } from './fail';
import {
  maxStatesPerInstruction,
  peakStates,
  processedInstructions,
  recordsSize,
  recordsStart,
  setRecording,
  totalStates,
  verifierMemory,
  verify,
} from './verify';

export {
  maxStatesPerInstruction,
  peakStates,
  processedInstructions,
  recordsSize,
  recordsStart,
  setRecording,
  totalStates,
  verifierMemory,
};

let program: Program = new Program();
let instructions: usize = 0;
let btf: usize = 0;

/** A map whose first value can be read by the verifier. */
class TestMap extends BpfMap {
  data: usize = 0;
  directValue(offset: u32): usize {
    return this.data + offset;
  }
}

/** Begins a program; returns where its `count` instructions go. */
export function begin(type: i32, attachType: i32, count: i32, flags: u32, capabilities: u32, gpl: bool): usize {
  if (instructions != 0) heap.free(instructions);
  if (btf != 0) heap.free(btf);
  btf = 0;
  instructions = heap.alloc((<usize>count) << 3);
  program = new Program();
  program.type = type;
  program.expectedAttachType = attachType;
  program.flags = flags;
  program.capabilities = capabilities;
  program.gplCompatible = gpl;
  program.instructions = instructions;
  program.instructionCount = count;
  return instructions;
}
/** Adds a map; returns where its first value lies. */
export function addMap(type: i32, keySize: u32, valueSize: u32, maxEntries: u32, flags: u32, frozen: bool): usize {
  const map = new TestMap();
  map.type = type;
  map.keySize = keySize;
  map.valueSize = valueSize;
  map.maxEntries = maxEntries;
  map.flags = flags;
  map.frozen = frozen;
  map.data = heap.alloc(valueSize + 8);
  memory.fill(map.data, 0, valueSize + 8);
  program.maps.push(map);
  return map.data;
}
/** The map added last has BTF, with a lock or timer at these offsets (-1: none). */
export function setMapFields(lock: i32, timer: i32): void {
  const map = program.maps[program.maps.length - 1];
  map.btf = 1;
  map.lockOffset = lock;
  map.timerOffset = timer;
}
/** The map added last holds maps like the one added at `index`. */
export function setInnerMap(index: i32): void {
  program.maps[program.maps.length - 1].innerMap = program.maps[index];
}
/** Returns where the program's BTF goes. */
export function setBtf(size: u32): usize {
  btf = heap.alloc(size);
  program.btf = btf;
  program.btfSize = size;
  return btf;
}
export function addFunction(instruction: i32, typeId: u32): void {
  program.functionInfo.push(new FunctionInfo(instruction, typeId));
}
export function run(): i32 {
  return verify(program);
}
/** The last message: number, argument count, arguments. */
export function messageWord(i: i32): i64 {
  return lastMessage[i];
}
export function stackDepth(subprogram: i32): i32 {
  return program.stackDepth[subprogram];
}
export function wasSeen(instruction: i32): bool {
  return program.info[instruction].seen;
}
