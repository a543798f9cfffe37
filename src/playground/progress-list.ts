// The list of chapters says how far the reader is, and gives and takes it as a file.
import { element } from './dom.ts';
import { followProgress } from './progress.ts';
import { fill, inDigits } from './strings.ts';

const section = document.querySelector<HTMLElement>('.progress');
const format = (value: number): string => inDigits(value, section?.dataset['digits'] ?? '');
const chapters = [...document.querySelectorAll<HTMLElement>('.chapter-progress')];

const exercisesOf = (chapter: HTMLElement): string[] => (chapter.dataset['exercises'] ?? '').split(' ');
const said = (words: string | undefined, done: number, total: number): string =>
  fill(words ?? '', { done: format(done), total: format(total) });

if (section && chapters.length > 0) {
  const count = section.querySelector('.progress-count');
  const status = section.querySelector('.progress-said');
  section.hidden = false;
  followProgress((done) => {
    let all = 0;
    let total = 0;
    for (const chapter of chapters) {
      const exercises = exercisesOf(chapter);
      const own = exercises.filter((path) => done.has(path)).length;
      all += own;
      total += exercises.length;
      // Nothing is said of a chapter that one has not begun.
      chapter.hidden = own === 0;
      chapter.textContent = said(chapter.dataset['words'], own, exercises.length);
      chapter.classList.toggle('whole', own === exercises.length);
    }
    if (count)
      count.textContent = all === 0 ? (section.dataset['none'] ?? '') : said(section.dataset['words'], all, total);
  });

  const say = (text: string | undefined): void => {
    if (status) status.textContent = text ?? '';
  };
  section.querySelector('[data-progress="save"]')?.addEventListener('click', () => {
    void Promise.all([import('./progress-file.ts'), import('./download.ts')]).then(([{ progressFile }, { download }]) =>
      download('meet-ebpf-exercises.json', 'application/json', progressFile()),
    );
  });
  section.querySelector('[data-progress="load"]')?.addEventListener('click', () => {
    const input = element('input', { type: 'file', accept: '.json,application/json' });
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (!file) return;
      void import('./progress-file.ts').then(async ({ takeInProgress, MOST_BYTES }) => {
        // Whatever is larger than anything that this page writes is not read at all.
        if (file.size > MOST_BYTES) return say(section.dataset['bad']);
        const text = await file.text();
        const taken = takeInProgress(text);
        if (!taken) return say(section.dataset['bad']);
        if (taken.outcome !== 'kept') return say(section.dataset['notKept']);
        const { done, programs, kept } = taken;
        say(
          fill(section.dataset['taken'] ?? '', { done: format(done), programs: format(programs), kept: format(kept) }),
        );
      });
    });
    input.click();
  });
}
