// Statements to SSA. Loops whose condition is simple are turned round: a guard, then the test at the bottom.
import type {
  AssemblyStatement,
  Block as TreeBlock,
  Expression,
  Label,
  LoopHint,
  Statement,
  SwitchStatement,
} from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import { buildReturn } from './calls.ts';
import { condition, evaluate, rvalue } from './expressions.ts';
import { declareVariable } from './initialize.ts';
import type { Block, Inst } from './ir.ts';
import { irType, isAggregate, isSigned } from './layout.ts';
import { placeAddress, placeOf, readPlace, writePlace } from './places.ts';

export function buildBlock(b: FunctionBuilder, block: TreeBlock): void {
  const depth = b.cleanups.length;
  buildStatements(b, block);
  endScope(b, block, depth);
}

/** Ends the scopes opened after `depth`, as far as calls are asked for. */
export function leaveScopes(b: FunctionBuilder, depth: number): void {
  cleanUp(b, depth);
  b.cleanups.length = depth;
}

/** Calls what the scopes opened after `depth` ask for: they are left here. */
function cleanUp(b: FunctionBuilder, depth: number, open: readonly Expression[] = b.cleanups): void {
  for (let i = open.length - 1; i >= depth && !b.terminated; i--) evaluate(b, open[i]!);
}

export function buildStatements(b: FunctionBuilder, block: TreeBlock): void {
  for (const statement of block.statements) buildStatement(b, statement);
}

/**
 * The block's variables are gone, on this way out of it; a jump out of it says nothing, which is safe.
 * @param depth how many cleanups were open before the block
 */
export function endScope(b: FunctionBuilder, block: TreeBlock, depth: number): void {
  leaveScopes(b, depth);
  if (b.terminated) return;
  for (const statement of block.statements) {
    if (statement.kind !== 'declaration') continue;
    for (const variable of statement.variables) {
      const slot = variable.storage === 'local' ? b.memory.get(variable) : undefined;
      if (slot) b.emit('lifeend', 'void', [slot]);
    }
  }
}

function buildStatement(b: FunctionBuilder, s: Statement): void {
  b.startDead();
  b.at = s.at;
  switch (s.kind) {
    case 'block':
      buildBlock(b, s);
      return;
    case 'empty':
      return;
    case 'declaration':
      for (const variable of s.variables) {
        b.at = variable.at;
        declareVariable(b, variable);
        if (variable.cleanup) b.cleanups.push(variable.cleanup);
      }
      return;
    case 'expression':
      evaluate(b, s.expression);
      return;
    case 'if': {
      const yes = b.newBlock();
      const no = b.newBlock();
      const done = s.otherwise ? b.newBlock() : no;
      condition(b, s.condition, yes, no);
      b.startSealed(yes);
      buildStatement(b, s.then);
      b.jump(done);
      if (s.otherwise) {
        b.startSealed(no);
        buildStatement(b, s.otherwise);
        b.jump(done);
      }
      b.startSealed(done);
      return;
    }
    case 'while':
      buildLoop(b, s.condition, null, s.body, s.hint, true);
      return;
    case 'do':
      buildLoop(b, s.condition, null, s.body, s.hint, false);
      return;
    case 'for': {
      const depth = b.cleanups.length;
      if (s.initial) buildStatement(b, s.initial);
      buildLoop(b, s.condition, s.step, s.body, s.hint, true);
      leaveScopes(b, depth);
      return;
    }
    case 'switch':
      buildSwitch(b, s);
      return;
    case 'case': {
      const block = b.switches.get(s.owner)?.cases[s.index];
      if (block) enterLabel(b, block, true);
      return;
    }
    case 'default': {
      const block = b.switches.get(s.owner)?.otherwise;
      if (block) enterLabel(b, block, true);
      return;
    }
    case 'label':
      arriveAt(b, s.label);
      // a goto further down may come back here: sealed at the function's end
      enterLabel(b, b.labelBlock(s.label), false);
      return;
    case 'goto':
      buildGoto(b, s.label);
      return;
    case 'break': {
      const targets = b.jumps[b.jumps.length - 1];
      if (!targets) return;
      cleanUp(b, targets.cleanups);
      b.jump(targets.breakTo);
      return;
    }
    case 'continue': {
      for (let i = b.jumps.length - 1; i >= 0; i--) {
        const target = b.jumps[i]!.continueTo;
        if (target) {
          cleanUp(b, b.jumps[i]!.cleanups);
          b.jump(target);
          return;
        }
      }
      return;
    }
    case 'return':
      buildReturn(b, s.value, () => {
        cleanUp(b, 0);
      });
      return;
    case 'asm':
      buildAssembly(b, s);
      return;
  }
}

