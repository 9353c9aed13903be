import { CryptoHash } from '../../adapters/host/crypto-hash.js';
import { CryptoRandomness } from '../../adapters/host/crypto-randomness.js';
import { NodeMachine } from '../../adapters/host/node-machine.js';
import { NodeTimer } from '../../adapters/host/node-timer.js';
import { StderrLog } from '../../adapters/host/stderr-log.js';
import { SystemWallClock } from '../../adapters/host/system-wall-clock.js';
import { UlidEventIdSource } from '../../adapters/host/ulid-event-id-source.js';
import { StateRoot } from '../../adapters/fs/state-root.js';
import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** The surrounding machine. */
export const hostModule = (register: Registrar<Parts>): void => {
  register.single('wallClock', [], () => new SystemWallClock());
  register.single('timer', [], () => new NodeTimer());
  register.single('randomness', [], () => new CryptoRandomness());
  register.single('eventIds', ['wallClock'], (clock) => new UlidEventIdSource(clock));
  register.single('hash', [], () => new CryptoHash());
  register.single('machine', [], () => new NodeMachine());
  register.single(
    'log',
    ['environment'],
    ({ env, stderr }) => new StderrLog(stderr, { verbose: (env['SPEC_KITTY_DEBUG'] ?? '') !== '' }),
  );
  register.single('stateRoot', ['environment'], ({ env }) => {
    const root = StateRoot.locate(env);
    root.check();
    return root;
  });
  register.single('signInEnvironment', ['environment'], ({ env }) => {
    const token = env['SPEC_KITTY_TOKEN'];
    const serverUrl = env['SPEC_KITTY_SERVER_URL'];
    return { ...(token === undefined ? {} : { token }), ...(serverUrl === undefined ? {} : { serverUrl }) };
  });
};
