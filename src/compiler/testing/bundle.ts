// How much does a reader's browser fetch for the compiler: its code, its headers and the tables of src/bpf that they are made from?
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';

/** What it may weigh, in bytes. */
export const COMPILER_BUDGET = 150_000;

/** Bytes of the compiler bundled as the site bundles it, compressed as a host sends it (brotli, best quality). */
export async function compilerBytes(): Promise<number> {
  const entry = fileURLToPath(new URL('../compile.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      // not Vite's library mode: that leaves white space in
      rollupOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) => ('output' in each ? each.output : []));
  return outputs.reduce((sum, output) => {
    const code = output.type === 'chunk' ? output.code : output.source;
    return sum + brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  }, 0);
}
