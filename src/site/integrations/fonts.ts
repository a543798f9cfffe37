// Cuts the Burmese typeface down to what a page shows, before anything is built. The family as it is published also draws
// Shan, Mon, Karen and Pali, which are half of its bytes; those letters stay reachable in the whole file (fonts.css), which
// a browser fetches only when one of them is met. subset-font: HarfBuzz's own subsetter, so shaping rules stay whole.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import subsetFont from 'subset-font';

const root = new URL('../../../', import.meta.url);
const whole = (weight: number): URL =>
  new URL(`node_modules/@fontsource/noto-sans-myanmar/files/noto-sans-myanmar-myanmar-${weight}-normal.woff2`, root);

/** What Burmese is written with: letters, marks, digits and punctuation, the joiners, and the circle that carries a lone mark. */
const BURMESE = [...range(0x1000, 0x104f), 0x200c, 0x200d, 0x25cc];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** The names of the languages in their own letters: all the Burmese that a page in another language has. */
function languageNames(): string {
  const folder = new URL('content/ui/', root);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const strings = JSON.parse(readFileSync(new URL(`${name}/site.json`, folder), 'utf8')) as {
        language: { name: string };
      };
      return strings.language.name;
    })
    .join('');
}

async function cut(name: string, weight: number, text: string): Promise<void> {
  const target = new URL(`.astro/fonts/${name}.woff2`, root);
  const bytes = await subsetFont(readFileSync(whole(weight)), text, { targetFormat: 'woff2' });
  // An unchanged file keeps its time stamp, and the dev server its peace.
  if (existsSync(target) && readFileSync(target).equals(bytes)) return;
  mkdirSync(fileURLToPath(new URL('.', target)), { recursive: true });
  writeFileSync(target, bytes);
}

export default function fonts(): AstroIntegration {
  return {
    name: 'fonts',
    hooks: {
      'astro:config:setup': async () => {
        const burmese = String.fromCodePoint(...BURMESE);
        await cut('burmese-400', 400, burmese);
        await cut('burmese-700', 700, burmese);
        await cut('names-400', 400, languageNames());
      },
    },
  };
}
