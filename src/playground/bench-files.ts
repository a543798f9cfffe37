// The files of an example at work: which one is shown, which one is compiled, and what project they make.
import type { KernelTarget, Project } from '../lab/api.ts';
import { readPrograms, type Program } from './programs.ts';

export interface BenchFiles {
  readonly programs: ReadonlyMap<string, Program>;
  /** the course's own program, for whose packets answers are expected */
  readonly first: Program | undefined;
  /** modules and patches run another way than eBPF */
  readonly target: KernelTarget | undefined;
  readonly radios: readonly HTMLInputElement[];
  /** the file that is shown */
  readonly current: () => Program;
  /** what is compiled: the program that is shown, or was shown last */
  readonly main: () => Program;
  /** the compiled file with every header; other programs are other projects */
  readonly project: () => Project;
  /** the project as a file's editor sees it: a companion stands alone */
  readonly projectOf: (program: Program) => Project;
  /** of many files on a narrow screen, the chosen one's tab is in sight */
  readonly revealTab: () => void;
}

export function readFiles(root: HTMLElement): BenchFiles {
  const programs = readPrograms(root);
  const target = root.dataset['kind'] as KernelTarget | undefined;
  const radios = [...root.querySelectorAll<HTMLInputElement>('.versions input')];
  const first = [...programs.values()][0];
  let last = programs.get(root.dataset['main'] ?? '') ?? first;

  function current(): Program {
    const program = programs.get(radios.find((radio) => radio.checked)?.value ?? '') ?? first;
    if (!program) throw new Error('the example has no programs');
    return program;
  }

  function main(): Program {
    if (current().kind === 'program') last = current();
    return last ?? current();
  }

  function project(): Project {
    const compiled = main();
    const files = [...programs.values()]
      .filter((program) => program === compiled || program.kind === 'header')
      .map((program) => [program.file, program.text] as const);
    return { files: Object.fromEntries(files), main: compiled.file, ...(target ? { target } : {}) };
  }

  return {
    programs,
    first,
    target,
    radios,
    current,
    main,
    project,
    projectOf: (program) =>
      program.kind === 'companion' ? { files: { [program.file]: program.text }, main: program.file } : project(),
    revealTab() {
      const label = radios.find((radio) => radio.checked)?.parentElement;
      const list = label?.parentElement;
      if (label && list)
        list.scrollLeft = label.offsetLeft - list.offsetLeft - (list.clientWidth - label.offsetWidth) / 2;
    },
  };
}

export function sameFiles(a: Project, b: Project): boolean {
  const names = Object.keys(a.files);
  return (
    a.main === b.main &&
    names.length === Object.keys(b.files).length &&
    names.every((name) => a.files[name] === b.files[name])
  );
}
