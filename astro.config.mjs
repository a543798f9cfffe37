// The site: static pages, one folder per language, no server. Where it is published is read from package.json
// ("homepage", "repository") or from SITE_URL, so that a fork changes one file.
import { readdirSync, readFileSync } from 'node:fs';
import mdx from '@astrojs/mdx';
import { satteri } from '@astrojs/markdown-satteri';
import { defineConfig } from 'astro/config';
import { codeThemes } from './src/playground/code-themes.ts';
import { tokenClasses } from './src/site/code/token-classes.ts';
import contentSecurity from './src/site/integrations/content-security.ts';
import fonts from './src/site/integrations/fonts.ts';
import notices from './src/site/integrations/notices.ts';
import offline from './src/site/integrations/offline.ts';
import styles from './src/site/integrations/styles.ts';

const manifest = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const home = new URL(process.env.SITE_URL ?? manifest.homepage ?? 'http://localhost:4321/');

// A language exists when it has interface strings; adding one means adding files.
const locales = readdirSync(new URL('./content/ui/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export default defineConfig({
  site: home.origin,
  base: home.pathname,
  output: 'static',
  trailingSlash: 'always',
  devToolbar: { enabled: false },
  i18n: {
    locales,
    defaultLocale: 'en',
    routing: { prefixDefaultLocale: true, redirectToDefaultLocale: false },
  },
  // styles rewrites pages, contentSecurity hashes what then stands in them, offline lists what then is there: the order
  // matters.
  integrations: [fonts(), mdx(), styles(), contentSecurity(), notices(), offline()],
  markdown: {
    // `{#id}` after a heading, so that a section has one address in every language.
    processor: satteri({ features: { headingAttributes: true } }),
    shikiConfig: { theme: codeThemes.light, transformers: [tokenClasses()] },
  },
  vite: {
    build: {
      target: 'es2022',
      // A font is always a file: the policy allows no other. Where styles stand decides the integration of that name.
      assetsInlineLimit: (path) => (path.endsWith('.woff2') ? false : undefined),
      // A noisy warning of the bundler about Astro's own "use astro:head-inject" directive in every MDX page.
      rolldownOptions: { checks: { moduleLevelDirective: false } },
    },
    worker: { format: 'es' },
  },
});
