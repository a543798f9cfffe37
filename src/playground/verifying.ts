// A long verification behind a bar that can be called off; one that is over soon shows nothing.
import type { VerifyProgress } from '../lab/api.ts';
import { element } from './dom.ts';
import { fill, type Strings } from './strings.ts';

/** BPF_COMPLEXITY_LIMIT_INSNS: there the verifier gives up */
const MOST = 1_000_000;
/** Milliseconds for which nothing is shown. */
const PATIENCE = 400;

export interface Verifying {
  readonly progress: (progress: VerifyProgress) => void;
  readonly signal: AbortSignal;
  /** takes the bar away */
  over(): void;
}

/** The bar stands before `place` as long as there is something to say. */
export function showVerifying(place: HTMLElement, strings: Strings): Verifying {
  const control = new AbortController();
  const began = performance.now();
  const bar = element('progress', { max: MOST, 'aria-label': strings.verifying });
  const figures = element('p', { class: 'replay-figures' });
  const cancel = element(
    'button',
    { type: 'button', 'data-action': 'verify-cancel', onclick: () => control.abort() },
    strings['verify-cancel'],
  );
  const content = element('div', { class: 'replay-running verify-running' }, bar, figures, cancel);
  return {
    signal: control.signal,
    progress({ instructions }) {
      if (performance.now() - began < PATIENCE) return;
      bar.value = instructions;
      figures.textContent = fill(strings['verify-progress'], {
        instructions: instructions.toLocaleString('en'),
        most: MOST.toLocaleString('en'),
      });
      if (!content.isConnected) place.before(content);
    },
    over: () => content.remove(),
  };
}
