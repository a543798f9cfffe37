// When may a test ask a judge outside the project (this machine's Linux, clang, a browser), and what if it is absent?
//
//   ASK_LINUX=1                  the kernel is asked only then: loading programs needs root and is nobody's surprise
//   REQUIRE=clang,bpf,chromium,go,csmith,conformance,tcpdump,headers   an absent judge is a failure, not a skip

export type Judge = 'bpf' | 'clang' | 'chromium' | 'go' | 'csmith' | 'conformance' | 'tcpdump' | 'headers';

/** Judges named in REQUIRE. */
export function requiredJudges(): ReadonlySet<string> {
  return new Set((process.env['REQUIRE'] ?? '').split(',').filter((name) => name !== ''));
}

const announced = new Set<string>();

/**
 * The one rule: is the judge there? `absence` says why it is not, null if it is.
 * Throws when it is absent though REQUIRE names it; prints the reason once otherwise.
 * Use: `const linux = judgePresent('bpf', await linuxAbsence()); describe.skipIf(!linux)(…)`.
 */
export function judgePresent(judge: Judge, absence: string | null): boolean {
  if (absence === null) return true;
  if (requiredJudges().has(judge)) throw new Error(`REQUIRE names ${judge}, but it cannot be asked: ${absence}`);
  const line = `skipped: ${judge} is not asked: ${absence}`;
  if (!announced.has(line)) process.stderr.write(`${line}\n`);
  announced.add(line);
  return false;
}
