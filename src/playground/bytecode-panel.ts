// C, eBPF and WebAssembly side by side: every stretch of instructions beside the C line that it came from, and what the JIT made of it. The same line has the same
// colour wherever it turns up, and pointing at one lights all of them, and the line in the code above.
import type { BytecodeReport, BytecodeRow, WasmRow } from '../lab/api.ts';
import { colouredLines } from './c-tokens.ts';
import { element } from './dom.ts';
import type { Panel, PanelContext } from './panels.ts';
import { fill } from './strings.ts';

/** Colours in use; the next line with instructions takes the next one. */
const COLOURS = 6;

interface Stretch {
  readonly file: string | null;
  readonly line: number | null;
  readonly rows: BytecodeRow[];
}

function stretches(rows: readonly BytecodeRow[]): Stretch[] {
  const found: Stretch[] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last && last.file === row.file && last.line === row.line && row.function === null) last.rows.push(row);
    else found.push({ file: row.file, line: row.line, rows: [row] });
  }
  return found;
}

function instruction({ slot, bytes, text }: BytecodeRow): HTMLElement {
  return element(
    'div',
    { class: 'instruction', title: bytes },
    element('span', { class: 'slot' }, String(slot)),
    element('code', { lang: 'en' }, text),
  );
}

/** Lines of WebAssembly as they are nested; those of one eBPF instruction begin with its number. */
function wasmLines(rows: readonly WasmRow[]): HTMLElement[] {
  const least = Math.min(...rows.map(({ depth }) => depth));
  return rows.map((row, i) => {
    const first = rows[i - 1]?.slot !== row.slot;
    const code = element('code', { lang: 'en' }, row.text);
    // Deep nesting would push everything out of sight: what counts is what is nested in what.
    code.style.paddingInlineStart = `${Math.min(row.depth - least, 8) * 0.7}em`;
    return element(
      'div',
      { class: 'instruction' },
      element('span', { class: 'slot' }, first ? String(row.slot) : ''),
      code,
    );
  });
}

let groups = 0;

export function bytecodePanel(context: PanelContext): Panel {
  const { strings, lab } = context;
  const content = element('div', { class: 'bytecode' });
  const group = `bytecode-${++groups}`;
  let fresh = false;
  let asked = 0;
  let side: 'ebpf' | 'wasm' = 'ebpf';

  /** Where there is no room for three columns, the reader says which one stands beside the C. */
  function sides(): HTMLElement {
    const choice = (name: typeof side, label: string): HTMLElement => {
      const input = element('input', { type: 'radio', name: group, value: name, checked: side === name });
      input.addEventListener('change', () => {
        side = name;
        content.dataset['side'] = name;
      });
      return element('label', {}, input, element('span', {}, label));
    };
    return element(
      'fieldset',
      { class: 'sides' },
      element('legend', { class: 'visually-hidden' }, strings['beside-c']),
      choice('ebpf', 'eBPF'),
      choice('wasm', 'WebAssembly'),
    );
  }
  content.dataset['side'] = side;

  function light(file: string, line: number | null): void {
    for (const row of content.querySelectorAll<HTMLElement>('.stretch')) {
      row.classList.toggle(
        'lit',
        line !== null && row.dataset['line'] === String(line) && row.dataset['file'] === file,
      );
    }
    context.mark(file, new Set(line === null ? [] : [line]));
  }

  function stretchElement(
    stretch: Stretch,
    colour: number,
    lines: ReadonlyMap<string, HTMLElement[]>,
    wasm: readonly WasmRow[],
  ): HTMLElement {
    const { file, line, rows } = stretch;
    const code = file === null || line === null ? undefined : lines.get(file)?.[line - 1]?.cloneNode(true);
    const source =
      file === null || line === null
        ? element('div', { class: 'source' })
        : element(
            'div',
            { class: 'source' },
            element(
              'button',
              {
                type: 'button',
                'aria-label': fill(strings.line, { line }),
                onclick: () => context.goTo(file, line),
                onfocus: () => light(file, line),
                onblur: () => light(file, null),
              },
              String(line),
            ),
            element('code', { lang: 'en' }, ...(code ? [...code.childNodes] : [])),
          );
    const row = element(
      'div',
      { class: `stretch colour-${colour}`, 'data-file': file ?? undefined, 'data-line': line ?? undefined },
      source,
      element('div', { class: 'instructions ebpf' }, ...rows.map(instruction)),
      element('div', { class: 'instructions wasm' }, ...wasmLines(wasm)),
    );
    if (file !== null) {
      row.addEventListener('pointerenter', () => light(file, line));
      row.addEventListener('pointerleave', () => light(file, null));
    }
    return row;
  }

  const columns = (): HTMLElement =>
    element(
      'p',
      { class: 'columns', 'aria-hidden': 'true' },
      element('span', {}, 'C'),
      element('span', { class: 'ebpf' }, 'eBPF'),
      element('span', { class: 'wasm' }, 'WebAssembly'),
    );

  function draw(report: BytecodeReport): void {
    const lines = new Map<string, HTMLElement[]>();
    const linesOf = (file: string): void => {
      if (lines.has(file)) return;
      const rows = colouredLines(context.text(file));
      // The code's own indentation would only push it away from its instructions.
      for (const row of rows) {
        const start = row.firstChild;
        if (start instanceof Text) start.data = start.data.trimStart();
      }
      lines.set(file, rows);
    };
    const colours = new Map<string, number>();
    content.replaceChildren(
      sides(),
      ...report.programs.flatMap((program) => {
        const parts: HTMLElement[] = [columns()];
        // Code that nobody can reach has no WebAssembly, nor has any of a program that was refused.
        const ofSlot = new Map<number, WasmRow[]>();
        for (const row of program.wasm ?? []) ofSlot.set(row.slot, [...(ofSlot.get(row.slot) ?? []), row]);
        if (program.wasm === null) parts.push(element('p', { class: 'hint' }, strings['no-wasm']));
        for (const stretch of stretches(program.rows)) {
          const name = stretch.rows[0]?.function;
          if (name) {
            const what = name === program.name ? `SEC("${program.section}") ${name}` : name;
            parts.push(
              element('p', { class: 'function-name', translate: 'no' }, element('code', { lang: 'en' }, what)),
            );
          }
          if (stretch.file !== null) linesOf(stretch.file);
          const key = `${stretch.file}:${stretch.line}`;
          if (!colours.has(key)) colours.set(key, colours.size % COLOURS);
          const made = stretch.rows.flatMap(({ slot }) => ofSlot.get(slot) ?? []);
          parts.push(stretchElement(stretch, colours.get(key) ?? 0, lines, made));
        }
        return [element('div', { class: 'listing', translate: 'no' }, ...parts)];
      }),
      element(
        'p',
        { class: 'times' },
        report.programs
          .map(({ name, rows }) => `${name}: ${fill(strings.instructions, { count: rows.length })}`)
          .concat(fill(strings.object, { bytes: report.object.length }))
          .join(' · '),
      ),
    );
  }

  async function load(): Promise<void> {
    const number = ++asked;
    const outcome = await lab.bytecode(context.project());
    if (number !== asked) return;
    if (outcome.ok && outcome.report) return draw(outcome.report);
    content.replaceChildren(
      element('p', { class: 'empty' }, outcome.ok ? strings['compile-failed'] : strings[outcome.reason]),
    );
  }

  return {
    name: 'bytecode',
    title: strings.bytecode,
    content,
    shown() {
      if (content.hidden || fresh) return;
      fresh = true;
      void load();
    },
    stale: () => (fresh = false),
  };
}
