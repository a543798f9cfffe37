// Writes /third-party-notices.txt: whose work is built into what a reader receives, with each licence's text. The list is
// what the bundler really put into the site's files, so it cannot go stale. Added by name: what comes in by another door, the
// simulated kernel's runtime (compiled before the bundler sees it) and the typefaces.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** `…/node_modules/@scope/name/file` → `@scope/name`; null for our own files. The innermost package counts. */
export function packageOf(id: string): string | null {
  const path = id.replaceAll('\\', '/').split('/node_modules/').slice(1).at(-1);
  return path ? (/^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null) : null;
}

/** What a package carries without a licence text of its own beside it. */
const BESIDES: Readonly<Record<string, string>> = {
  'monaco-editor':
    'The editor\u2019s icons are Codicons by Microsoft, CC BY 4.0: https://github.com/microsoft/vscode-codicons',
};

interface Part {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly texts: readonly string[];
}

function partOf(name: string): Part | null {
  const folder = join(modules, name);
  if (!existsSync(join(folder, 'package.json'))) return null;
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|notice|copying|third-?party-?notices)(?:[-.].*)?$/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const besides = BESIDES[name];
  return {
    name,
    version: manifest.version,
    licence: manifest.license ?? 'see below',
    texts: besides ? [besides, ...texts] : texts,
  };
}

const rule = '\n\n' + '='.repeat(78) + '\n\n';

export function noticesText(parts: readonly Part[]): string {
  const head = [
    'Meet eBPF is built with the work of others. What of it is part of this site stands below with its licence.',
    parts.map((part) => `${part.name} ${part.version} (${part.licence})`).join('\n'),
  ].join('\n\n');
  return [head, ...parts.map((part) => [`${part.name} ${part.version}`, ...part.texts].join('\n\n'))].join(rule) + '\n';
}

export default function notices(): AstroIntegration {
  const found = new Set<string>(['assemblyscript', '@fontsource/noto-sans-myanmar', '@fontsource/noto-sans-mono']);
  const collect = {
    name: 'notices',
    generateBundle(
      this: { environment?: { name: string } },
      _: unknown,
      bundle: Record<string, { modules?: Record<string, unknown>; originalFileNames?: readonly string[] }>,
    ) {
      // What runs at build time only is nothing that a reader receives.
      if (this.environment && !/^(?:client|worker)/.test(this.environment.name)) return;
      for (const file of Object.values(bundle)) {
        for (const id of [...Object.keys(file.modules ?? {}), ...(file.originalFileNames ?? [])]) {
          const name = packageOf(`/${id}`);
          if (name) found.add(name);
        }
      }
    },
  };
  return {
    name: 'notices',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({ vite: { plugins: [collect], worker: { plugins: () => [collect] } } });
      },
      'astro:build:done': async ({ dir, logger }) => {
        const parts = [...found].sort().flatMap((name) => partOf(name) ?? []);
        const silent = parts.filter((part) => part.texts.length === 0).map((part) => part.name);
        if (silent.length > 0) logger.warn(`no licence text in ${silent.join(', ')}`);
        await writeFile(new URL('third-party-notices.txt', dir), noticesText(parts));
        logger.info(`third-party-notices.txt names ${parts.length} packages`);
      },
    },
  };
}
