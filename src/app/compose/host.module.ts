import { CryptoHash } from '../../adapters/host/crypto-hash.js';
import { CryptoRandomness } from '../../adapters/host/crypto-randomness.js';
import { NodeMachine } from '../../adapters/host/node-machine.js';
import { NodeTimer } from '../../adapters/host/node-timer.js';
import { StderrLog } from '../../adapters/host/stderr-log.js';
import { SystemWallClock } from '../../adapters/host/system-wall-clock.js';
import { UlidEventIdSource } from '../../adapters/host/ulid-event-id-source.js';
import { StateRoot } from '../../adapters/fs/state-root.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** The surrounding machine. */
export const hostModule = ({ part }: Composing<Parts>): void => {
  part('version', ['environment'], ({ environment }) => environment.version);
  part('processId', ['environment'], ({ environment }) => environment.processId);
  part('wallClock', [], () => new SystemWallClock());
  part('timer', [], () => new NodeTimer());
  part('randomness', [], () => new CryptoRandomness());
  part('eventIds', ['wallClock'], ({ wallClock: clock }) => new UlidEventIdSource(clock));
  part('hash', [], () => new CryptoHash());
  part('machine', [], () => new NodeMachine());
  part('browser', ['environment'], async ({ environment: { env } }) => {
    const { SystemBrowser } = await import('../../adapters/host/system-browser.js');
    return new SystemBrowser(env);
  });
  part(
    'log',
    ['environment'],
    ({ environment: { env, stderr } }) =>
      new StderrLog(stderr, { verbose: (env['SPEC_KITTY_DEBUG'] ?? '') !== '' }),
  );
  part('stateRoot', ['environment'], ({ environment: { env } }) => {
    const root = StateRoot.locate(env);
    root.check();
    return root;
  });
  part('signInEnvironment', ['environment'], ({ environment: { env } }) => {
    const token = env['SPEC_KITTY_TOKEN'];
    const serverUrl = env['SPEC_KITTY_SERVER_URL'];
    return { ...(token === undefined ? {} : { token }), ...(serverUrl === undefined ? {} : { serverUrl }) };
  });
};
