// Loop unrolling, where the source asks for it (`#pragma unroll`): iterations are peeled until the trip count is used up.
import { foldBinary, foldCompare } from '../ir/fold.ts';
import type { Block, Func, Inst } from '../ir/ir.ts';
import { isBinary, removePredecessor, sweepForwards, wrap } from '../ir/ir.ts';
import { SsaVariables } from '../ir/ssa.ts';
import { findLoops, findUsers, type Loop } from './analysis.ts';
import { cloneBlocks, type Copy } from './clone.ts';
import { foldUnary } from './constant-propagation.ts';

/** Full unrolling stops at this many instructions or iterations. */
const MOST_INSTRUCTIONS = 20_000;
const MOST_ITERATIONS = 1024;

export interface Unrolled {
  readonly changed: boolean;
  /** headers of loops whose pragma could not be obeyed */
  readonly failed: readonly Block[];
}

export function unrollLoops(func: Func): Unrolled {
  const failed: Block[] = [];
  let changed = false;
  for (let round = 0; round < 64; round++) {
    const loop = findLoops(func).find((l) => l.header.unroll === 'full' || typeof l.header.unroll === 'number');
    if (!loop) break;
    const wish = loop.header.unroll;
    loop.header.unroll = null;
    const trips = countTrips(loop);
    let size = 0;
    for (const block of loop.blocks) size += block.insts.length + block.phis.length;
    if (trips === null || trips * size > MOST_INSTRUCTIONS) {
      if (wish === 'full') failed.push(loop.header);
      continue;
    }
    // a partial count would keep a remainder loop; with a known trip count all of it is unrolled if it is small
    if (typeof wish === 'number' && wish < trips && trips * size > 2_000) continue;
    const ordered = func.blocks.filter((b) => loop.blocks.has(b));
    const copies: Block[] = [];
    for (let i = 0; i < trips; i++) {
      const { users, copy } = peel(func, loop, ordered, i === 0);
      const blocks = ordered.map((b) => copy.blocks.get(b)!);
      if (users) {
        func.blocks.splice(func.blocks.indexOf(ordered[0]!), 0, ...blocks);
        joinEscaping(func, loop, users, copy);
      } else copies.push(...blocks);
    }
    func.blocks.splice(func.blocks.indexOf(ordered[0]!), 0, ...copies);
    changed ||= trips > 0;
  }
  return { changed, failed };
}

/** How often the header is entered, if the loop's exits can be computed from constants. */
function countTrips(loop: Loop): number | null {
  const { header, blocks } = loop;
  let state = new Map<Inst, bigint>();
  const outside = header.preds.map((p) => !blocks.has(p));
  for (const phi of header.phis) {
    let start: bigint | null | undefined;
    phi.args.forEach((arg, i) => {
      if (!outside[i]) return;
      const value = arg.op === 'const' ? arg.value : null;
      start = start === undefined || start === value ? value : null;
    });
    if (start !== null && start !== undefined) state.set(phi, start);
  }
  if (state.size === 0) return null;
  for (let trips = 1; trips <= MOST_ITERATIONS; trips++) {
    const memo = new Map<Inst, bigint | null>(state);
    // which way does this iteration go, as far as constants tell?
    const reached = new Set<Block>([header]);
    const work: Block[] = [header];
    let again = false;
    while (work.length > 0) {
      const block = work.pop()!;
      const end = block.terminator;
      let targets = end?.targets ?? [];
      if (end?.op === 'br') {
        const condition = evaluate(end.args[0]!, blocks, memo, 0);
        if (condition !== null) targets = [targets[condition !== 0n ? 0 : 1]!];
      }
      for (const target of targets) {
        if (target === header) again = true;
        else if (blocks.has(target) && !reached.has(target)) {
          reached.add(target);
          work.push(target);
        }
      }
    }
    if (!again) return trips;
    const next = new Map<Inst, bigint>();
    for (const phi of header.phis) {
      let value: bigint | null | undefined;
      phi.args.forEach((arg, i) => {
        if (outside[i]) return;
        const v = evaluate(arg, blocks, memo, 0);
        value = value === undefined || value === v ? v : null;
      });
      if (value !== null && value !== undefined) next.set(phi, value);
    }
    if (next.size === 0) return null;
    state = next;
  }

  return null;
}

