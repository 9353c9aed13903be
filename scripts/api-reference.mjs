import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { format, resolveConfig } from 'prettier';

/** Writes `docs/openapi.json` and `docs/asyncapi.json` as the built hub serves them; needs `npm run build` first. */
const ROOT = join(import.meta.dirname, '..');
const home = await mkdtemp(join(tmpdir(), 'api-reference-'));
const hub = spawn(
  process.execPath,
  [join(ROOT, 'dist/bin/spec-kitty.cjs'), 'hub', 'serve', '--port', '0', '--data', join(home, 'hub')],
  {
    env: { ...process.env, HOME: home, SPEC_KITTY_HOME: join(home, 'state') },
    stdio: ['ignore', 'pipe', 'ignore'],
  },
);
try {
  const [line] = await once(createInterface(hub.stdout), 'line');
  const url = /https?:\S+/.exec(line)[0];
  for (const name of ['openapi.json', 'asyncapi.json']) {
    const path = join(ROOT, 'docs', name);
    const text = await (await fetch(`${url}/${name}`)).text();
    await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
  }
} finally {
  const ended = once(hub, 'exit');
  hub.kill('SIGINT');
  await ended;
  await rm(home, { recursive: true });
}
