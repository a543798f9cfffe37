// What an example at work says: one line beside its buttons, which a screen reader reads out, and notices that stay until they are dealt with.
import { element } from './dom.ts';

/** Nothing is said about waiting before so many milliseconds have passed. */
export const PATIENCE = 300;

export interface Voice {
  readonly say: (text: string) => void;
  /** says `text` only if the work takes long enough for a person to wonder; gives back what ends the waiting */
  readonly sayIfSlow: (text: string) => () => void;
  /** one notice of each name at a time */
  readonly notice: (name: string, text: string, ...actions: readonly HTMLElement[]) => void;
  readonly unnotice: (name: string) => void;
}

export function createVoice(status: HTMLElement, notices: HTMLElement): Voice {
  const say = (text: string): void => {
    if (status.textContent !== text) status.textContent = text;
  };
  const unnotice = (name: string): void => notices.querySelector(`[data-notice="${name}"]`)?.remove();
  return {
    say,
    sayIfSlow(text) {
      const timer = setTimeout(() => say(text), PATIENCE);
      return () => clearTimeout(timer);
    },
    notice(name, text, ...actions) {
      unnotice(name);
      notices.append(
        element('div', { class: 'notice', role: 'alert', 'data-notice': name }, element('span', {}, text), ...actions),
      );
    },
    unnotice,
  };
}
