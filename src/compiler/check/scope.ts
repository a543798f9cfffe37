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
  outer: Entry<S>;
}

/** A number is the first token of a declaration in a header that nobody has looked at yet: it waits to be read. */
type Entry<S> = Binding<S> | Location | undefined;

/** The names of inner scopes, put away while something is read at file scope. */
interface PutAway<S> {
  readonly scopes: readonly number[][];
  readonly bindings: readonly { readonly name: number; readonly binding: Binding<S> }[];
}

class NameSpace<S> {
  readonly #bindings = new Map<number, Binding<S> | Location>();
  /** everything that was ever declared, in order: for the editor */
  readonly declared: S[] = [];
  /** names bound in each open scope, innermost last; those of file scope, the first, are never left */
  readonly #bound: number[][] = [[]];
  readonly #scopes: Scopes;

  constructor(scopes: Scopes) {
    this.#scopes = scopes;
  }

  enter(): void {
    this.#bound.push([]);
  }

  leave(): void {
    for (const name of this.#bound.pop() ?? []) this.#uncover(name);
  }

  #uncover(name: number): Binding<S> {
    const binding = this.#bindings.get(name) as Binding<S>;
    if (binding.outer === undefined) this.#bindings.delete(name);
    else this.#bindings.set(name, binding.outer);
    return binding;
  }

  /** The binding behind an entry: a waiting declaration is read now. */
  #bindingOf(name: number): Binding<S> | undefined {
    const entry = this.#bindings.get(name);
    if (typeof entry !== 'number') return entry;
    if (!this.#scopes.read(entry)) return undefined;
    const now = this.#bindings.get(name);
    if (typeof now !== 'number') return now;
    // an error kept it from being declared
    this.#bindings.delete(name);
    return undefined;
  }

  get(name: number): S | undefined {
    return this.#bindingOf(name)?.symbol;
  }

  /** Is the name bound to anything, read or not? */
  has(name: number): boolean {
    return this.#bindings.has(name);
  }

  /** The binding made in the innermost scope itself. */
  getHere(name: number): S | undefined {
    const depth = this.#bound.length;
    const entry = this.#bindings.get(name);
    if (entry === undefined || (typeof entry === 'number' && depth > 1)) return undefined;
    const binding = this.#bindingOf(name);
    return binding?.depth === depth ? binding.symbol : undefined;
  }

  set(name: number, symbol: S): void {
    this.declared.push(symbol);
    const depth = this.#bound.length;
    const before = this.#bindings.get(name);
    if (depth === 1) {
      this.#bindings.set(name, { symbol, depth, outer: undefined });
      return;
    }
    if (typeof before === 'object' && before.depth === depth) {
      this.#bindings.set(name, { symbol, depth, outer: before.outer });
      return;
    }
    this.#bindings.set(name, { symbol, depth, outer: before });
    (this.#bound[depth - 1] as number[]).push(name);
  }

  /** At file scope: the declaration that starts at the token will bind the name, once somebody asks for it. */
  postpone(name: number, at: Location): void {
    this.#bindings.set(name, at);
  }

  /** Every name in sight with what it means, all of them read. */
  all(): Map<number, S> {
    const result = new Map<number, S>();
    for (const name of [...this.#bindings.keys()]) {
      const binding = this.#bindingOf(name);
      if (binding) result.set(name, binding.symbol);
    }
    return result;
  }

  putAway(): PutAway<S> {
    const scopes = this.#bound.splice(1);
    const bindings = scopes
      .toReversed()
      .flatMap((names) => names.map((name) => ({ name, binding: this.#uncover(name) })));
    return { scopes, bindings };
  }

  bringBack({ scopes, bindings }: PutAway<S>): void {
    for (const { name, binding } of bindings.toReversed()) {
      binding.outer = this.#bindings.get(name);
      this.#bindings.set(name, binding);
    }
    this.#bound.push(...scopes);
  }
}

export class Scopes {
  readonly ordinary = new NameSpace<NamedSymbol>(this);
  readonly tags = new NameSpace<TagSymbol>(this);
  /** 0 at file scope */
  depth = 0;
  /** reads the declaration that starts at a token, at file scope */
  reader: (at: Location) => void = () => {};
  readonly #beingRead = new Set<Location>();

  /** Reads a waiting declaration; false when that is going on already: inside itself, what it declares is not there yet. */
  read(at: Location): boolean {
    if (this.#beingRead.has(at)) return false;
    this.#beingRead.add(at);
    this.reader(at);
    this.#beingRead.delete(at);
    return true;
  }

  enter(): void {
    this.depth++;
    this.ordinary.enter();
    this.tags.enter();
  }

  /** Ordinary names as they stand here. */
  inSight(): ReadonlyMap<number, NamedSymbol> {
    return this.ordinary.all();
  }

  leave(): void {
    this.depth--;
    this.ordinary.leave();
    this.tags.leave();
  }

  /** Does something in file scope, whatever blocks are open. */
  outside(what: () => void): void {
    const { depth } = this;
    const names = this.ordinary.putAway();
    const tags = this.tags.putAway();
    this.depth = 0;
    what();
    while (this.depth > 0) this.leave();
    this.ordinary.bringBack(names);
    this.tags.bringBack(tags);
    this.depth = depth;
  }
}
