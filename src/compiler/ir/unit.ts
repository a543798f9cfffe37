// A translation unit to a module: global data with its bytes, and every function that is needed.
import type { Diagnostic, DiagnosticArguments } from '../../diagnostics/diagnostic.ts';
import { fillTemplate } from '../../diagnostics/diagnostic.ts';
import type {
  BitField,
  Expression,
  FunctionDeclaration,
  Initializer,
  Location,
  TranslationUnit,
  Type,
  Variable,
} from '../tree.ts';
import { canonical, isVolatile } from '../tree.ts';
import { FunctionBuilder } from './builder.ts';
import { buildReturn, receiveParameters } from './calls.ts';
import { constantAddress, type ConstantValue, constantValue } from './constants.ts';
import type { DataObject, Func, Module, SymbolTarget } from './ir.ts';
import { sweepForwards } from './ir.ts';
import { libraryMemory } from '../kernel-mode/library.ts';
import { alignOf, isRecord, sizeOf } from './layout.ts';
import { buildBlock } from './statements.ts';

const NO_ATTRIBUTES = {
  section: null,
  alwaysInline: false,
  noInline: false,
  weak: false,
  used: false,
  naked: false,
  hidden: false,
  align: null,
  declTags: [],
} as const;

export class UnitBuilder {
  readonly unit: TranslationUnit;
  readonly target: 'bpf' | 'module';
  readonly diagnostics: Diagnostic[] = [];
  readonly longType: Type = {
    kind: 'integer',
    name: 'unsigned long',
    size: 8,
    signed: false,
    isBool: false,
    isChar: false,
  };
  private readonly objects = new Map<Variable, DataObject>();
  private readonly literals = new Map<string, DataObject>();
  private readonly wanted: FunctionDeclaration[] = [];
  private readonly known = new Set<FunctionDeclaration>();
  private readonly reported = new Set<string>();
  private readonly order: DataObject[] = [];

  constructor(unit: TranslationUnit, target: 'bpf' | 'module') {
    this.unit = unit;
    this.target = target;
  }

