/**
 * A process of many that share one sign-in: `node refresh-worker.mjs <state root> <rounds>`. Says `ready`, waits for
 * its standard input to end, and then, in every round, has the token that it finds renewed, as if a hub had refused it,
 * until it has one that the hub knows. Says in the end `working`, or why it has none.
 */
import { GotTokenIssuer } from '../../dist/adapters/delivery/got-token-issuer.js';
import { TomlCredentialStore } from '../../dist/adapters/delivery/toml-credential-store.js';
import { StateRoot } from '../../dist/adapters/fs/state-root.js';
import { SystemWallClock } from '../../dist/adapters/host/node-host.js';
import { AccessTokens } from '../../dist/app/delivery/access-token.js';

const [stateRoot = '', rounds = '1'] = process.argv.slice(2);
const issuer = new GotTokenIssuer({ version: 'test' });
const tokens = new AccessTokens({
  credentials: new TomlCredentialStore(new StateRoot(stateRoot), 60_000),
  tokenIssuer: issuer,
  wallClock: new SystemWallClock(),
  signInEnvironment: {},
});

// The library is loaded and the connection is there before the rush begins.
const before = await tokens.get();
if (before.state === 'granted') await issuer.identify(before.account.hub, before.token);

/** A token that the hub knows, in place of one that it is said to have refused. */
const working = async (refused) => {
  let answer = await tokens.renew(refused);
  for (let tries = 0; tries < 50; tries++) {
    if (answer.state === 'signed-out' || answer.state === 'session-expired') return answer;
    if (answer.state === 'granted') {
      const who = await issuer.identify(answer.account.hub, answer.token);
      if (who.ok) return answer;
    }
    answer = await tokens.renew(answer.state === 'granted' ? answer.token : refused);
  }
  return answer;
};

process.stdout.write('ready\n');
process.stdin.resume();
process.stdin.once('end', async () => {
  let answer = before;
  for (let round = 0; round < Number(rounds) && answer.state === 'granted'; round++) {
    answer = await working(answer.token);
  }
  process.stdout.write(`${answer.state === 'granted' ? 'working' : answer.state}\n`);
  await issuer.close();
});
