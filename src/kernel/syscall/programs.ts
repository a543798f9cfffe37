// BPF_PROG_LOAD: copy, resolve maps, verify, rewrite.
import { EAGAIN, E2BIG, EBADF, EFAULT, EINVAL, ENOMEM, ENOTSUPP, EPERM } from '../generated/errno';
import { PROGRAM_TYPE_CGROUP_SOCK, attachTypeFits } from '../generated/contexts';
import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS, MAX_USED_MAPS } from '../generated/limits';
import {
  BPF_CALL,
  BPF_DW,
  BPF_IMM,
  BPF_JMP,
  BPF_LD,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_VALUE,
} from '../generated/opcodes';
import {
  ATTR_PROG_LOAD_expected_attach_type_u32,
  ATTR_PROG_LOAD_func_info_cnt_u32,
  ATTR_PROG_LOAD_func_info_ptr,
  ATTR_PROG_LOAD_func_info_rec_size_u32,
  ATTR_PROG_LOAD_insn_cnt_u32,
  ATTR_PROG_LOAD_insns_ptr,
  ATTR_PROG_LOAD_license_ptr,
  ATTR_PROG_LOAD_prog_btf_fd_u32,
  ATTR_PROG_LOAD_prog_flags_u32,
  ATTR_PROG_LOAD_prog_name,
  ATTR_PROG_LOAD_prog_type_u32,
  CAPS_ROOT,
  CAP_BPF,
  SIM_F_UNVERIFIED,
} from '../generated/syscall';
import { helperIndex } from '../helpers/table';
import { isSimulated } from '../maps/create';
import { freeObject, reserve } from '../memory/arena';
import { holdMap, releaseMap } from '../maps/registry';
import { FunctionInfo, Program } from '../program';
import { rewrite } from '../rewrite/rewrite';
import { resetRecords } from '../verifier/recorder';
import { continueVerification, verify } from '../verifier/verify';
import { btfOf, mapOf, openProgram } from './files';
import { nameAt, pointerAt, textLength, u32At } from './user';

/** enum bpf_attach_type */
const BPF_CGROUP_INET_SOCK_CREATE: i32 = 2;

/** capabilities of whoever calls, and the kernel it calls */
let capabilities: u32 = CAPS_ROOT;
let kernelVersion: i32 = 618;
let programs: Array<Program | null> = [];
/** The caller only wants to know what Linux would say: what is not simulated may be loaded, but it never runs. */
export let verdictsOnly: bool = false;
/** Program.missing of the last load */
export let missing: i32 = 0;
/** slot of the loaded program that calls it; 0 for a map */
export let missingAt: i32 = 0;

export function setVerdictsOnly(on: bool): void {
  verdictsOnly = on;
}

export function resetPrograms(): void {
  capabilities = CAPS_ROOT;
  kernelVersion = 618;
  programs = [null];
  verdictsOnly = false;
  missing = 0;
}

export function setLoaderCapabilities(mask: u32): void {
  capabilities = mask;
}

export function setLoaderKernel(version: i32): void {
  kernelVersion = version;
}

export function programById(id: i32): Program | null {
  return id > 0 && id < programs.length ? programs[id] : null;
}

/** The first number above `id` that a program has; 0: none. */
export function nextProgramId(id: u32): i32 {
  for (let next = <i32>id + 1; next > 0 && next < programs.length; next++) if (programs[next] != null) return next;
  return 0;
}

/** Lets go of a program; the last one frees it and lets go of its maps. */
export function releaseProgram(program: Program): void {
  if (--program.references > 0) return;
  for (let i = 0; i < program.maps.length; i++) releaseMap(program.maps[i]);
  discard(program);
  programs[program.id] = null;
}

/** Frees a program's memory. */
function discard(program: Program): void {
  freeObject(program.instructions);
  if (program.rewritten != 0) freeObject(program.rewritten);
  if (program.origins != 0) freeObject(program.origins);
  if (program.records != 0) freeObject(program.records);
}

/** Licences under which a program may call GPL-only helpers (Linux: license_is_gpl_compatible). */
function isGplCompatible(at: usize, length: u32): bool {
  const text = String.UTF8.decodeUnsafe(at, length);
  return (
    text == 'GPL' ||
    text == 'GPL v2' ||
    text == 'GPL and additional rights' ||
    text == 'Dual BSD/GPL' ||
    text == 'Dual MIT/GPL' ||
    text == 'Dual MPL/GPL'
  );
}

/** Replaces the map descriptors in 64-bit immediates by indexes into program.maps. 0 or -errno (Linux: resolve_pseudo_ldimm64). */
function resolveMaps(program: Program): i32 {
  for (let i = 0; i + 1 < program.instructionCount; i++) {
    const at = program.instructions + ((<usize>i) << 3);
    if (load<u8>(at) != <u8>(BPF_LD | BPF_IMM | BPF_DW)) continue;
    i++;
    const source = <i32>(load<u8>(at, 1) >> 4);
    if (source != BPF_PSEUDO_MAP_FD && source != BPF_PSEUDO_MAP_VALUE) continue;
    const map = mapOf(load<u32>(at, 4));
    if (map == null) {
      // The verifier says which descriptor was none; it finds its complement where an index should be.
      if (program.unverified) return -EBADF;
      store<i32>(at, ~load<i32>(at, 4), 4);
      continue;
    }
    let index = program.maps.indexOf(map);
    if (index < 0) {
      if (program.maps.length >= MAX_USED_MAPS) return -E2BIG;
      index = program.maps.length;
      program.maps.push(map);
      holdMap(map);
    }
    if (program.unverified && source == BPF_PSEUDO_MAP_VALUE && map.directValue(load<u32>(at, 12)) == 0) return -EINVAL;
    store<u32>(at, index, 4);
  }
  return 0;
}