/** The scopes that it leaves are cleaned up on the way, in a block that is filled when the label is known. */
function buildGoto(b: FunctionBuilder, label: Label): void {
  const known = b.labelDepths.get(label);
  if (known !== undefined) cleanUp(b, known);
  if (known !== undefined || b.cleanups.length === 0) {
    b.jump(b.labelBlock(label));
    return;
  }
  const from = b.newBlock();
  b.jump(from);
  b.startSealed(from);
  const list = b.waiting.get(label) ?? [];
  b.waiting.set(label, [...list, { from, cleanups: [...b.cleanups] }]);
  // what follows is dead
  b.startSealed(b.newBlock());
}

function arriveAt(b: FunctionBuilder, label: Label): void {
  b.labelDepths.set(label, b.cleanups.length);
  const here = b.block;
  for (const { from, cleanups } of b.waiting.get(label) ?? []) {
    b.block = from;
    cleanUp(b, b.cleanups.length, cleanups);
    b.jump(b.labelBlock(label));
  }
  b.waiting.delete(label);
  b.block = here;
}

function enterLabel(b: FunctionBuilder, block: Block, sealed: boolean): void {
  b.jump(block);
  if (sealed) b.startSealed(block);
  else b.startBlock(block);
}

/** May the condition be evaluated at two places of the code? */
function isSimple(e: Expression, budget: { left: number }): boolean {
  if (budget.left-- <= 0) return false;
  switch (e.kind) {
    case 'integer':
    case 'variable':
    case 'function':
      return true;
    case 'load':
      return isSimple(e.source, budget);
    case 'dereference':
      return isSimple(e.pointer, budget);
    case 'index':
      return isSimple(e.pointer, budget) && isSimple(e.index, budget);
    case 'member':
      return isSimple(e.base, budget);
    case 'address':
      return isSimple(e.target, budget);
    case 'negate':
    case 'complement':
    case 'not':
    case 'cast':
      return isSimple(e.operand, budget);
    case 'arithmetic':
    case 'compare':
    case 'logical':
    case 'pointer-difference':
      return isSimple(e.left, budget) && isSimple(e.right, budget);
    case 'pointer-add':
      return isSimple(e.pointer, budget) && isSimple(e.index, budget);
    default:
      return false;
  }
}

function buildLoop(
  b: FunctionBuilder,
  test: Expression | null,
  step: Expression | null,
  bodyStatement: Statement,
  hint: LoopHint,
  testFirst: boolean,
): void {
  const body = b.newBlock();
  const next = b.newBlock();
  const done = b.newBlock();
  const at = b.at;
  const turned = testFirst && test !== null && isSimple(test, { left: 16 });
  const head = testFirst && test !== null && !turned ? b.newBlock() : body;
  head.unroll = hint.unroll;
  if (turned) {
    condition(b, test, body, done);
  } else {
    b.jump(head);
    if (head !== body) {
      b.startBlock(head);
      condition(b, test!, body, done);
    }
  }
  if (head === body) b.startBlock(body);
  else b.startSealed(body);
  b.jumps.push({ breakTo: done, continueTo: next, cleanups: b.cleanups.length });
  buildStatement(b, bodyStatement);
  b.jumps.pop();
  b.jump(next);
  b.startSealed(next);
  b.at = at;
  if (step) evaluate(b, step);
  if (test !== null && head === body) condition(b, test, body, done);
  else b.jump(head);
  b.ssa.seal(head);
  b.startSealed(done);
}

// ---------------------------------------------------------------- switch

interface Range {
  readonly low: bigint;
  readonly high: bigint;
  readonly target: Block;
}

function buildSwitch(b: FunctionBuilder, s: SwitchStatement): void {
  const value = rvalue(b, s.value);
  const done = b.newBlock();
  const cases = s.cases.map(() => b.newBlock());
  const otherwise = s.hasDefault ? b.newBlock() : done;
  b.switches.set(s, { cases, otherwise });
  const signed = isSigned(s.value.type);
  const ranges = s.cases.map((c, i): Range => ({ low: c.low, high: c.high, target: cases[i]! }));
  ranges.sort((x, y) => (x.low < y.low ? -1 : x.low > y.low ? 1 : 0));
  b.at = s.at;
  dispatch(b, value, ranges, otherwise, signed);
  // what stands before the first label is dead
  b.startDead();
  b.jumps.push({ breakTo: done, continueTo: null, cleanups: b.cleanups.length });
  buildStatement(b, s.body);
  b.jumps.pop();
  b.jump(done);
  b.startSealed(done);
}

