// Builds the course and serves it on this machine: what a reader or a contributor types first.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('../../', import.meta.url)));
const port = process.env['PORT'] ?? '4321';
const environment = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' };
const shell = process.platform === 'win32';

console.log('Building the course (about half a minute)…');
const built = spawnSync('npm', ['run', '-s', 'build'], { encoding: 'utf8', shell, env: environment });
if (built.status !== 0) {
  console.error(built.stdout + built.stderr);
  console.error('The build failed; the message above says where.');
  process.exit(1);
}
console.log(`
  eBPF မိတ်ဆက် · Meet eBPF

  မြန်မာ   http://localhost:${port}/my/
  English  http://localhost:${port}/en/

  Ctrl+C stops it.
`);
const server = spawn('npx', ['astro', 'preview', '--port', port], {
  stdio: ['ignore', 'ignore', 'inherit'],
  shell,
  env: environment,
});
server.on('exit', (code) => process.exit(code ?? 0));
