// The book around the chapters: search, reference, the translators' workshop, contents on a phone, print.
import { expect, languages, site, test } from './support.ts';

/** What a reader would look for, and where it must lead. */
const searches = {
  my: [
    ['ကွန်ရက်', /#network-stack|glossary/],
    ['အပိုကုန်', /what-is-ebpf\/#overhead/],
    ['bpf_map_lookup', /reference\/helpers\/#bpf_map_lookup_elem/],
  ],
  en: [
    ['sk_buff allocation', /what-is-ebpf\/#sk-buff/],
    ['verifer', /glossary\/#verifier|what-is-ebpf/],
    ['ringbuf', /reference\/(maps|helpers)\/#/],
  ],
} as const;

for (const language of languages) {
  test.describe(language, () => {
    const strings = site(language);

    test('the search opens by key and by touch, loads only then, and leads to the heading', async ({
      page,
      isMobile,
    }) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.goto(`/${language}/what-is-ebpf/`, { waitUntil: 'networkidle' });
      expect(asked.filter((path) => /search/.test(path) && !path.includes('client'))).toEqual([]);
      const button = page.getByRole('button', { name: strings.search.open });
      await expect(button).toBeVisible();
      await (isMobile ? button.tap() : page.keyboard.press('/'));
      const dialog = page.getByRole('dialog', { name: strings.search.label });
      const field = dialog.getByRole('searchbox');
      await expect(field).toBeFocused();
      for (const [query, target] of searches[language]) {
        await field.fill(query);
        await expect(dialog.locator('.hits a').first(), query).toBeVisible();
        const links = await dialog.locator('.hits a').evaluateAll((all) => all.map((it) => it.getAttribute('href')));
        expect(links.join(' '), query).toMatch(target);
      }
      await field.fill('zzqqxx');
      await expect(dialog.getByRole('status')).toContainText('zzqqxx');
      await field.fill('overhead');
      await expect(dialog.locator('.hits a[href*="#overhead"]').first()).toBeVisible();
      if (isMobile) await dialog.locator('.hits a[href$="#overhead"]').first().tap();
      else {
        await page.keyboard.press('ArrowDown');
        await expect(dialog.locator('.hits a').first()).toBeFocused();
        await page.keyboard.press('Enter');
      }
      await expect(page).toHaveURL(/#overhead$/);
      await expect(dialog).toBeHidden();
    });

    // A phone has no Escape key.
    test('Escape closes the search and gives the focus back', { tag: '@desktop' }, async ({ page }) => {
      await page.goto(`/${language}/`);
      const button = page.getByRole('button', { name: strings.search.open });
      await button.click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(button).toBeFocused();
    });

    test('Escape before the search has arrived calls it off', { tag: '@desktop' }, async ({ page }) => {
      let arrive = (): void => undefined;
      const asked = new Promise<void>((resolve) => (arrive = resolve));
      await page.route(/\/dialog[^/]*\.js$/, async (route) => {
        await asked;
        await route.continue();
      });
      await page.goto(`/${language}/`);
      const button = page.getByRole('button', { name: strings.search.open });
      await button.click();
      await expect(button).toHaveAttribute('aria-busy', 'true');
      await page.keyboard.press('Escape');
      arrive();
      await expect(button).not.toHaveAttribute('aria-busy');
      await expect(page.getByRole('dialog')).toBeHidden();
      // Wanted again, it comes at once.
      await button.click();
      await expect(page.getByRole('dialog')).toBeVisible();
    });

    // A phone has no such key.
    test('a slash that is typed into a field stays a slash', { tag: '@desktop' }, async ({ page }) => {
      await page.goto(`/${language}/`);
      await page.keyboard.press('/');
      await page.keyboard.type('a/b');
      await expect(page.getByRole('searchbox')).toHaveValue('a/b');
    });

    test('the workshop names every chapter in every language, and the next command', async ({ page }) => {
      await page.goto(`/${language}/translations/`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(strings.workshop.title);
      for (const name of languages) {
        await expect(page.locator(`.progress [lang="${name}"]`)).toHaveText(site(name).language.name);
      }
      const rows = page.locator('.text-state');
      await expect(rows).toHaveCount((await page.locator('.chapter-state').count()) * languages.length);
      await rows.first().locator('summary').click();
      await expect(rows.first().locator('.sections li').first()).toBeVisible();
      await expect(page.getByText('npm run -s translations', { exact: true })).toBeVisible();
      // Either there is something to do, with its command, or it is said that there is nothing.
      await expect(page.locator('.all-done, .task .commands-list').first()).toBeVisible();
    });

    test('reference pages: an address for every entry, and the language switch keeps the page', async ({ page }) => {
      await page.goto(`/${language}/reference/`);
      await page.getByRole('link', { name: strings.reference.helpers }).click();
      await expect(page).toHaveURL(`/${language}/reference/helpers/`);
      const entry = page.locator('[id="bpf_map_lookup_elem"]');
      await expect(entry).toContainText('void *bpf_map_lookup_elem(');
      expect(await page.locator('.entries > div').count()).toBeGreaterThan(80);
      for (const sentence of await page.locator('.entries dd > p:first-child').allTextContents())
        expect(sentence.trim()).not.toBe('');
      await page.locator('[data-language-switch]').click();
      await expect(page).toHaveURL(/\/reference\/helpers\//);
      for (const part of ['maps', 'programs']) {
        await page.goto(`/${language}/reference/${part}/`);
        for (const sentence of await page.locator('.entries dd > p:first-child').allTextContents())
          expect(sentence.trim(), part).not.toBe('');
      }
    });

    test('contents: in the margin where there is room, folded under the title on a phone', async ({
      page,
      isMobile,
    }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      const folded = page.locator('.contents-folded');
      await expect(folded).toBeVisible({ visible: isMobile });
      await expect(page.locator('nav.contents')).toBeVisible({ visible: !isMobile });
      if (!isMobile) return;
      await folded.locator('summary').tap();
      await folded.locator('a[href="#packet-path"]').tap();
      await expect(page).toHaveURL(/#packet-path$/);
      await expect(page.locator('#packet-path')).toBeInViewport();
    });

    // Links are the same everywhere.
    test(
      'every link inside the site leads somewhere, to a heading that is there',
      { tag: '@desktop' },
      async ({ page }) => {
        const seen = new Map<string, Set<string>>();
        const waiting = ['/', `/${language}/`];
        const broken: string[] = [];
        const wanted: [string, string, string][] = [];
        for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
          if (seen.has(path)) continue;
          const response = await page.request.get(path);
          const html = await response.text();
          if (!response.ok()) broken.push(path);
          seen.set(path, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1] ?? '')));
          if (!(response.headers()['content-type'] ?? '').startsWith('text/html')) continue;
          for (const [, href = ''] of html.matchAll(/<a\b[^>]*\shref="([^"]+)"/g)) {
            if (/^[a-z]+:/.test(href)) continue;
            const url = new URL(href.replaceAll('&amp;', '&'), `http://site${path}`);
            // A fragment with = in it is what the playground opens with, not a heading.
            if (url.hash && !url.hash.includes('='))
              wanted.push([path, url.pathname, decodeURIComponent(url.hash.slice(1))]);
            waiting.push(url.pathname);
          }
        }
        expect(broken).toEqual([]);
        expect(wanted.filter(([, target, id]) => !seen.get(target)?.has(id))).toEqual([]);
        expect(seen.size).toBeGreaterThan(8);
      },
    );

    // Paper is paper.
    test('on paper: no buttons, no navigation, sources written out', { tag: '@desktop' }, async ({ page }) => {
      await page.goto(`/${language}/what-is-ebpf/`);
      await page.emulateMedia({ media: 'print' });
      for (const selector of ['.site-nav', '.site-tools', '.site-footer', 'nav.contents', '.toolbar', 'button.both'])
        await expect(page.locator(selector).first(), selector).toBeHidden();
      const after = await page
        .locator('.source[href]')
        .first()
        .evaluate((it) => getComputedStyle(it, '::after').content);
      expect(after).toContain('https://');
    });
  });
}

// Once is enough.
test('the sitemap’s every address is there, and every page is in it', { tag: '@desktop' }, async ({ page }) => {
  const xml = await (await page.request.get('/sitemap.xml')).text();
  const listed = [...xml.matchAll(/<loc>([^<]+)<\/loc>/g)].map((match) => new URL(match[1] ?? '').pathname);
  expect(new Set(listed).size).toBe(listed.length);
  for (const path of listed) {
    const html = await (await page.request.get(path)).text();
    const canonical = /<link rel="canonical" href="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(new URL(canonical).pathname, path).toBe(path);
    expect(html, path).toMatch(/<title>[^<]+<\/title>/);
    expect(html, path).toMatch(/<meta name="description" content="[^"]{20,}"/);
  }
  for (const language of languages) {
    const home = await (await page.request.get(`/${language}/`)).text();
    for (const [, href = ''] of home.matchAll(/<a\b[^>]*\shref="(\/[^"#]*\/)"/g)) expect(listed).toContain(href);
  }
});
