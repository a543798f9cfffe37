// The bpf() system call's commands, and the layout of its attributes (union bpf_attr, linux/bpf.h of 6.18).
// The simulated kernel takes the same attributes as Linux; pointers are 64-bit and hold linear-memory addresses.

export const BPF_MAP_CREATE = 0;
export const BPF_MAP_LOOKUP_ELEM = 1;
export const BPF_MAP_UPDATE_ELEM = 2;
export const BPF_MAP_DELETE_ELEM = 3;
export const BPF_MAP_GET_NEXT_KEY = 4;
export const BPF_PROG_LOAD = 5;
export const BPF_OBJ_PIN = 6;
export const BPF_OBJ_GET = 7;
export const BPF_PROG_ATTACH = 8;
export const BPF_PROG_DETACH = 9;
export const BPF_PROG_TEST_RUN = 10;
export const BPF_PROG_GET_NEXT_ID = 11;
export const BPF_MAP_GET_NEXT_ID = 12;
export const BPF_PROG_GET_FD_BY_ID = 13;
export const BPF_MAP_GET_FD_BY_ID = 14;
export const BPF_OBJ_GET_INFO_BY_FD = 15;
export const BPF_PROG_QUERY = 16;
export const BPF_RAW_TRACEPOINT_OPEN = 17;
export const BPF_BTF_LOAD = 18;
export const BPF_MAP_LOOKUP_AND_DELETE_ELEM = 21;
export const BPF_MAP_FREEZE = 22;
export const BPF_LINK_CREATE = 28;
export const BPF_LINK_UPDATE = 29;

/** Byte offsets inside bpf_attr; a name's suffix says the width: _u32, _u64, _ptr (u64), _name (16 bytes). */
export const ATTR_MAP_CREATE = {
  map_type_u32: 0,
  key_size_u32: 4,
  value_size_u32: 8,
  max_entries_u32: 12,
  map_flags_u32: 16,
  inner_map_fd_u32: 20,
  numa_node_u32: 24,
  map_name: 28,
  map_ifindex_u32: 44,
  btf_fd_u32: 48,
  btf_key_type_id_u32: 52,
  btf_value_type_id_u32: 56,
  btf_vmlinux_value_type_id_u32: 60,
  map_extra_u64: 64,
} as const;

export const ATTR_MAP_ELEM = {
  map_fd_u32: 0,
  key_ptr: 8,
  /** value, or next_key for BPF_MAP_GET_NEXT_KEY */
  value_ptr: 16,
  flags_u64: 24,
} as const;

export const ATTR_PROG_LOAD = {
  prog_type_u32: 0,
  insn_cnt_u32: 4,
  insns_ptr: 8,
  /** zero-terminated */
  license_ptr: 16,
  log_level_u32: 24,
  log_size_u32: 28,
  log_buf_ptr: 32,
  kern_version_u32: 40,
  prog_flags_u32: 44,
  prog_name: 48,
  prog_ifindex_u32: 64,
  expected_attach_type_u32: 68,
  prog_btf_fd_u32: 72,
  func_info_rec_size_u32: 76,
  func_info_ptr: 80,
  func_info_cnt_u32: 88,
  line_info_rec_size_u32: 92,
  line_info_ptr: 96,
  line_info_cnt_u32: 104,
  attach_btf_id_u32: 108,
  attach_prog_fd_u32: 112,
} as const;

export const ATTR_TEST_RUN = {
  prog_fd_u32: 0,
  retval_u32: 4,
  data_size_in_u32: 8,
  data_size_out_u32: 12,
  data_in_ptr: 16,
  data_out_ptr: 24,
  repeat_u32: 32,
  duration_u32: 36,
  ctx_size_in_u32: 40,
  ctx_size_out_u32: 44,
  ctx_in_ptr: 48,
  ctx_out_ptr: 56,
  flags_u32: 64,
  cpu_u32: 68,
  batch_size_u32: 72,
} as const;

export const ATTR_BTF_LOAD = {
  btf_ptr: 0,
  btf_log_buf_ptr: 8,
  btf_size_u32: 16,
} as const;

/** Bytes of the attribute buffer that callers pass. */
export const BPF_ATTR_SIZE = 152;

/** Capabilities, as bits of the loader's view. Root has all of them. */
export const CAP_BPF = 1;
export const CAP_PERFMON = 2;
export const CAP_NET_ADMIN = 4;
export const CAP_SYS_ADMIN = 8;
export const CAPS_ROOT = CAP_BPF | CAP_PERFMON | CAP_NET_ADMIN | CAP_SYS_ADMIN;
/** `--caps bpf`: what a service with CAP_BPF and CAP_NET_ADMIN, but without CAP_PERFMON, has */
export const CAPS_BPF = CAP_BPF | CAP_NET_ADMIN;

/** prog_flags */
export const BPF_F_STRICT_ALIGNMENT = 1 << 0;
export const BPF_F_ANY_ALIGNMENT = 1 << 1;
export const BPF_F_TEST_STATE_FREQ = 1 << 3;
export const BPF_F_SLEEPABLE = 1 << 4;
export const BPF_F_XDP_HAS_FRAGS = 1 << 5;
/** ours: load without asking the verifier; such a program only ever runs checked */
export const SIM_F_UNVERIFIED = 1 << 30;