function evaluate(
  inst: Inst,
  blocks: ReadonlySet<Block>,
  memo: Map<Inst, bigint | null>,
  depth: number,
): bigint | null {
  if (inst.op === 'const') return inst.value;
  const known = memo.get(inst);
  if (known !== undefined) return known;
  if (!inst.block || !blocks.has(inst.block) || depth > 24) return null;
  memo.set(inst, null);
  let result: bigint | null = null;
  if (inst.op === 'icmp' || isBinary(inst.op) || inst.op === 'ptradd') {
    const a = evaluate(inst.args[0]!, blocks, memo, depth + 1);
    const b = a === null ? null : evaluate(inst.args[1]!, blocks, memo, depth + 1);
    if (a !== null && b !== null) {
      if (inst.op === 'icmp') result = foldCompare(inst.predicate, inst.args[0]!.type, a, b) ? 1n : 0n;
      else result = isBinary(inst.op) ? foldBinary(inst.op, inst.type, a, b) : wrap('ptr', a + b);
    }
  } else if (
    inst.op === 'zext' ||
    inst.op === 'sext' ||
    inst.op === 'trunc' ||
    inst.op === 'sextlow' ||
    inst.op === 'bswap'
  ) {
    const a = evaluate(inst.args[0]!, blocks, memo, depth + 1);
    if (a !== null) result = foldUnary(inst, a);
  }
  memo.set(inst, result);
  return result;
}

type Users = ReadonlyMap<Inst, readonly Inst[]>;

/**
 * Copies one iteration in front of the loop: entries go through the copy, whose back edges enter the loop. The copy's blocks are not in
 * the function yet. After the first copy, what is read behind the loop is read through phis where its exits and the copy's meet, and each
 * further copy only adds its edges to them.
 */
function peel(func: Func, loop: Loop, ordered: readonly Block[], first: boolean): { users: Users | null; copy: Copy } {
  const { header, blocks } = loop;
  const users = first ? findUsers(func) : null;
  const copy = cloneBlocks(func, ordered, new Map());
  const head = copy.blocks.get(header)!;

  // the copied header is entered from outside only: its own back edges go to the loop itself
  const entries = header.preds.filter((p) => !blocks.has(p));
  const entryIndex = entries.map((p) => header.preds.indexOf(p));
  header.phis.forEach((phi, n) => {
    head.phis[n]!.args = entryIndex.map((i) => phi.args[i]!);
  });
  head.preds = entries.slice();
  for (const entry of entries) {
    const end = entry.terminator!;
    end.targets = end.targets.map((t) => (t === header ? head : t));
  }
  const latchIndex = header.preds.map((p, i) => (blocks.has(p) ? i : -1)).filter((i) => i >= 0);
  const values = header.phis.map((phi) =>
    latchIndex.map((i) => {
      const arg = phi.args[i]!;
      return copy.values.get(arg) ?? arg;
    }),
  );
  for (const entry of entries) removePredecessor(header, entry);
  const latches = header.preds.slice();
  latches.forEach((latch, n) => {
    const cloned = copy.blocks.get(latch)!;
    cloned.terminator!.targets = cloned.terminator!.targets.map((t) => (t === head ? header : t));
    header.preds.push(cloned);
    header.phis.forEach((phi, p) => phi.args.push(values[p]![n]!));
  });

  // exits: the blocks outside have a new predecessor for each copied edge
  const inCopy = new Set(copy.blocks.values());
  for (const block of ordered) {
    const cloned = copy.blocks.get(block)!;
    for (const target of new Set(cloned.terminator?.targets ?? [])) {
      if (target === header || inCopy.has(target)) continue;
      const from = target.preds.indexOf(block);
      target.preds.push(cloned);
      for (const phi of target.phis) {
        const value = phi.args[from]!;
        phi.args.push(copy.values.get(value) ?? value);
      }
    }
  }
  return { users, copy };
}

/** Values of the loop that are read after it: they come from the loop or from its copy. */
function joinEscaping(func: Func, { blocks }: Loop, users: Users, copy: Copy): void {
  const ssa = new SsaVariables<Inst>(func, (v) => v.type);
  for (const b of func.blocks) ssa.seal(b);
  const escaping: Inst[] = [];
  for (const [original, cloned] of copy.values) {
    const home = original.block;
    if (!home || !blocks.has(home)) continue;
    const outside = (users.get(original) ?? []).some((u) => !blocks.has(u.block!));
    if (!outside) continue;
    escaping.push(original);
    ssa.write(original, home, original);
    ssa.write(original, copy.blocks.get(home)!, cloned);
  }
  for (const value of escaping) {
    for (const user of users.get(value)!) {
      const home = user.block!;
      if (blocks.has(home)) continue;
      if (user.op === 'phi') {
        user.args = user.args.map((arg, i) => {
          const pred = home.preds[i]!;
          // edges out of the loop and out of its copy were set above
          if (arg !== value || blocks.has(pred)) return arg;
          return ssa.read(value, pred);
        });
      } else {
        const seen = ssa.read(value, home);
        user.args = user.args.map((arg) => (arg === value ? seen : arg));
      }
    }
  }
  sweepForwards(func);
}
