// serve.ts PORT [FOLDER]: serves dist/ (or FOLDER) as the plainest static host would: files, index.html for folders,
// 404.html with status 404, text compressed, no headers but the type. A server of its own, so that the tests run beside a preview that
// somebody is reading.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';

const folder = process.argv[3];
const root = folder === undefined ? fileURLToPath(new URL('../dist/', import.meta.url)) : `${resolve(folder)}/`;
const port = Number(process.argv[2] ?? 4399);
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.xml': 'application/xml',
};

function fileFor(path: string): string | null {
  const file = normalize(join(root, path));
  if (!file.startsWith(root) || !existsSync(file)) return null;
  if (!statSync(file).isDirectory()) return file;
  const index = join(file, 'index.html');
  return existsSync(index) ? index : null;
}

createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  let path = '/';
  try {
    path = decodeURIComponent(pathname);
  } catch {
    // A malformed address is one that is not there.
  }
  const file = fileFor(path);
  const served = file ?? join(root, '404.html');
  const type = types[extname(served)] ?? 'application/octet-stream';
  const compressed = /text|json|xml|svg|wasm/.test(type) && /\bgzip\b/.test(String(request.headers['accept-encoding']));
  response.writeHead(file ? 200 : 404, {
    'content-type': type,
    ...(compressed ? { 'content-encoding': 'gzip', vary: 'accept-encoding' } : {}),
  });
  const body = createReadStream(served);
  (compressed ? body.pipe(createGzip()) : body).pipe(response);
}).listen(port, '127.0.0.1');
