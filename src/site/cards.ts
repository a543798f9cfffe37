// Draws the preview cards, public/card-LANGUAGE.png, which a link to the course shows in a chat or a feed. Run by hand after
// the words or the palette change: CHROMIUM=/usr/bin/chromium npx node src/site/cards.ts
import { readdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright';
import type { SiteStrings } from './languages.ts';

const root = new URL('../../', import.meta.url);
const font = (subset: string, weight: number): string => {
  const file = `node_modules/@fontsource/noto-sans-myanmar/files/noto-sans-myanmar-${subset}-${weight}-normal.woff2`;
  return `data:font/woff2;base64,${readFileSync(new URL(file, root)).toString('base64')}`;
};
const faces = [400, 700]
  .map(
    (weight) => `
  @font-face { font-family: Burmese; font-weight: ${weight}; src: url(${font('myanmar', weight)}); unicode-range: U+1000-109F; }
  @font-face { font-family: Latin; font-weight: ${weight}; src: url(${font('latin', weight)}); }`,
  )
  .join('');

function card(language: string, { brand, landing, tagline }: SiteStrings): string {
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><style>${faces}
    body { margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 70px 80px; background: #1b1512;
      color: #f8e7bf; font-family: Burmese, Latin; display: flex; flex-direction: column; border-top: 18px solid #8e1f24; }
    svg { width: 190px; align-self: flex-start; margin-left: -7px; }
    p { margin: 0; } .brand { font-size: 34px; color: #e2b13c; font-weight: 700; margin-top: 24px; }
    h1 { margin: auto 0 24px; font-size: ${language === 'my' ? 58 : 68}px; line-height: ${language === 'my' ? 1.6 : 1.2}; text-wrap: balance; }
    .tagline { font-size: 28px; line-height: ${language === 'my' ? 1.8 : 1.45}; color: #d8c6a4; max-width: 960px; }
  </style>
  <svg viewBox="-26 -13 52 26"><rect x="-24" y="-11" width="48" height="22" rx="4" fill="#f8e7bf"/>
  <path d="M-20-11H4v22h-24a4 4 0 0 1-4-4V-7a4 4 0 0 1 4-4z" fill="#b8333a"/><path d="M-11-11h9v22h-9z" fill="#e2b13c"/></svg>
  <p class="brand">${brand}</p><h1>${landing.title}</h1><p class="tagline">${tagline}</p></html>`;
}

const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'], args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
for (const language of readdirSync(new URL('content/ui/', root))) {
  const strings = JSON.parse(readFileSync(new URL(`content/ui/${language}/site.json`, root), 'utf8')) as SiteStrings;
  await page.setContent(card(language, strings));
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: new URL(`public/card-${language}.png`, root).pathname });
}
await browser.close();
