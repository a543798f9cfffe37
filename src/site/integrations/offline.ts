// Writes what reading without a network needs: /offline-files.json, a list of everything that is published with its size as a
// host sends it; /offline.json, what that comes to for each language; and /sw.js, the service worker, whose text changes
// whenever that list does.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import type { AstroIntegration } from 'astro';
import { bytesOf, filesFor, type OfflineFiles, type OfflineSizes, type PublishedFile } from '../offline/choice.ts';

/** Cards are for previews in other people's feeds, the whole typefaces for languages that the course has not (yet);
 * the list itself is not in the list. */
const LEFT_OUT =
  /(?:^|\/)(?:card-[\w-]+\.png|noto-sans-m[\w.-]+\.woff2|offline(?:-files)?\.json|sw\.js|sitemap\.xml|404\.html)$/;
const PACKED = /\.(?:woff2|png)$/;

async function published(root: string, base: string): Promise<OfflineFiles> {
  const files: PublishedFile[] = [];
  const hash = createHash('sha256');
  for (const entry of (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((it) => it.isFile())
    .map((it) => join(it.parentPath, it.name).slice(root.length).replaceAll('\\', '/'))
    .sort()) {
    if (LEFT_OUT.test(entry)) continue;
    const content = await readFile(join(root, entry));
    hash.update(entry).update(content);
    const bytes = PACKED.test(entry)
      ? content.length
      : brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;
    files.push({ path: base + entry.replace(/(^|\/)index\.html$/, '$1'), bytes });
  }
  return { files, version: hash.digest('hex').slice(0, 16) };
}

export default function offline(): AstroIntegration {
  let base = '/';
  let languages: readonly string[] = [];
  return {
    name: 'offline',
    hooks: {
      'astro:config:done': ({ config }) => {
        base = config.base.endsWith('/') ? config.base : `${config.base}/`;
        languages = (config.i18n?.locales ?? []).map((locale) => (typeof locale === 'string' ? locale : locale.path));
      },
      'astro:build:done': async ({ dir, logger }) => {
        const root = fileURLToPath(dir);
        const list = await published(root, base);
        await writeFile(join(root, 'offline-files.json'), JSON.stringify(list));
        const size = (language: string, device: 'touch' | 'mouse'): number =>
          bytesOf(filesFor(list, { base, language, languages, device }));
        const sizes: OfflineSizes = {
          version: list.version,
          sizes: Object.fromEntries(
            languages.map((language) => [language, { touch: size(language, 'touch'), mouse: size(language, 'mouse') }]),
          ),
        };
        await writeFile(join(root, 'offline.json'), JSON.stringify(sizes));
        const source = await readFile(new URL('../offline/service-worker.ts', import.meta.url), 'utf8');
        const plain = stripTypeScriptTypes(source).replace('__VERSION__', list.version);
        await writeFile(join(root, 'sw.js'), plain);
        logger.info(
          `${list.files.length} files, ${Math.round(bytesOf(list.files) / 1000)} kB, can be kept for reading offline`,
        );
      },
    },
  };
}
