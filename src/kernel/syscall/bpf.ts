// bpf(2): one entry, the commands by number.
import { E2BIG, EFAULT, EINVAL, ENOENT, ENOMEM } from '../generated/errno';
import {
  ATTR_BTF_LOAD_btf_ptr,
  ATTR_BTF_LOAD_btf_size_u32,
  BPF_BTF_LOAD,
  BPF_MAP_CREATE,
  BPF_MAP_DELETE_ELEM,
  BPF_MAP_FREEZE,
  BPF_MAP_GET_FD_BY_ID,
  BPF_MAP_GET_NEXT_ID,
  BPF_MAP_GET_NEXT_KEY,
  BPF_MAP_LOOKUP_AND_DELETE_ELEM,
  BPF_MAP_LOOKUP_ELEM,
  BPF_MAP_UPDATE_ELEM,
  BPF_PROG_GET_FD_BY_ID,
  BPF_PROG_GET_NEXT_ID,
  BPF_PROG_LOAD,
  BPF_PROG_TEST_RUN,
} from '../generated/syscall';
import { reserve } from '../memory/arena';
import { mapById, nextMapId } from '../maps/registry';
import { BtfObject, openBtf, openMap, openProgram } from './files';
import { mapCreate, mapDelete, mapFreeze, mapLookup, mapNextKey, mapTake, mapUpdate } from './maps';
import { linkCommand } from './links';
import { nextProgramId, programById, programLoad } from './programs';
import { testRun } from './test-run';
import { giveAttributes, nothingBehind, pointerAt, setU32, takeAttributes, u32At } from './user';

const BTF_MAGIC: u16 = 0xeb9f;

/** Keeps raw BTF; verifier and loader read it as it is. */
function btfLoad(): i64 {
  const size = u32At(ATTR_BTF_LOAD_btf_size_u32);
  const from = pointerAt(ATTR_BTF_LOAD_btf_ptr, size);
  if (from == 0) return -EFAULT;
  if (size < 24 || load<u16>(from) != BTF_MAGIC) return -EINVAL;
  const btf = new BtfObject();
  btf.size = size;
  btf.data = reserve(size);
  if (btf.data == 0) return -ENOMEM;
  memory.copy(btf.data, from, size);
  return openBtf(btf);
}

/** Answers with the next number after the one given, at offset 4 of the attributes. */
function answerNext(next: i32): i64 {
  if (next == 0) return -ENOENT;
  setU32(4, next);
  return 0;
}

function mapByNumber(): i64 {
  const map = mapById(u32At(0));
  return map == null ? -ENOENT : openMap(map);
}

function programByNumber(): i64 {
  const program = programById(u32At(0));
  return program == null ? -ENOENT : openProgram(program);
}

function command(cmd: i32): i64 {
  switch (cmd) {
    case BPF_MAP_CREATE:
      return mapCreate();
    case BPF_MAP_LOOKUP_ELEM:
      return mapLookup();
    case BPF_MAP_UPDATE_ELEM:
      return mapUpdate();
    case BPF_MAP_DELETE_ELEM:
      return mapDelete();
    case BPF_MAP_GET_NEXT_KEY:
      return mapNextKey();
    case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
      return mapTake();
    case BPF_MAP_FREEZE:
      return mapFreeze();
    case BPF_PROG_LOAD:
      return programLoad();
    case BPF_PROG_TEST_RUN:
      return testRun();
    case BPF_BTF_LOAD:
      return btfLoad();
    case BPF_MAP_GET_NEXT_ID:
      return nothingBehind(12) ? answerNext(nextMapId(u32At(0))) : -EINVAL;
    case BPF_PROG_GET_NEXT_ID:
      return nothingBehind(12) ? answerNext(nextProgramId(u32At(0))) : -EINVAL;
    case BPF_MAP_GET_FD_BY_ID:
      return mapByNumber();
    case BPF_PROG_GET_FD_BY_ID:
      return programByNumber();
    default:
      return linkCommand(cmd);
  }
}

/** Runs a command on the union bpf_attr at linear `at`; results go back into it. */
export function systemCall(cmd: i32, at: usize, size: u32): i64 {
  if (!takeAttributes(at, size)) return -E2BIG;
  const answer = command(cmd);
  giveAttributes(at, size);
  return answer;
}
