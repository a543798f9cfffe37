// SSA as text, for tests and for people: one value a line, in LLVM's manner.
import type { Func, Inst, Module } from './ir.ts';
import { signedValue } from './ir.ts';

export function printModule(module: Module): string {
  return module.functions.map(printFunction).join('\n');
}

export function printFunction(func: Func): string {
  let next = 0;
  const names = new Map<Inst, string>();
  const name = (inst: Inst): string => {
    if (inst.op === 'const') return inst.type === 'ptr' && inst.value === 0n ? 'null' : String(signedValue(inst));
    if (inst.op === 'undef') return 'undef';
    let text = names.get(inst);
    if (!text) names.set(inst, (text = `%${next++}`));
    return text;
  };
  const lines = [`${func.result} @${func.name}(${func.params.map((p) => `${p.type} ${name(p)}`).join(', ')}) {`];
  for (const block of func.blocks) {
    lines.push(
      `b${block.id}:${block.preds.length > 0 ? ` ; from ${block.preds.map((p) => `b${p.id}`).join(' ')}` : ''}`,
    );
    for (const phi of block.phis) {
      const parts = phi.args.map((a, i) => `[${name(a)}, b${block.preds[i]?.id ?? '?'}]`);
      lines.push(`  ${name(phi)} = phi ${phi.type} ${parts.join(', ')}`);
    }
    for (const inst of block.insts) lines.push(`  ${printInst(inst, name)}`);
  }
  lines.push('}', '');
  return lines.join('\n');
}

function symbolName(inst: Inst): string {
  const symbol = inst.symbol;
  return symbol?.kind === 'data' ? `@${symbol.data.name}` : `@${symbol?.declaration.name ?? '?'}`;
}

function printInst(inst: Inst, name: (inst: Inst) => string): string {
  const args = inst.args.map(name).join(', ');
  const left = inst.type === 'void' ? '' : `${name(inst)} = `;
  const kind = `${inst.op}${inst.type === 'void' ? '' : ` ${inst.type}`}`;
  switch (inst.op) {
    case 'symbol':
      return `${left}symbol ${symbolName(inst)}`;
    case 'alloca':
      return `${left}alloca ${inst.size} align ${inst.align}${inst.name ? ` ; ${inst.name}` : ''}`;
    case 'icmp':
      return `${left}icmp ${inst.predicate} ${args}`;
    case 'load':
      return `${left}load${inst.volatile ? ' volatile' : ''} ${inst.type} ${inst.signed ? 's' : 'u'}${inst.width * 8} ${args} align ${inst.align}`;
    case 'store':
      return `store${inst.volatile ? ' volatile' : ''} ${inst.width * 8} ${args} align ${inst.align}`;
    case 'atomic':
      return `${left}atomic ${inst.atomic} ${inst.width * 8} ${args}`;
    case 'memcpy':
    case 'memset':
      return `${inst.op} ${args}, ${inst.size} align ${inst.align}`;
    case 'call': {
      const callee = inst.callee;
      const target =
        callee?.kind === 'helper'
          ? `helper#${callee.number}`
          : callee?.kind === 'function'
            ? `@${callee.declaration.name}`
            : 'indirect';
      return `${left}call ${inst.type} ${target}(${args})`;
    }
    case 'core':
      return `${left}core ${inst.relocation!.kind} "${inst.relocation!.access}" ${inst.value}`;
    case 'sextlow':
    case 'bswap':
      return `${left}${kind} ${inst.width * 8} ${args}`;
    case 'asm':
      return `${left}asm ${JSON.stringify(inst.assembly!.template)} ${args}`;
    case 'asmout':
      return `${left}asmout ${args} ${inst.width}`;
    case 'asmgoto':
      return `asmgoto ${JSON.stringify(inst.assembly!.template)} ${[...inst.args.map(name), ...inst.targets.map((t) => `b${t.id}`)].join(', ')}`;
    case 'jump':
    case 'br':
      return `${inst.op} ${[...inst.args.map(name), ...inst.targets.map((t) => `b${t.id}`)].join(', ')}`;
    default:
      return `${left}${kind}${args ? ` ${args}` : ''}`;
  }
}
