// SSA construction on the fly (Braun, Buchwald, Hack, Leißa, Mallon, Zwinkau: "Simple and Efficient Construction of
// Static Single Assignment Form", CC 2013). One class serves the builder and the passes that repair SSA.
import type { Block, Func, IrType } from './ir.ts';
import { Inst, resolve } from './ir.ts';

/** A join that is being read: its phi waits for operands, and the blocks of `path` for its value. */
interface Reading {
  readonly phi: Inst;
  readonly block: Block;
  readonly path: readonly Block[];
}

export class SsaVariables<Key> {
  private readonly func: Func;
  private readonly typeOf: (key: Key) => IrType;
  private readonly definitions = new Map<Key, Map<Block, Inst>>();
  private readonly sealed = new Set<Block>();
  private readonly incomplete = new Map<Block, Map<Key, Inst>>();
  private readonly entries = new Map<Key, Map<Block, Inst>>();
  /** phis that use a phi: they may become trivial when it does */
  private readonly phiUsers = new Map<Inst, Inst[]>();

  constructor(func: Func, typeOf: (key: Key) => IrType) {
    this.func = func;
    this.typeOf = typeOf;
  }

  write(key: Key, block: Block, value: Inst): void {
    let blocks = this.definitions.get(key);
    if (!blocks) this.definitions.set(key, (blocks = new Map<Block, Inst>()));
    blocks.set(block, value);
  }

  read(key: Key, block: Block): Inst {
    const found = this.definitions.get(key)?.get(block);
    return found ? resolve(found) : this.readRecursive(key, block);
  }

  /** The value where a (sealed) block starts, whatever the block itself writes. */
  readAtEntry(key: Key, block: Block): Inst {
    let known = this.entries.get(key);
    if (!known) this.entries.set(key, (known = new Map<Block, Inst>()));
    const found = known.get(block);
    if (found) return resolve(found);
    let value: Inst;
    if (block.preds.length === 0) {
      value = this.func.undefined(this.typeOf(key));
    } else if (block.preds.length === 1) {
      value = this.read(key, block.preds[0]!);
    } else if (!this.definitions.get(key)?.has(block)) {
      value = this.read(key, block);
    } else {
      const phi = this.newPhi(key, block);
      known.set(block, phi);
      value = this.complete(key, phi);
    }
    known.set(block, value);
    return value;
  }

  /** The paper's readVariableRecursive, on a stack of its own: a long function is as deep as it has joins. */
  private readRecursive(key: Key, start: Block): Inst {
    const open: Reading[] = [];
    let at = start;
    for (;;) {
      let value = this.climb(key, at, open);
      for (;;) {
        const top = open[open.length - 1];
        if (!top) return value!;
        const { phi, block, path } = top;
        if (value) this.addOperand(phi, value);
        if (phi.args.length < block.preds.length) {
          at = block.preds[phi.args.length]!;
          break;
        }
        value = this.removeTrivial(phi);
        this.write(key, block, value);
        for (const passed of path) this.write(key, passed, value);
        open.pop();
      }
    }
  }

  /** Walks up a straight line to a definition, or to a join, whose phi is opened then and whose first predecessor comes next. */
  private climb(key: Key, start: Block, open: Reading[]): Inst | null {
    const path: Block[] = [];
    const seen = new Set<Block>();
    let at = start;
    for (;;) {
      let value: Inst | null = null;
      const known = this.definitions.get(key)?.get(at);
      if (known) {
        value = resolve(known);
      } else if (!this.sealed.has(at)) {
        value = this.newPhi(key, at);
        let waiting = this.incomplete.get(at);
        if (!waiting) this.incomplete.set(at, (waiting = new Map<Key, Inst>()));
        waiting.set(key, value);
        this.write(key, at, value);
      } else if (at.preds.length === 0 || seen.has(at)) {
        value = this.func.undefined(this.typeOf(key));
        this.write(key, at, value);
      }
      if (value) {
        for (const passed of path) this.write(key, passed, value);
        return value;
      }
      if (at.preds.length > 1) {
        const phi = this.newPhi(key, at);
        this.write(key, at, phi);
        open.push({ phi, block: at, path });
        return null;
      }
      seen.add(at);
      path.push(at);
      at = at.preds[0]!;
    }
  }

  /** All predecessors of the block are known now. */
  seal(block: Block): void {
    if (this.sealed.has(block)) return;
    this.sealed.add(block);
    const waiting = this.incomplete.get(block);
    if (!waiting) return;
    this.incomplete.delete(block);
    for (const [key, phi] of waiting) this.complete(key, phi);
  }

  private newPhi(key: Key, block: Block): Inst {
    const phi = new Inst('phi', this.typeOf(key), [], 0);
    phi.block = block;
    block.phis.push(phi);
    return phi;
  }

  private complete(key: Key, phi: Inst): Inst {
    for (const pred of phi.block!.preds) this.addOperand(phi, this.read(key, pred));
    return this.removeTrivial(phi);
  }

  private addOperand(phi: Inst, value: Inst): void {
    phi.args.push(value);
    if (value.op !== 'phi') return;
    const users = this.phiUsers.get(value);
    if (users) users.push(phi);
    else this.phiUsers.set(value, [phi]);
  }

  private removeTrivial(start: Inst): Inst {
    const work = [start];
    while (work.length > 0) {
      const phi = work.pop()!;
      if (phi.forward || phi.args.length !== phi.block!.preds.length) continue;
      let same: Inst | null = null;
      let trivial = true;
      for (const arg of phi.args) {
        const value = resolve(arg);
        if (value === same || value === phi) continue;
        if (same) {
          trivial = false;
          break;
        }
        same = value;
      }
      if (!trivial) continue;
      phi.forward = same ?? this.func.undefined(phi.type);
      const users = this.phiUsers.get(phi);
      if (users) {
        for (const user of users) work.push(user);
        if (phi.forward.op === 'phi') {
          const other = this.phiUsers.get(phi.forward);
          if (other) for (const user of users) other.push(user);
          else this.phiUsers.set(phi.forward, users.slice());
        }
      }
    }
    return resolve(start);
  }
}
