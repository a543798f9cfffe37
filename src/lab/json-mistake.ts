// Where is the mistake in a text that is no JSON? Engines word their own messages as they like, so that only a place can be told.

/** Offset of the first token that cannot stand where it stands. */
export function mistakeIn(source: string): number {
  const token = /\s*(?:("(?:[^"\\\n]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;
  const open: string[] = [];
  /** what may come next: a value, a key, a colon, or a comma or bracket */
  let next: 'value' | 'first' | 'key' | 'colon' | 'after' = 'value';
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(source);
    const [, text, word, mark] = match ?? [];
    const start = at + (/^\s*/.exec(source.slice(at, at + 1000))?.[0].length ?? 0);
    if (!match) return start;
    const inside = open.at(-1);
    if (next === 'colon') {
      if (mark !== ':') return start;
      next = 'value';
    } else if (next === 'after') {
      if (mark === ',' && inside !== undefined) next = inside === '{' ? 'key' : 'value';
      else if ((mark === '}' && inside === '{') || (mark === ']' && inside === '[')) open.pop();
      else return start;
    } else if ((next === 'key' || (next === 'first' && inside === '{')) && text !== undefined) next = 'colon';
    else if (next === 'first' && ((mark === '}' && inside === '{') || (mark === ']' && inside === '['))) {
      open.pop();
      next = 'after';
    } else if (next === 'key' || (next === 'first' && inside === '{')) return start;
    else if (mark === '{' || mark === '[') {
      open.push(mark);
      next = 'first';
    } else if (text !== undefined || word !== undefined) next = 'after';
    else return start;
    at = token.lastIndex;
  }
}
