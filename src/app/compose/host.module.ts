import { CryptoHash } from '../../adapters/host/crypto-hash.js';
import { CryptoRandomness } from '../../adapters/host/crypto-randomness.js';
import { NodeMachine } from '../../adapters/host/node-machine.js';
import { NodeTimer } from '../../adapters/host/node-timer.js';
import { StderrLog } from '../../adapters/host/stderr-log.js';
import { SystemWallClock } from '../../adapters/host/system-wall-clock.js';
import { UlidEventIdSource } from '../../adapters/host/ulid-event-id-source.js';
import { StateRoot } from '../../adapters/fs/state-root.js';
import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** The surrounding machine. */
export const hostModule = (register: Registrar): void => {
  register.single(TOKENS.wallClock, [], () => new SystemWallClock());
  register.single(TOKENS.timer, [], () => new NodeTimer());
  register.single(TOKENS.randomness, [], () => new CryptoRandomness());
  register.single(TOKENS.eventIds, [TOKENS.wallClock], (clock) => new UlidEventIdSource(clock));
  register.single(TOKENS.hash, [], () => new CryptoHash());
  register.single(TOKENS.machine, [], () => new NodeMachine());
  register.single(
    TOKENS.log,
    [TOKENS.environment],
    ({ env, stderr }) => new StderrLog(stderr, { verbose: (env['SPEC_KITTY_DEBUG'] ?? '') !== '' }),
  );
  register.single(TOKENS.stateRoot, [TOKENS.environment], ({ env }) => {
    const root = StateRoot.locate(env);
    root.check();
    return root;
  });
  register.single(TOKENS.signInEnvironment, [TOKENS.environment], ({ env }) => {
    const token = env['SPEC_KITTY_TOKEN'];
    const serverUrl = env['SPEC_KITTY_SERVER_URL'];
    return { ...(token === undefined ? {} : { token }), ...(serverUrl === undefined ? {} : { serverUrl }) };
  });
};
