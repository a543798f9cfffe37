// A random program as a tree of statements: printing it, and making it smaller while it still shows what it shows.

/** A statement with what it contains; shrinking removes or unwraps nodes. */
export interface Node {
  readonly head: string;
  readonly body: readonly Node[];
  readonly tail: string;
}

export interface Program {
  readonly declarations: string;
  readonly functions: readonly { readonly head: string; readonly body: readonly Node[]; readonly tail: string }[];
}

export function leaf(text: string): Node {
  return { head: text, body: [], tail: '' };
}

function renderNodes(nodes: readonly Node[], indent: string): string {
  return nodes
    .map((n) => `${indent}${n.head}\n${renderNodes(n.body, `${indent}\t`)}${n.tail ? `${indent}${n.tail}\n` : ''}`)
    .join('');
}

export function renderProgram(program: Program): string {
  return (
    program.declarations +
    program.functions.map((f) => `${f.head}\n${renderNodes(f.body, '\t')}${f.tail}\n`).join('\n') +
    '\nchar LICENSE[] __attribute__((section("license"), used)) = "GPL";\n'
  );
}

/** Every program that is smaller by one step: a node removed, or replaced by its contents. */
export function* smallerPrograms(program: Program): Generator<Program> {
  for (let f = 0; f < program.functions.length; f++) {
    const whole = program.functions[f]!;
    for (const body of smallerLists(whole.body)) {
      yield { ...program, functions: program.functions.map((g, i) => (i === f ? { ...whole, body } : g)) };
    }
  }
}

function* smallerLists(nodes: readonly Node[]): Generator<readonly Node[]> {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    yield [...nodes.slice(0, i), ...nodes.slice(i + 1)];
    if (node.body.length > 0) yield [...nodes.slice(0, i), ...node.body, ...nodes.slice(i + 1)];
    for (const body of smallerLists(node.body)) yield [...nodes.slice(0, i), { ...node, body }, ...nodes.slice(i + 1)];
  }
}

/** The same program with each statement's text put through `change`, in order. */
export function mapTexts(program: Program, change: (text: string) => string): Program {
  const node = ({ head, body, tail }: Node): Node => ({ head: change(head), body: body.map(node), tail: change(tail) });
  return { ...program, functions: program.functions.map(node) };
}
