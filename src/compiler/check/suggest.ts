// "did you mean …?": the nearest name, if it is near enough.

/** Edits (insert, delete, replace, swap neighbours) that lead from one word to the other; Infinity beyond `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return Infinity;
    before = previous;
    previous = row;
  }
  return previous[b.length] as number;
}

/** The candidate nearest to `word`: at most one edit for every three letters, as clang has it. Null when none is. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const limit = Math.floor(word.length / 3);
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