/** The first thing that a rewritten program needs and that is not simulated, as Program.missing holds it. */
function firstMissing(program: Program): i32 {
  for (let i = 0; i < program.maps.length; i++) {
    const type = program.maps[i].type;
    if (!isSimulated(type)) return -type;
  }
  for (let i = 0; i < program.rewrittenCount; i++) {
    const at = program.rewritten + ((<usize>i) << 3);
    const code = <i32>load<u8>(at);
    if (code == (BPF_LD | BPF_IMM | BPF_DW)) i++;
    else if (code == (BPF_JMP | BPF_CALL) && load<u8>(at, 1) >> 4 == 0) {
      const helper = load<i32>(at, 4);
      if (helperIndex(helper) != 0) continue;
      missingAt = load<i32>(program.origins + ((<usize>i) << 2));
      return helper;
    }
  }
  return 0;
}

function readFunctionInfo(program: Program): i32 {
  const count = u32At(ATTR_PROG_LOAD_func_info_cnt_u32);
  if (count == 0) return 0;
  const size = u32At(ATTR_PROG_LOAD_func_info_rec_size_u32);
  if (size < 8 || size > 252 || size & 3) return -EINVAL;
  const at = pointerAt(ATTR_PROG_LOAD_func_info_ptr, <u64>size * <u64>count);
  if (at == 0) return -EFAULT;
  for (let i: u32 = 0; i < count; i++) {
    const row = at + <usize>(i * size);
    program.functionInfo.push(new FunctionInfo(load<i32>(row), load<u32>(row, 4)));
  }
  return 0;
}

export function programLoad(): i64 {
  missing = 0;
  missingAt = 0;
  // what is refused before the verifier looks at it leaves no log
  resetRecords();
  const flags = u32At(ATTR_PROG_LOAD_prog_flags_u32);
  const name = nameAt(ATTR_PROG_LOAD_prog_name);
  if (name == null) return -EINVAL;
  const count = u32At(ATTR_PROG_LOAD_insn_cnt_u32);
  const most = capabilities & CAP_BPF ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS;
  if (count == 0 || count > <u32>most) return -E2BIG;
  if (!(capabilities & CAP_BPF)) return -EPERM;
  const type = <i32>u32At(ATTR_PROG_LOAD_prog_type_u32);
  const attachType = u32At(ATTR_PROG_LOAD_expected_attach_type_u32);
  if (!attachTypeFits(type, attachType)) return -EINVAL;
  const from = pointerAt(ATTR_PROG_LOAD_insns_ptr, (<u64>count) << 3);
  const licence = pointerAt(ATTR_PROG_LOAD_license_ptr, 1);
  if (from == 0 || licence == 0) return -EFAULT;

  const program = new Program();
  program.name = name;
  program.type = type;
  // loaders of old did not say which: the socket's creation is meant
  program.expectedAttachType =
    type == PROGRAM_TYPE_CGROUP_SOCK && attachType == 0 ? BPF_CGROUP_INET_SOCK_CREATE : attachType;
  program.flags = flags & ~(<u32>SIM_F_UNVERIFIED);
  program.unverified = (flags & SIM_F_UNVERIFIED) != 0;
  program.capabilities = capabilities;
  program.kernelVersion = kernelVersion;
  program.gplCompatible = isGplCompatible(licence, textLength(licence, 127));
  program.instructionCount = <i32>count;
  program.instructions = reserve((<usize>count) << 3);
  if (program.instructions == 0) return -ENOMEM;
  memory.copy(program.instructions, from, (<usize>count) << 3);
  const btf = u32At(ATTR_PROG_LOAD_prog_btf_fd_u32);
  if (btf != 0) {
    const object = btfOf(btf);
    if (object == null) return -EBADF;
    program.btf = object.data;
    program.btfSize = object.size;
  }
  let error = readFunctionInfo(program);
  if (!error) error = resolveMaps(program);
  if (!error && !program.unverified) error = verify(program);
  return afterVerification(program, error);
}

/** the load whose verification has used up its slice */
let pending: Program | null = null;
/** The next slice of the load that answered -EAGAIN (setVerifierSlice): its answer, or -EAGAIN again. */
export function continueProgramLoad(): i64 {
  const program = pending;
  if (program == null) return -EINVAL;
  return afterVerification(program, continueVerification());
}
function afterVerification(program: Program, error: i32): i64 {
  if (error == -EAGAIN) {
    pending = program;
    return error;
  }
  pending = null;
  if (!error) error = rewrite(program);
  if (!error && !program.unverified) {
    program.missing = firstMissing(program);
    missing = program.missing;
    if (missing != 0 && !verdictsOnly) error = -ENOTSUPP;
  }
  if (error) {
    for (let i = 0; i < program.maps.length; i++) releaseMap(program.maps[i]);
    discard(program);
    return error;
  }
  program.id = programs.length;
  programs.push(program);
  return openProgram(program);
}