  /** One diagnostic a code and place. */
  report(
    code: string,
    at: Location,
    template: string,
    args: DiagnosticArguments,
    severity: 'error' | 'warning' = 'error',
    notes: readonly { code: string; at: Location; message: string; args?: DiagnosticArguments }[] = [],
  ): void {
    const key = `${code}@${at}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    const diagnostic = diagnosticAt(this.unit, code, at, template, args, severity);
    const rendered = notes.map((note) => {
      const { span, message } = diagnosticAt(this.unit, note.code, note.at, note.message, note.args ?? {}, severity);
      return { code: note.code, message, args: note.args ?? {}, span };
    });
    this.diagnostics.push({ ...diagnostic, notes: rendered });
  }

  functionUsed(declaration: FunctionDeclaration): void {
    if (this.known.has(declaration)) return;
    this.known.add(declaration);
    this.wanted.push(declaration);
  }

  temporaryVariable(type: Type): Variable {
    return {
      kind: 'variable',
      name: '',
      type,
      storage: 'local',
      attributes: NO_ATTRIBUTES,
      initializer: null,
      addressTaken: true,
      owner: null,
      at: 0,
    };
  }

  // ------------------------------------------------------------ data

  data(variable: Variable): DataObject {
    let object = this.objects.get(variable);
    if (object) return object;
    object = this.describe(variable);
    this.objects.set(variable, object);
    this.order.push(object);
    return object;
  }

  literal(bytes: Uint8Array, type: Type): DataObject {
    const key = String.fromCharCode(...bytes.subarray(0, 4096)) + bytes.length;
    let object = this.literals.get(key);
    if (!object) {
      const name = this.literals.size === 0 ? '.L.str' : `.L.str.${this.literals.size}`;
      object = {
        name,
        symbolName: name,
        section: '.rodata.str1.1',
        bytes,
        align: 1,
        type,
        linkage: 'static',
        weak: false,
        hidden: false,
        constant: true,
        mayChange: false,
        zero: false,
        declTags: [],
        relocations: [],
        literal: true,
        used: false,
      };
      this.literals.set(key, object);
      this.order.push(object);
    }
    return object;
  }

  private describe(variable: Variable): DataObject {
    const attributes = variable.attributes;
    // an initialised flexible array member lies beyond the type's size
    const size = (variable.initializer?.parts ?? []).reduce(
      (most, part) => Math.max(most, part.offset + sizeOf(part.type)),
      sizeOf(variable.type),
    );
    const bytes = new Uint8Array(size);
    const relocations: { offset: number; target: SymbolTarget; addend: number }[] = [];
    const object: { -readonly [K in keyof DataObject]: DataObject[K] } = {
      name: variable.name,
      symbolName: variable.owner === null ? variable.name : `${variable.owner}.${variable.name}`,
      section: attributes.section ?? '',
      bytes,
      align: Math.max(alignOf(variable.type), attributes.align ?? 1),
      type: variable.type,
      linkage: variable.storage === 'static' ? 'static' : variable.storage === 'extern' ? 'extern' : 'global',
      weak: attributes.weak,
      hidden: attributes.hidden,
      constant: false,
      mayChange: hasVolatile(variable.type) || attributes.weak || attributes.section !== null,
      zero: false,
      declTags: attributes.declTags,
      relocations,
      literal: false,
      used: attributes.used || variable.storage === 'global' || attributes.section === '.maps',
    };
    if (variable.storage === 'extern') return object;
    // the object must be findable before its initialiser is read: it may point to itself
    this.objects.set(variable, object);
    if (variable.initializer) this.fillBytes(variable.initializer, bytes, 0, relocations);
    const readOnly = isConstant(variable.type);
    object.zero = relocations.length === 0 && bytes.every((x) => x === 0);
    if (!attributes.section) object.section = readOnly ? '.rodata' : object.zero ? '.bss' : '.data';
    object.constant = readOnly && !hasVolatile(variable.type) && !attributes.weak && relocations.length === 0;
    return object;
  }

  private fillBytes(
    initializer: Initializer,
    bytes: Uint8Array,
    base: number,
    relocations: { offset: number; target: SymbolTarget; addend: number }[],
  ): void {
    for (const part of initializer.parts)
      this.fillPart(part.value, part.type, base + part.offset, part.bitField, bytes, relocations);
  }

  private fillPart(
    value: Expression,
    type: Type,
    at: number,
    bitField: BitField | null,
    bytes: Uint8Array,
    relocations: { offset: number; target: SymbolTarget; addend: number }[],
  ): void {
    const bare = value.kind === 'load' ? value.source : value;
    if (bare.kind === 'string' && canonical(type).kind === 'array') {
      bytes.set(bare.bytes.subarray(0, Math.min(sizeOf(type), bytes.length - at)), at);
      return;
    }
    if (bare.kind === 'compound-literal' && (isRecord(type) || canonical(type).kind === 'array')) {
      this.fillBytes(bare.initializer, bytes, at, relocations);
      return;
    }
    if (bare.kind === 'variable' && isRecord(type) && bare.variable.initializer) {
      this.fillBytes(bare.variable.initializer, bytes, at, relocations);
      return;
    }
    const constant = constantValue(value) ?? (value.kind === 'load' ? null : constantAddress(value));
    if (!constant) {
      this.report('C906', value.at, 'initializer element is not a compile-time constant', {});
      return;
    }
    if (constant.base) {
      relocations.push({ offset: at, target: this.targetOf(constant), addend: Number(constant.value) });
      return;
    }
    if (bitField) {
      const first = at * 8 + bitField.bitOffset;
      for (let i = 0; i < bitField.width; i++) {
        const index = (first + i) >> 3;
        if (index < bytes.length && ((constant.value >> BigInt(i)) & 1n) !== 0n)
          bytes[index]! |= 1 << ((first + i) & 7);
      }
      return;
    }
    const size = sizeOf(type);
    for (let i = 0; i < size && at + i < bytes.length; i++)
      bytes[at + i] = Number((constant.value >> BigInt(8 * i)) & 0xffn);
  }

  private targetOf(constant: ConstantValue): SymbolTarget {
    const base = constant.base!;
    switch (base.kind) {
      case 'variable': {
        const data = this.data(base.variable);
        return { kind: 'data', data };
      }
      case 'function':
        this.functionUsed(base.declaration);
        return { kind: 'function', declaration: base.declaration };
      case 'string':
        return { kind: 'data', data: this.literal(base.bytes, base.expression.type) };
      case 'literal':
        return { kind: 'data', data: this.data(base.expression.variable) };
    }
  }

  // ------------------------------------------------------------ functions

  build(): Module {
    for (const variable of this.unit.globals) {
      const attributes = variable.attributes;
      if (
        variable.storage === 'global' ||
        attributes.used ||
        (variable.storage === 'static' && attributes.section === '.maps')
      ) {
        this.data(variable);
      }
    }
    for (const declaration of this.unit.functions) {
      if (
        declaration.body &&
        (!declaration.isStatic || declaration.attributes.used || declaration.attributes.section)
      ) {
        if (declaration.isInline && !declaration.isStatic && !declaration.attributes.section) continue;
        this.functionUsed(declaration);
      }
    }
    const functions: Func[] = [];
    for (let i = 0; i < this.wanted.length; i++) {
      const declaration = this.wanted[i]!;
      if (declaration.body) functions.push(this.buildFunction(declaration));
    }
    const position = new Map(this.unit.functions.map((f, i) => [f, i]));
    functions.sort((x, y) => (position.get(x.declaration) ?? 0) - (position.get(y.declaration) ?? 0));
    return { functions, data: this.order };
  }

  private buildFunction(declaration: FunctionDeclaration): Func {
    const b = new FunctionBuilder(this, declaration);
    if (this.target === 'module') b.func.library = (inst) => libraryMemory(this.unit, b.func, inst);
    receiveParameters(b);
    buildBlock(b, declaration.body!);
    b.at = declaration.end;
    if (!b.terminated) buildReturn(b, null, () => {});
    for (const block of b.labels.values()) {
      // a goto to a label in a part that was never reached still needs the block to exist
      if (!b.func.blocks.includes(block)) {
        b.startBlock(block);
        b.emit('unreachable', 'void', []);
      }
      b.ssa.seal(block);
    }
    for (const block of b.func.blocks) {
      if (!block.terminator) {
        b.block = block;
        b.emit('unreachable', 'void', []);
      }
    }
    for (const block of b.func.blocks) b.ssa.seal(block);
    sweepForwards(b.func);
    return b.func;
  }
}

/** const at the top, or an array of const: it goes to read-only data. */
function isConstant(type: Type): boolean {
  for (let t = type; ;) {
    if (t.kind === 'qualified') {
      if (t.isConst) return true;
      t = t.target;
    } else if (t.kind === 'typedef' || t.kind === 'tagged') t = t.target;
    else if (t.kind === 'array') t = t.element;
    else return false;
  }
}

function hasVolatile(type: Type): boolean {
  const t = canonical(type);
  return isVolatile(type) || (t.kind === 'array' && hasVolatile(t.element));
}

export function diagnosticAt(
  unit: TranslationUnit,
  code: string,
  at: Location,
  template: string,
  args: DiagnosticArguments,
  severity: 'error' | 'warning' = 'error',
): Diagnostic {
  const position = unit.locations.position(at);
  const line = unit.locations.lineText(position.file, position.line);
  // the word that starts there, so that an editor can underline something
  const word = /^\w+/.exec(line.slice(position.column - 1))?.[0].length ?? 1;
  return {
    severity,
    code,
    message: fillTemplate(template, args),
    args,
    span: {
      file: position.file,
      line: position.line,
      column: position.column,
      endLine: position.line,
      endColumn: position.column + Math.max(1, word),
    },
    notes: [],
    fixes: [],
  };
}
