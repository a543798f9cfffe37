// Which constants are meant where the cursor is? C says so where an enumeration is wanted; where it only says "a number", the
// name of the member, the parameter or the kind of program does: `ip->protocol ==` means IPPROTO_TCP, not any integer.
import { PROGRAM_TYPES } from '../../bpf/programs.ts';
import { sectionOf } from '../../bpf/sections.ts';
import * as T from '../preprocess/token.ts';
import { canonical } from '../tree.ts';
import type { FunctionDeclaration } from '../tree.ts';
import type { Analysis } from './analysis.ts';
import { openCall } from './signature.ts';

/** Constants of a member, by its name. */
const OF_MEMBER: Readonly<Record<string, RegExp>> = {
  protocol: /^(?:IPPROTO|ETH_P)_/,
  nexthdr: /^IPPROTO_/,
  h_proto: /^ETH_P_/,
  h_vlan_encapsulated_proto: /^ETH_P_/,
  hooknum: /^NF_INET_/,
  hook: /^NF_INET_/,
  pf: /^NFPROTO_/,
  priority: /^NF_IP_PRI_/,
  pkt_type: /^PACKET_/,
};

/** Constants of an argument, by the function's name and its place among the arguments. */
const OF_ARGUMENT: Readonly<Record<string, RegExp>> = {
  'bpf_map_update_elem 3': /^BPF_(?:ANY|NOEXIST|EXIST)$/,
  'bpf_map_push_elem 2': /^BPF_(?:ANY|EXIST)$/,
  'bpf_ringbuf_submit 1': /^BPF_RB_/,
  'bpf_ringbuf_discard 1': /^BPF_RB_/,
  'bpf_ringbuf_output 3': /^BPF_RB_/,
  'bpf_ringbuf_query 1': /^BPF_RB_/,
  'bpf_perf_event_output 2': /^BPF_F_(?:CURRENT_CPU|INDEX_MASK)$/,
  'bpf_redirect_map 2': /^XDP_/,
  'kmalloc 1': /^GFP_/,
  'kzalloc 1': /^GFP_/,
  'kfree_skb_reason 1': /^SKB_DROP_REASON_/,
};

const IN_BYTE_ORDER = /^(?:bpf_|__constant_|__bpf_)?(?:hton|ntoh)[sl]$/;

/** The function whose body the offset may be in: the last one that is declared before it. */
function functionAround(analysis: Analysis, offset: number): FunctionDeclaration | null {
  const { file, front, stream } = analysis;
  let found: FunctionDeclaration | null = null;
  let nearest = file.base - 1;
  for (const symbol of front.symbols.values()) {
    if (symbol.kind !== 'function' || symbol.at < 0) continue;
    const place = stream.diagnosticPlace(symbol.at);
    if (place <= nearest || place >= file.base + offset) continue;
    nearest = place;
    found = symbol.function;
  }
  return found;
}

/** What a function of this kind returns. */
function answersOf(fn: FunctionDeclaration | null, kernelMode: boolean): RegExp | null {
  if (!fn) return null;
  if (kernelMode) {
    const isHook = fn.type.parameters.some(({ type }) => {
      const outer = canonical(type);
      const inner = outer.kind === 'pointer' ? canonical(outer.target) : outer;
      return inner.kind === 'record' && inner.tag === 'nf_hook_state';
    });
    return isHook ? /^NF_(?:ACCEPT|DROP|STOLEN|QUEUE)$/ : null;
  }
  const section = sectionOf(fn.attributes.section ?? '');
  const names = PROGRAM_TYPES.find((type) => type.name === section?.type)?.returnNames ?? [];
  const constants = names.filter((name) => /^[A-Z][A-Z\d_]+$/.test(name));
  return constants.length > 0 ? new RegExp(`^(?:${constants.join('|')})$`) : null;
}

/** Is the offset in what a `return` gives? */
function isReturned(analysis: Analysis, index: number): boolean {
  for (let i = index; i >= 0; i--) {
    const token = analysis.token(i);
    if (!token || token.kind === T.SEMICOLON || token.kind === T.LBRACE || token.kind === T.RBRACE) return false;
    if (token.text === 'return') return true;
  }
  return false;
}

const NOTHING = (): boolean => false;

/** Tells of a name whether it is one of those that are meant at `start`, where the probe stands. */
export function wantedAt(analysis: Analysis, start: number): (name: string) => boolean {
  const expected = analysis.front.expected && canonical(analysis.front.expected);
  if (expected?.kind === 'enum') {
    const names = new Set(expected.members.map(({ name }) => name));
    return (name) => names.has(name);
  }
  let before = analysis.indexBefore(start);
  // bpf_htons(ETH_P_IP) is compared as ETH_P_IP is.
  if (analysis.token(before)?.kind === T.LPAREN && IN_BYTE_ORDER.test(analysis.token(before - 1)?.text ?? ''))
    before -= 2;
  const sign = analysis.token(before)?.kind;
  if (sign === T.ASSIGN || sign === T.EQUAL_EQUAL || sign === T.NOT_EQUAL) {
    const pattern = OF_MEMBER[analysis.token(before - 1)?.text ?? ''];
    return pattern ? (name) => pattern.test(name) : NOTHING;
  }
  const call = openCall(analysis, start);
  if (call) {
    const pattern = OF_ARGUMENT[`${call.name.text} ${call.argument}`];
    return pattern ? (name) => pattern.test(name) : NOTHING;
  }
  if (isReturned(analysis, before)) {
    const pattern = answersOf(functionAround(analysis, start), analysis.kernelMode);
    if (pattern) return (name) => pattern.test(name);
  }
  return NOTHING;
}
