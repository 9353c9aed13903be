import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GotTokenIssuer } from '../../../src/adapters/delivery/got-token-issuer.js';
import { TomlCredentialStore } from '../../../src/adapters/delivery/toml-credential-store.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { AccessTokens } from '../../../src/app/delivery/access-token.js';
import { issuedCredentials } from '../../../src/app/delivery/credentials.js';
import { SignOut } from '../../../src/app/delivery/sign-out.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import { SetClock } from '../../support/steady-host.js';

/** Stores with a lock of their own each behave towards each other as those of different processes do. */
const PROCESSES = 20;

describe('scenario 17: one credentials file, a real hub that resets every second answer', () => {
  let directory: string;
  let server: ChaosHub;
  let issuer: GotTokenIssuer;
  const clock = new SetClock();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'access-token-'));
    server = await ChaosHub.start();
    issuer = new GotTokenIssuer({ version: '1.2.3' });
    const issued = server.hub.signIns.signIn('ada', 'correct horse')!;
    const credentials = issuedCredentials(issued, { username: 'ada', server: server.address }, clock.nowMs());
    await store().update(async () => credentials);
    server.on('/api/v1/token/refresh/').always((call) => (call % 2 === 1 ? 'reset-after' : undefined));
  });
  afterEach(async () => {
    await issuer.close();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  const store = (): TomlCredentialStore => new TomlCredentialStore(new StateRoot(join(directory, 'state')));
  const processes = (): AccessTokens[] =>
    Array.from(
      { length: PROCESSES },
      () =>
        new AccessTokens({
          credentials: store(),
          tokenIssuer: issuer,
          wallClock: clock,
          signInEnvironment: {},
        }),
    );

  it('gives everybody the same token of the one family', async () => {
    for (let round = 0; round < 2; round++) {
      clock.advance(900_000);
      const answers = await Promise.all(processes().map((one) => one.get()));
      // The first of all loses its answer; who comes next is given the same successor.
      expect(answers.filter((answer) => answer.state === 'unavailable')).toHaveLength(1);
      const granted = answers.filter((answer) => answer.state === 'granted');
      expect(granted).toHaveLength(PROCESSES - 1);
      expect(new Set(granted.map((answer) => answer.token)).size).toBe(1);
      expect(server.hub.signIns.bearerOf(granted[0]!.token)).toMatchObject({ username: 'ada' });
    }
  });

  it('is signed out for good when somebody signs out meanwhile', async () => {
    clock.advance(900_000);
    const racing = processes().map((one) => one.get());
    const left = await new SignOut({ credentials: store(), tokenIssuer: issuer }).run();
    await Promise.all(racing);
    expect(left).toMatchObject({ outcome: 'signed-out', account: { team: 'acme' } });
    expect(left).not.toHaveProperty('notRevoked');
    expect(await store().read()).toEqual({ state: 'absent' });
    expect(await processes()[0]!.get()).toEqual({ state: 'signed-out' });
  });
});
