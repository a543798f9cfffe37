// Static variables that no code writes are constants, whatever their type says: loads from them fold.
import type { DataObject, Func, Inst, Module } from '../ir/ir.ts';
import { findUsers } from './analysis.ts';

export function markUnwritten(module: Module): void {
  const written = new Set<DataObject>();
  for (const data of module.data)
    for (const { target } of data.relocations) if (target.kind === 'data') written.add(target.data);
  for (const func of module.functions) noteWrites(func, written);
  for (const data of module.data) {
    if (data.linkage !== 'static' || data.mayChange || data.used || data.relocations.length > 0 || written.has(data))
      continue;
    data.constant = true;
    if (data.section === '.data' || data.section === '.bss') data.section = '.rodata';
  }
}

function noteWrites(func: Func, written: Set<DataObject>): void {
  let users: Map<Inst, Inst[]> | null = null;
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op !== 'symbol' || inst.symbol?.kind !== 'data' || written.has(inst.symbol.data)) continue;
      users ??= findUsers(func);
      if (!onlyRead(inst, users, 0)) written.add(inst.symbol.data);
    }
  }
}

function onlyRead(address: Inst, users: Map<Inst, Inst[]>, depth: number): boolean {
  return (users.get(address) ?? []).every((user) => {
    if (user.op === 'load') return true;
    if (user.op === 'memcpy') return user.args[0] !== address;
    return user.op === 'ptradd' && user.args[0] === address && depth < 8 && onlyRead(user, users, depth + 1);
  });
}
