import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { call, HELLO, line, messages, startServer } from '../support/mcp-process.js';
import { contentOf } from '../support/mcp-world.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { BIN, runCli } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

const RECORDER = join(import.meta.dirname, '../support/recorded-paths.cjs');

let box: Sandbox;

beforeEach(async () => {
  box = await createSandbox();
  const { writeFile, mkdir } = await import('node:fs/promises');
  for (const [path, text] of Object.entries(smallFeature({ WP01: {}, WP02: {} }))) {
    await mkdir(join(box.project, path, '..'), { recursive: true });
    await writeFile(join(box.project, path), text);
  }
  await box.git(['init', '-q', '-b', 'main']);
  await box.git(['add', '-A']);
  await box.git(['commit', '-qm', 'seed']);
});

afterEach(() => box.dispose());

/** Keeps the lock of the repository, as a command does that waits for a hook. */
const holdLock = async (): Promise<() => Promise<void>> => {
  const holder = spawn(
    process.execPath,
    [join(import.meta.dirname, '../support/lock-holder.mjs'), join(box.project, '.git/spec-kitty/lock')],
    { env: box.env },
  );
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('held\n');
  return async () => {
    holder.stdin.end();
    await once(holder, 'exit');
  };
};

describe('the server as a process', () => {
  it.each(['2025', 'latest'])('is driven by the official client of protocol era %s', async (era) => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [BIN, 'mcp', '--project', box.project],
      env: { ...box.env },
      cwd: box.directory,
    });
    const host = new Client(
      { name: 'test', version: '1' },
      era === '2025' ? {} : { versionNegotiation: { mode: 'auto' } },
    );
    await host.connect(transport);
    try {
      expect(host.getServerVersion()).toMatchObject({ name: 'spec-kitty' });
      const begun = contentOf(await host.callTool({ name: 'begin', arguments: { agent: 'ada' } }));
      expect(begun).toMatchObject({ work_package_id: 'WP01', outcome: 'started' });
      expect(existsSync(begun.worktree)).toBe(true);
      const { contents } = await host.readResource({ uri: `spec-kitty://features/${FEATURE}/WP01` });
      expect(JSON.stringify(contents)).toContain('Started implementation');
    } finally {
      await host.close();
    }
  });

  it('prints nothing but the protocol, ends with its input, and a call that is under way is done or undone', async () => {
    const server = startServer(box);
    const { answer, seen } = messages(server);
    server.stdin.write(HELLO + call(1, 'begin', { agent: 'ada' }));
    await answer(1);
    server.stdin.write(call(2, 'begin', { agent: 'bob' }));
    server.stdin.end();
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(seen.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
    const log = await box.git(['log', '--format=%s']);
    const text = readFileSync(join(box.project, `kitty-specs/${FEATURE}/tasks/WP02-work.md`), 'utf8');
    // The second work package was begun, with its commit and its work tree, or nothing of it has happened.
    const isBegun = text.includes('lane: "doing"');
    expect(log.includes('start WP02')).toBe(isBegun);
    expect(existsSync(join(box.project, `.worktrees/${FEATURE}-WP02`))).toBe(isBegun);
    expect(await box.git(['status', '--porcelain', 'kitty-specs'])).toBe('');
  });

  it('finds a feature that is named without a look into the others', async () => {
    const others = ['001-older', '009-newer'].map((slug) => `kitty-specs/${slug}`);
    for (const folder of others)
      await cp(join(box.project, 'kitty-specs', FEATURE), join(box.project, folder), { recursive: true });
    expect(await runCli(box, ['init'])).toMatchObject({ code: 0 });
    const recorded = join(box.directory, 'paths');
    const env = { NODE_OPTIONS: `--require ${RECORDER}`, RECORDED_PATHS: recorded };
    const server = startServer({ ...box, env: { ...box.env, ...env } });
    const { answer } = messages(server);
    server.stdin.write(HELLO + call(1, 'ready_work', { feature: FEATURE }));
    expect((await answer(1)).result.structuredContent.ready).toHaveLength(2);
    server.stdin.end();
    await once(server, 'exit');
    const paths = readFileSync(recorded, 'utf8').split('\n');
    expect(paths.some((path) => path.includes(`kitty-specs/${FEATURE}/tasks`))).toBe(true);
    expect(paths.filter((path) => others.some((folder) => path.includes(folder)))).toEqual([]);
  });

  it('ends by a signal, also while a call waits, and then nothing has happened', async () => {
    const server = startServer(box);
    const { answer, first } = messages(server);
    server.stdin.write(HELLO + call(1, 'ready_work', {}));
    await answer(1);
    // The first call makes the repository's lock file.
    server.stdin.write(call(2, 'begin', { agent: 'ada' }));
    await answer(2);
    const release = await holdLock();
    server.stdin.write(call(3, 'begin', { agent: 'bob' }, { progressToken: 'p' }));
    await first(({ method }) => method === 'notifications/progress');
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([130, null]);
    await release();
    expect(await box.git(['log', '--format=%s'])).not.toContain('WP02');
  });

  it('gives up a call that is cancelled, and serves the next one', async () => {
    const server = startServer(box);
    const { answer, first } = messages(server);
    server.stdin.write(HELLO + call(1, 'begin', { agent: 'ada' }));
    await answer(1);
    const release = await holdLock();
    server.stdin.write(call(2, 'begin', { agent: 'bob' }, { progressToken: 7 }));
    expect((await first(({ method }) => method === 'notifications/progress')).params).toMatchObject({
      progressToken: 7,
      progress: 0,
    });
    server.stdin.write(line({ method: 'notifications/cancelled', params: { requestId: 2 } }));
    // Who only looks waits for nobody.
    server.stdin.write(call(3, 'ready_work', {}));
    expect((await answer(3)).result.structuredContent.ready).toMatchObject([{ work_package_id: 'WP02' }]);
    await release();
    server.stdin.write(call(4, 'begin', { agent: 'cleo' }));
    expect((await answer(4)).result.structuredContent).toMatchObject({
      work_package_id: 'WP02',
      agent: 'cleo',
    });
    server.stdin.end();
    await once(server, 'exit');
  });
});
