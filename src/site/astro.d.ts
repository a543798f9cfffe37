// tsc and ESLint do not read .astro files; astro check does, and checks their props.
declare module '*.astro' {
  import type { AstroComponentFactory } from 'astro/runtime/server/index.js';
  const component: AstroComponentFactory;
  export default component;
}

declare namespace App {
  interface Locals {
    /** examples whose folder the page being made has shown already */
    foldersTold?: Set<string>;
  }
}
