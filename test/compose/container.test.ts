import { RecordingLog } from '../../src/adapters/memory/recording-log.js';
import { ControlledTime } from '../../src/adapters/memory/controlled-time.js';
import { createClientContainer, override, type Override } from '../../src/app/compose/container.js';
import { createHubContainer } from '../../src/app/compose/hub-container.js';
import { HUB_TOKENS } from '../../src/app/compose/hub-tokens.js';
import { Closables } from '../../src/app/compose/registrar.js';
import { TOKENS } from '../../src/app/compose/tokens.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eagerModules } from '../support/eager-modules.js';
import { scratchDirectory } from '../support/scratch-directory.js';

const scratch = scratchDirectory();

const client = (overrides: readonly Override[] = [], env: Readonly<Record<string, string>> = {}) =>
  createClientContainer(
    {
      env: { SPEC_KITTY_HOME: join(scratch.path, 'state'), PATH: process.env['PATH'], ...env },
      version: '1.2.3',
      stderr: { write: () => true },
      isLongLived: true,
      program: { command: process.execPath, args: ['--version'] },
      processId: process.pid,
    },
    overrides,
  );

describe('the client container', () => {
  it.each(Object.keys(TOKENS) as (keyof typeof TOKENS)[])(
    'resolves %s, and the same one again',
    async (name) => {
      const container = client();
      const first = await container.get<unknown>(TOKENS[name]);
      expect(first).toBeDefined();
      expect(await container.get<unknown>(TOKENS[name])).toBe(first);
      await container.close();
    },
  );

  it('has one value for each token, whoever needs it', async () => {
    const container = client();
    const [clock, host] = await Promise.all([
      container.get(TOKENS.wallClock),
      container.get(TOKENS.flushHost),
    ]);
    expect(host.wallClock).toBe(clock);
    await container.close();
  });

  it('two containers share nothing', async () => {
    const [a, b] = [client(), client()];
    expect(await a.get(TOKENS.outboxes)).not.toBe(await b.get(TOKENS.outboxes));
    await Promise.all([a.close(), b.close()]);
  });

  it('an override takes the place of what would be made, for everybody who needs it', async () => {
    const time = new ControlledTime(42);
    const container = client([override(TOKENS.wallClock, time), override(TOKENS.log, new RecordingLog())]);
    expect(await container.get(TOKENS.wallClock)).toBe(time);
    expect((await container.get(TOKENS.flushHost)).wallClock.nowMs()).toBe(42);
    await container.close();
  });

  it('makes nothing in the file system before something is asked for', async () => {
    const container = client();
    await container.get(TOKENS.wallClock);
    await container.close();
    expect(existsSync(join(scratch.path, 'state'))).toBe(false);
  });

  it('starts no delivery for a process whose user turned it off', async () => {
    const container = client([], { SPEC_KITTY_SYNC: 'off' });
    const runtime = await container.get(TOKENS.runtime);
    await runtime.start();
    expect(await runtime.status()).toBeUndefined();
    await container.close();
  });

  it('takes a sign-in for machines from the environment', async () => {
    const container = client([], {
      SPEC_KITTY_TOKEN: 'abc',
      SPEC_KITTY_SERVER_URL: 'https://hub.example.org',
    });
    expect(await container.get(TOKENS.signInEnvironment)).toEqual({
      token: 'abc',
      serverUrl: 'https://hub.example.org',
    });
    await container.close();
  });
});

describe('what the emitter needs', () => {
  it('loads neither transports nor the ledger library', async () => {
    const { packages, files } = await eagerModules('src/app/compose/container.ts');
    expect(packages.filter((name) => /^(got|ws|lowdb|kysely|yargs|@photostructure)/.test(name))).toEqual([]);
    expect(files.filter((file) => file.includes('adapters/transport'))).toEqual([]);
    expect(files.filter((file) => file.includes('adapters/event-store'))).toEqual([]);
  });
});

describe('the hub container', () => {
  it.each(Object.keys(HUB_TOKENS) as (keyof typeof HUB_TOKENS)[])('resolves %s once', async (name) => {
    const container = createHubContainer({
      dataDirectory: join(scratch.path, 'hub'),
      access: 'serve',
      stderr: { write: () => true },
    });
    const first = await container.get<unknown>(HUB_TOKENS[name]);
    expect(await container.get<unknown>(HUB_TOKENS[name])).toBe(first);
    await container.close();
  });

  it('takes overrides', async () => {
    const time = new ControlledTime(42);
    const container = createHubContainer(
      { dataDirectory: join(scratch.path, 'hub'), access: 'serve', stderr: { write: () => true } },
      [[HUB_TOKENS.wallClock, time]],
    );
    expect(await container.get(HUB_TOKENS.wallClock)).toBe(time);
    await container.close();
  });
});

describe('closing', () => {
  const closable = (closed: string[], name: string, failure?: Error) => ({
    close: async () => {
      closed.push(name);
      if (failure !== undefined) throw failure;
    },
  });

  it('goes from the youngest to the oldest, past failures, and tells the first of them', async () => {
    const closed: string[] = [];
    const closables = new Closables();
    closables.add(closable(closed, 'first'));
    closables.add({ nothing: 'to close' });
    closables.add(undefined);
    closables.add(closable(closed, 'second', new Error('second failed')));
    closables.add(closable(closed, 'third', new Error('third failed')));
    await expect(closables.close()).rejects.toThrow('third failed');
    expect(closed).toEqual(['third', 'second', 'first']);
    await closables.close();
    expect(closed).toHaveLength(3);
  });

  it('tells that the runtime could not be stopped, once', async () => {
    const failing = {
      start: () => undefined,
      nudge: () => undefined,
      stop: () => Promise.reject(new Error('stuck')),
      status: () => ({ connection: 'Offline' as const }),
    };
    const container = client([override(TOKENS.backgroundSync, failing as never)]);
    await (await container.get(TOKENS.runtime)).start();
    await expect(container.close()).rejects.toThrow('stuck');
    await container.close();
  });
});
