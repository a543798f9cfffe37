// What Run and Edit need of a browser: asked before anything of them is loaded, so that an older one says what is missing instead of failing
// midway. Reading needs none of it. README.md names the oldest versions that have all of it.

interface Surroundings {
  readonly WebAssembly?: unknown;
  readonly Worker?: unknown;
  readonly BigInt64Array?: unknown;
  readonly Array: { readonly prototype: object };
  readonly CSS?: { supports(condition: string): boolean };
}

/** Names of what is missing; empty: everything is there. */
export function missingFeatures(here: Surroundings = globalThis): string[] {
  const needs: readonly (readonly [string, boolean])[] = [
    ['WebAssembly', here.WebAssembly !== undefined],
    ['Worker', here.Worker !== undefined],
    ['BigInt64Array', here.BigInt64Array !== undefined],
    ['Array.findLast', 'findLast' in here.Array.prototype],
    ['container queries', here.CSS?.supports('container-type: inline-size') ?? false],
  ];
  return needs.flatMap(([name, there]) => (there ? [] : [name]));
}