/** A chain of tests for a few cases, a binary tree for many: eBPF has no jump tables that every kernel takes. */
function dispatch(b: FunctionBuilder, value: Inst, ranges: readonly Range[], otherwise: Block, signed: boolean): void {
  if (ranges.length > 4) {
    const middle = ranges.length >> 1;
    const low = b.newBlock();
    const high = b.newBlock();
    b.branch(b.compare(signed ? 'slt' : 'ult', value, b.constant(value.type, ranges[middle]!.low)), low, high);
    b.startSealed(low);
    dispatch(b, value, ranges.slice(0, middle), otherwise, signed);
    b.startSealed(high);
    dispatch(b, value, ranges.slice(middle), otherwise, signed);
    return;
  }
  for (const range of ranges) {
    const next = b.newBlock();
    if (range.low === range.high) {
      b.branch(b.compare('eq', value, b.constant(value.type, range.low)), range.target, next);
    } else {
      const above = b.newBlock();
      b.branch(b.compare(signed ? 'sge' : 'uge', value, b.constant(value.type, range.low)), above, next);
      b.startSealed(above);
      b.branch(b.compare(signed ? 'sle' : 'ule', value, b.constant(value.type, range.high)), range.target, next);
    }
    b.startSealed(next);
  }
  b.jump(otherwise);
}

// ---------------------------------------------------------------- inline assembly

/** The constraint for a variable that was declared with a register's name: `{r1}` for r. */
function inRegister(constraint: string, e: Expression): string {
  const place = e.kind === 'load' ? e.source : e;
  const wanted = place.kind === 'variable' ? /^r[0-9]$/.exec(place.variable.attributes.asmName ?? '') : null;
  return wanted ? constraint.replace(/[rw]/, (kind) => `{${kind}${wanted[0].slice(1)}}`) : constraint;
}

function buildAssembly(b: FunctionBuilder, s: AssemblyStatement): void {
  const inputs: { name: string; constraint: string }[] = [];
  const args: Inst[] = [];
  const outputs: { name: string; constraint: string; type: Inst['type'] }[] = [];
  const places = s.outputs.map((o) => placeOf(b, o.target));
  s.outputs.forEach((output, i) => {
    const place = places[i]!;
    if (output.constraint.includes('m') && !output.constraint.includes('r')) {
      args.push(placeAddress(b, place));
      inputs.push({ name: output.name, constraint: '=m' });
      outputs.push({ name: output.name, constraint: 'm', type: 'void' });
      return;
    }
    const constraint = inRegister(output.constraint, output.target);
    outputs.push({ name: output.name, constraint, type: irType(output.target.type) });
    if (output.constraint.startsWith('+')) {
      args.push(readPlace(b, place));
      inputs.push({ name: '', constraint: String(i) });
    }
  });
  for (const input of s.inputs) {
    if (input.constraint.includes('m') && !/[ri]/.test(input.constraint)) {
      args.push(input.value.kind === 'load' ? placeAddress(b, placeOf(b, input.value.source)) : rvalue(b, input.value));
    } else if (isAggregate(input.value.type)) {
      args.push(input.value.kind === 'load' ? placeAddress(b, placeOf(b, input.value.source)) : rvalue(b, input.value));
    } else {
      args.push(rvalue(b, input.value));
    }
    inputs.push({ name: input.name, constraint: inRegister(input.constraint, input.value) });
  }
  b.at = s.at;
  const memory = s.clobbers.includes('memory');
  const text = { template: s.template, outputs, inputs, clobbers: s.clobbers, labels: s.labels.map((l) => l.name) };
  const write = (asm: Inst): void => {
    s.outputs.forEach((_, i) => {
      const type = outputs[i]!.type;
      if (type === 'void') return;
      const out = b.emit('asmout', type, [asm]);
      out.width = i;
      writePlace(b, places[i]!, out);
    });
  };
  if (s.labels.length > 0) {
    const asm = b.emit('asmgoto', 'void', args);
    asm.assembly = { ...text, volatile: true };
    // where there are outputs, each way out has a block of its own to write them in
    asm.targets = [b.newBlock()];
    for (const label of s.labels) {
      const block = b.labelBlock(label);
      asm.targets.push(s.outputs.length > 0 || asm.targets.includes(block) ? b.newBlock() : block);
    }
    for (const target of asm.targets) target.preds.push(asm.block!);
    s.labels.forEach((label, i) => {
      const target = asm.targets[i + 1]!;
      if (target === b.labelBlock(label)) return;
      b.startSealed(target);
      write(asm);
      b.jump(b.labelBlock(label));
    });
    b.startSealed(asm.targets[0]!);
    write(asm);
    return;
  }
  if (s.template.trim() === '' && s.outputs.length === 1 && inputs.length === 1 && inputs[0]!.constraint === '0') {
    // the usual barrier: the value stays where it is, and the optimiser forgets what it knew
    const value = b.emit('opaque', outputs[0]!.type, args);
    if (memory) b.emit('fence', 'void', []);
    writePlace(b, places[0]!, value);
    return;
  }
  if (s.template.trim() === '' && s.outputs.length === 0 && inputs.length === 0) {
    b.emit('fence', 'void', []);
    return;
  }
  const asm = b.emit('asm', 'void', args);
  asm.assembly = { ...text, volatile: s.volatile || memory };
  write(asm);
}
