import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GotTokenIssuer } from '../../src/adapters/delivery/got-token-issuer.js';
import { TomlCredentialStore } from '../../src/adapters/delivery/toml-credential-store.js';
import { StateRoot } from '../../src/adapters/fs/state-root.js';
import { SystemWallClock } from '../../src/adapters/host/node-host.js';
import { SignIn } from '../../src/app/delivery/sign-in.js';
import { SignOut } from '../../src/app/delivery/sign-out.js';
import { eventually } from '../support/background.js';
import { startChaosProxy, type ChaosProxy } from '../support/chaos-proxy.js';
import { PASSWORD, startTestHub, type TestHub } from '../support/hub.js';
import { scratchDirectory } from '../support/scratch-directory.js';
import { startWorker, type Worker } from '../support/worker.js';

const PROCESSES = Number(process.env['CHAOS_PROCESSES'] ?? 20);

describe('one sign-in that many processes share', () => {
  const scratch = scratchDirectory();
  let hub: TestHub;
  let wire: ChaosProxy;
  let issuer: GotTokenIssuer;
  let store: TomlCredentialStore;
  beforeEach(async () => {
    hub = await startTestHub();
    wire = await startChaosProxy(hub.url);
    issuer = new GotTokenIssuer({ version: 'test' });
    store = new TomlCredentialStore(new StateRoot(join(scratch.path, 'state')), 60_000);
    await new SignIn({
      credentials: store,
      tokenIssuer: issuer,
      wallClock: new SystemWallClock(),
      timer: new ControlledTime(),
    }).run(
      { serverUrl: wire.url, proof: { with: 'password', username: 'acme', password: PASSWORD } },
      async () => true,
    );
  });
  afterEach(async () => {
    await issuer.close();
    await wire.close();
    await hub.close();
  });

  const start = async (count: number, rounds: number): Promise<readonly Worker[]> => {
    const workers = Array.from({ length: count }, () =>
      startWorker('refresh-worker.mjs', [join(scratch.path, 'state'), String(rounds)]),
    );
    await Promise.all(workers.map((worker) => worker.said(1)));
    return workers;
  };
  const outcomes = async (workers: readonly Worker[]): Promise<readonly (string | undefined)[]> => {
    for (const worker of workers) worker.finish();
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual(workers.map(() => 0));
    return workers.map(({ lines }) => lines.at(-1));
  };

  it(`scenario 17: ${PROCESSES} processes refresh it at once while every second answer is lost, and each has a token that works`, async () => {
    const workers = await start(PROCESSES, 3);
    wire.refreshes.always((call) => (call % 2 === 0 ? 'reset-after' : undefined));
    expect(await outcomes(workers)).toEqual(workers.map(() => 'working'));
    // The hub never saw a token that was spent too long ago, which would have ended the sign-in for everybody.
    expect(wire.refreshStatuses.length).toBeGreaterThan(3);
    expect(wire.refreshStatuses.filter((status) => status !== 200)).toEqual([]);
    const stored = await store.read();
    const credentials = stored.state === 'present' ? stored.credentials : undefined;
    expect(await issuer.identify({ url: wire.url }, credentials?.accessToken ?? '')).toMatchObject({
      ok: true,
    });
    wire.refreshes.always(undefined);
    expect(await issuer.refresh({ url: wire.url }, credentials?.refreshToken ?? '')).toMatchObject({
      ok: true,
    });
    if (process.platform !== 'win32')
      expect(statSync(join(scratch.path, 'state', 'credentials')).mode & 0o777).toBe(0o600);
  }, 120_000);

  it('scenario 17: signing out while 20 processes refresh it leaves nothing behind, here or at the hub', async () => {
    const workers = await start(20, 1000);
    const before = await store.read();
    wire.refreshes.always((call) => (call % 2 === 0 ? 'reset-after' : undefined));
    const ended = outcomes(workers);
    await rotatedOften(wire);
    const signedOut = await new SignOut({ credentials: store, tokenIssuer: issuer }).run();
    // Ended at the hub, too: otherwise it would say why not.
    expect(signedOut).toEqual({ outcome: 'signed-out', account: expect.anything() });
    for (const outcome of await ended) expect(['signed-out', 'session-expired']).toContain(outcome);
    expect(await store.read()).toEqual({ state: 'absent' });
    expect(existsSync(join(scratch.path, 'state', 'credentials'))).toBe(false);
    const first = before.state === 'present' ? before.credentials.refreshToken : '';
    wire.refreshes.always(undefined);
    expect(await issuer.refresh({ url: wire.url }, first)).toMatchObject({ error: { fault: 'refused' } });
  }, 120_000);
});

/** Resolves when the race is well under way. */
const rotatedOften = (wire: ChaosProxy): Promise<void> =>
  eventually(
    () => wire.refreshStatuses.length >= 10,
    () => `${wire.refreshStatuses.length} refreshes`,
  );
