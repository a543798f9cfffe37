// Cuts the typefaces down to what a page shows, before anything is built. As they are published, the Burmese one also draws
// Shan, Mon, Karen and Pali, the Latin ones every accent of western Europe: half of their bytes. Those letters stay reachable
// in the whole files (fonts.css), which a browser fetches only when one of them is met. subset-font: HarfBuzz's own
// subsetter, so shaping rules stay whole.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import subsetFont from 'subset-font';

const root = new URL('../../../', import.meta.url);
const whole = (family: string, weight: number): URL => {
  const folder = family.replace(/-(?:myanmar|latin)$/, '');
  return new URL(`node_modules/@fontsource/${folder}/files/${family}-${weight}-normal.woff2`, root);
};

/** What Burmese is written with: letters, marks, digits and punctuation, the joiners, and the circle that carries a lone mark. */
const BURMESE = [...range(0x1000, 0x104f), 0x200c, 0x200d, 0x25cc];

/** What English, C and their notation are written with, and the authors it cites. The style sheet's unicode-range says the same. */
const LATIN = [
  ...range(0x20, 0x7e),
  0xa0,
  0xa7,
  0xb1,
  0xb7,
  0xd7,
  0xe9,
  0xf8,
  ...range(0x2013, 0x201d),
  0x2026,
  ...range(0x2190, 0x2193),
  0x2212,
];

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

async function cut(name: string, family: string, weight: number, text: string): Promise<void> {
  const target = new URL(`.astro/fonts/${name}-${weight}.woff2`, root);
  const bytes = await subsetFont(readFileSync(whole(family, weight)), text, { targetFormat: 'woff2' });
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
        const latin = String.fromCodePoint(...LATIN);
        for (const weight of [400, 700]) {
          await cut('burmese', 'noto-sans-myanmar-myanmar', weight, burmese);
          await cut('latin', 'noto-sans-myanmar-latin', weight, latin);
        }
        await cut('names', 'noto-sans-myanmar-myanmar', 400, languageNames());
        await cut('mono', 'noto-sans-mono-latin', 400, latin);
      },
    },
  };
}
