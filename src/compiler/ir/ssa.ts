// SSA construction on the fly (Braun, Buchwald, Hack, Leißa, Mallon, Zwinkau: "Simple and Efficient Construction of
// Static Single Assignment Form", CC 2013). One class serves the builder and the passes that repair SSA.
import type { Block, Func, IrType } from './ir.ts';
import { Inst, resolve } from './ir.ts';

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

  private readRecursive(key: Key, block: Block): Inst {
    // Walk up straight lines without recursion.
    const path: Block[] = [];
    let at = block;
    let value: Inst | undefined;
    const seen = new Set<Block>();
    while (value === undefined) {
      const known = this.definitions.get(key)?.get(at);
      if (known) {
        value = resolve(known);
        break;
      }
      if (!this.sealed.has(at)) {
        value = this.newPhi(key, at);
        let waiting = this.incomplete.get(at);
        if (!waiting) this.incomplete.set(at, (waiting = new Map<Key, Inst>()));
        waiting.set(key, value);
        this.write(key, at, value);
      } else if (at.preds.length === 0 || seen.has(at)) {
        value = this.func.undefined(this.typeOf(key));
        this.write(key, at, value);
      } else if (at.preds.length === 1) {
        seen.add(at);
        path.push(at);
        at = at.preds[0]!;
      } else {
        const phi = this.newPhi(key, at);
        this.write(key, at, phi);
        value = this.complete(key, phi);
        this.write(key, at, value);
      }
    }
    for (const passed of path) this.write(key, passed, value);
    return value;
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
    for (const pred of phi.block!.preds) {
      const value = this.read(key, pred);
      phi.args.push(value);
      if (value.op === 'phi') {
        const users = this.phiUsers.get(value);
        if (users) users.push(phi);
        else this.phiUsers.set(value, [phi]);
      }
    }
    return this.removeTrivial(phi);
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
        work.push(...users);
        if (phi.forward.op === 'phi') {
          const other = this.phiUsers.get(phi.forward);
          if (other) other.push(...users);
          else this.phiUsers.set(phi.forward, users.slice());
        }
      }
    }
    return resolve(start);
  }
}
