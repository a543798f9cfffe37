// What libbpf makes of the log when the verifier met an instruction that this kernel cannot have (CO-RE): the call of a helper that does
// not exist is a trick of libbpf's own, and the log says instead what was looked for.
import { POISON } from '../loader/core.ts';
import { problem } from '../loader/problems.ts';
import type { Explanation } from '../explain/index.ts';

/** @param poisoned instruction → what the kernel would have had to have */
export function explainPoison(explanation: Explanation, poisoned: ReadonlyMap<number, string>): Explanation {
  if (poisoned.size === 0) return explanation;
  const met = new RegExp(`^(\\d+): \\(85\\) call unknown#${POISON}.*\\n(?:.*\\n)?invalid func unknown#${POISON}$`, 'm');
  const wanted = (log: string): string | undefined => poisoned.get(Number(met.exec(log)?.[1] ?? -1));
  return {
    log: (level) => {
      const log = explanation.log(level);
      const access = wanted(log);
      if (access === undefined) return log;
      return log.replace(met, (_, slot: string) =>
        access.endsWith('()')
          ? `${slot}: <invalid kfunc call>\nkfunc '${access.slice(0, -2)}' is referenced but wasn't resolved`
          : `${slot}: <invalid CO-RE relocation>\nfailed to resolve CO-RE relocation ${access}`,
      );
    },
    get diagnostic() {
      const { diagnostic } = explanation;
      const access = diagnostic && wanted(explanation.log(1));
      return access ? problem('L018', { access }, diagnostic.span).problem : diagnostic;
    },
    get graph() {
      return explanation.graph;
    },
  };
}
