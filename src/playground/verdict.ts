// How a program's answer is shown: the mark and the word that stand beside its name.

export type VerdictMark = 'passed' | 'dropped' | 'other-verdict';

/** XDP_PASS, TC_ACT_OK, … go on; XDP_DROP, TC_ACT_SHOT, … end here; any other number is shown as it is. */
export function markOf(verdict: string): VerdictMark {
  if (/(^|_)(DROP|SHOT|ABORTED)$/.test(verdict)) return 'dropped';
  if (/(^|_)(PASS|OK|TX|REDIRECT|PIPE)$/.test(verdict)) return 'passed';
  return 'other-verdict';
}
