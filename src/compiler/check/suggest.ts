// "did you mean …?": the nearest name, if it is near enough.

let before = new Int32Array(64);
let previous = new Int32Array(64);
let row = new Int32Array(64);

/** Edits (insert, delete, replace, swap neighbours) that lead from one word to the other; Infinity beyond `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  if (b.length >= row.length)
    [before, previous, row] = [0, 1, 2].map(() => new Int32Array(b.length * 2)) as [
      Int32Array<ArrayBuffer>,
      Int32Array<ArrayBuffer>,
      Int32Array<ArrayBuffer>,
    ];
  for (let j = 0; j <= b.length; j++) previous[j] = j;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    const unit = a.charCodeAt(i - 1);
    for (let j = 1; j <= b.length; j++) {
      const same = unit === b.charCodeAt(j - 1);
      let cost = Math.min(
        (previous[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a.charCodeAt(i - 2) === b.charCodeAt(j - 1) && unit === b.charCodeAt(j - 2)) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return Infinity;
    [before, previous, row] = [previous, row, before];
  }
  return previous[b.length] as number;
}

/** The candidate nearest to `word`: at most one edit for every three letters, as clang has it. Null when none is. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  // A word of hundreds of letters was not mistyped.
  const limit = word.length > 100 ? 0 : Math.floor(word.length / 3);
  if (limit === 0) return null;
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate === '' || candidate === word) continue;
    const found = distance(word, candidate, Math.min(limit, bestDistance - 1));
    if (found >= bestDistance) continue;
    best = candidate;
    bestDistance = found;
  }
  return best;
}
