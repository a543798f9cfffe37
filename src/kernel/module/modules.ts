// Loaded modules, as the kernel keeps them: memory, names, state and use. Linking is the loader's work (src/loader/module.ts).
import {
  MAP_DATA,
  MAP_READ_ONLY,
  MAP_TEXT,
  MODULES_BASE,
  PAGE_SIZE,
  WINDOW_PAGES,
  frameOf,
  mapPages,
} from '../memory/pages';
import { decodeKernel, forgetKernel } from '../vm/kernel-mode';
import { removeSymbols, removeSymbolsIn } from './symbols';

/** enum module_state */
export const MODULE_LIVE: i32 = 0;
export const MODULE_COMING: i32 = 1;
export const MODULE_GOING: i32 = 2;

class Module {
  constructor(
    public id: i32,
    public name: string,
    /** taint flags as "Modules linked in" shows them: P, O, E */
    public flags: string,
    public base: u64,
    public pages: i32,
    public initBase: u64,
    public initPages: i32,
    public state: i32,
    public references: i32,
    public permanent: bool,
  ) {}
}

let modules: Array<Module> = [];
let nextId: i32 = 1;
/** 1 where a page of the window is taken; a free page stays between two allocations */
const taken: StaticArray<u8> = new StaticArray<u8>(128);
let line: ArrayBuffer = new ArrayBuffer(0);
/** the module that went last, with its flags; '': none since boot */
let lastUnloaded: string = '';
let names: Map<i32, ArrayBuffer> = new Map();

export function resetModules(): void {
  modules = [];
  nextId = 1;
  lastUnloaded = '';
  names = new Map();
  for (let i = 0; i < WINDOW_PAGES; i++) taken[i] = 0;
}

/** Address of `count` free pages of the modules' window; 0: none. They are data until sealModule() says otherwise. */
export function moduleMemory(count: i32): u64 {
  for (let first = 0; first + count <= WINDOW_PAGES; first++) {
    let free = true;
    for (let i = 0; free && i < count; i++) free = taken[first + i] == 0;
    if (!free) continue;
    for (let i = 0; i < count; i++) taken[first + i] = 1;
    const address = MODULES_BASE + <u64>first * PAGE_SIZE;
    mapPages(address, count, MAP_DATA);
    memory.fill(frameOf(address), 0, <usize>count * PAGE_SIZE);
    return address;
  }
  return 0;
}

export function freeModuleMemory(address: u64, count: i32): void {
  if (count == 0) return;
  const first = <i32>((address - MODULES_BASE) / PAGE_SIZE);
  for (let i = 0; i < count && first + i < WINDOW_PAGES; i++) taken[first + i] = 0;
  forgetKernel(address, <u64>count * PAGE_SIZE);
  mapPages(address, count, 0);
}

/** Text becomes executable and read-only, read-only data read-only. Addresses and sizes are whole pages. */
export function sealText(address: u64, instructions: i32): void {
  const pages = <i32>((<u64>instructions * 8 + PAGE_SIZE - 1) / PAGE_SIZE);
  mapPages(address, pages, MAP_TEXT);
  decodeKernel(address, instructions);
}

export function sealReadOnly(address: u64, pages: i32): void {
  mapPages(address, pages, MAP_READ_ONLY);
}

function find(id: i32): Module | null {
  for (let i = 0; i < modules.length; i++) if (modules[i].id == id) return modules[i];
  return null;
}

export function addModule(name: string, flags: string, base: u64, pages: i32, initBase: u64, initPages: i32): i32 {
  const id = nextId++;
  modules.push(new Module(id, name, flags, base, pages, initBase, initPages, MODULE_COMING, 0, false));
  names.set(id, String.UTF8.encode(name));
  return id;
}

export function setModuleState(id: i32, state: i32): void {
  const module = find(id);
  if (module != null) module.state = state;
}

/** try_module_get (+1), module_put (-1); what is left */
export function countModule(id: i32, by: i32): i32 {
  const module = find(id);
  if (module == null) return 0;
  module.references += by;
  return module.references;
}

/** Takes a module out of the list; its memory and names go. What still points there points nowhere. */
export function removeModule(id: i32): void {
  const module = find(id);
  if (module == null) return;
  if (module.state == MODULE_GOING) lastUnloaded = module.name + '(' + module.flags + ')';
  freeInit(id);
  freeModuleMemory(module.base, module.pages);
  removeSymbols(id);
  const kept: Array<Module> = [];
  for (let i = 0; i < modules.length; i++) if (modules[i].id != id) kept.push(modules[i]);
  modules = kept;
}

/** What was only for init is given back once it ran. */
export function freeInit(id: i32): void {
  const module = find(id);
  if (module == null || module.initPages == 0) return;
  const end = module.initBase + <u64>module.initPages * PAGE_SIZE;
  freeModuleMemory(module.initBase, module.initPages);
  removeSymbolsIn(module.initBase, end);
  module.initPages = 0;
}

/** "faults(OE+) veth", newest first, as behind "Modules linked in:" */
export function modulesLineSize(): u32 {
  let text = '';
  for (let i = modules.length - 1; i >= 0; i--) {
    const module = modules[i];
    let flags = module.flags;
    if (module.state == MODULE_COMING) flags += '+';
    if (module.state == MODULE_GOING) flags += '-';
    text += (text.length > 0 ? ' ' : '') + module.name + (flags.length > 0 ? '(' + flags + ')' : '');
  }
  if (lastUnloaded.length > 0) text += (text.length > 0 ? ' ' : '') + '[last unloaded: ' + lastUnloaded + ']';
  line = String.UTF8.encode(text);
  return <u32>line.byteLength;
}

export function modulesLine(): usize {
  return changetype<usize>(line);
}

export function moduleNameSize(id: i32): u32 {
  return names.has(id) ? <u32>names.get(id).byteLength : 0;
}

export function moduleName(id: i32): usize {
  return names.has(id) ? changetype<usize>(names.get(id)) : 0;
}
