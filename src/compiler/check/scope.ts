// Which declaration does a name mean here? Two name spaces (ordinary names and tags), block by block.
import type { EnumType, FunctionDeclaration, Location, RecordType, Type, Variable } from '../tree.ts';

export type NamedSymbol =
  | { readonly kind: 'typedef'; readonly type: Type; readonly at: Location }
  | { readonly kind: 'variable'; readonly variable: Variable; readonly at: Location }
  | { readonly kind: 'function'; readonly function: FunctionDeclaration; readonly at: Location }
  | { readonly kind: 'constant'; readonly type: Type; readonly value: bigint; readonly at: Location };

export type TagSymbol = RecordType | EnumType;

interface Binding<S> {
  readonly symbol: S;
  readonly depth: number;
  readonly outer: Binding<S> | undefined;
}

class NameSpace<S> {
  /** names are looked up as the end of the file sees them, whatever blocks are open */
  atFileScope = false;
  readonly bindings = new Map<number, Binding<S>>();
  /** everything that was ever declared, in order: for the editor */
  readonly declared: S[] = [];
  /** names bound in each open scope, innermost last */
  readonly #bound: number[][] = [[]];

  enter(): void {
    this.#bound.push([]);
  }

  leave(): void {
    for (const name of this.#bound.pop() ?? []) {
      const outer = this.bindings.get(name)?.outer;
      if (outer) this.bindings.set(name, outer);
      else this.bindings.delete(name);
    }
  }

  get(name: number): S | undefined {
    let binding = this.bindings.get(name);
    if (this.atFileScope) while (binding && binding.depth > 1) binding = binding.outer;
    return binding?.symbol;
  }

  /** The binding made in the innermost scope itself. */
  getHere(name: number): S | undefined {
    const binding = this.bindings.get(name);
    return binding?.depth === this.#bound.length ? binding.symbol : undefined;
  }

  set(name: number, symbol: S): void {
    this.declared.push(symbol);
    const depth = this.#bound.length;
    const before = this.bindings.get(name);
    if (before?.depth === depth) {
      this.bindings.set(name, { symbol, depth, outer: before.outer });
      return;
    }
    this.bindings.set(name, { symbol, depth, outer: before });
    (this.#bound[depth - 1] as number[]).push(name);
  }
}

export class Scopes {
  readonly ordinary = new NameSpace<NamedSymbol>();
  readonly tags = new NameSpace<TagSymbol>();
  /** 0 at file scope */
  depth = 0;

  enter(): void {
    this.depth++;
    this.ordinary.enter();
    this.tags.enter();
  }

  /** Ordinary names as they stand here. */
  inSight(): ReadonlyMap<number, NamedSymbol> {
    return new Map([...this.ordinary.bindings].map(([name, binding]) => [name, binding.symbol]));
  }

  leave(): void {
    this.depth--;
    this.ordinary.leave();
    this.tags.leave();
  }

  /** Does something in file scope that declares no name. */
  outside(what: () => void): void {
    const { depth } = this;
    const { atFileScope } = this.tags;
    this.depth = 0;
    this.ordinary.atFileScope = this.tags.atFileScope = true;
    what();
    this.ordinary.atFileScope = this.tags.atFileScope = atFileScope;
    this.depth = depth;
  }
}
