import { captureLimits } from '../outbox/capture-limits.js';
import { EventEmitter } from '../outbox/event-emitter.js';
import { GetAccountStatus } from '../delivery/account-status.js';
import { EnsureIdentity } from '../events/ensure-identity.js';
import { MoveWorkPackage } from '../work/move-work-package.js';
import { PerformWork } from '../work/perform-work.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** Account, identity, emission, and the command that agents call all day. */
export const workflowModule = ({ part }: Composing<Parts>): void => {
  part(
    'getAccountStatus',
    ['credentials', 'wallClock', 'signInEnvironment', 'machineAccounts', 'knownHubs'],
    ({ knownHubs, ...needs }) =>
      new GetAccountStatus({
        ...needs,
        hubIdentities: {
          recognize: async (hub) =>
            (await import('../../domain/delivery/known-hubs.js')).recognize(await knownHubs.list(), hub),
        },
      }),
  );
  part(
    'account',
    ['getAccountStatus'],
    ({ getAccountStatus }) =>
      () =>
        getAccountStatus.account(),
  );
  part(
    'limits',
    ['settings'],
    ({ settings }) =>
      async () =>
        captureLimits(await settings.read()),
  );
  part(
    'ensureIdentity',
    ['configs', 'checkouts', 'repository', 'lamport', 'randomness', 'hash'],
    (needs) => new EnsureIdentity(needs),
  );
  part(
    'emitter',
    [
      ...(['repository', 'outboxes', 'wallClock', 'eventIds', 'machine'] as const),
      ...(['ensureIdentity', 'account', 'limits', 'checkouts', 'runtime'] as const),
    ],
    ({ ensureIdentity, checkouts, runtime, ...needs }) =>
      new EventEmitter({
        ...needs,
        identify: (checkout) => ensureIdentity.run(checkout),
        preference: (projectUuid) => checkouts.preference(projectUuid),
        emitted: (situation) => runtime.emitted(situation),
      }),
  );
  part(
    'resolveLeftOver',
    ['repository', 'files', 'intents', 'outboxes'],
    ({ repository, files, intents, outboxes }) => ({
      // Commands rarely die: what brings their work to an end is loaded where there is some.
      run: async (held, limits) => {
        if ((await intents.read(held)) === 'none') return undefined;
        const { ResolveLeftOver } = await import('../work/resolve-left-over.js');
        return new ResolveLeftOver({ repository, files, intents, outboxes }).run(held, limits);
      },
    }),
  );
  part(
    'perform',
    ['repository', 'files', 'intents', 'emitter', 'resolveLeftOver'],
    (needs) => new PerformWork(needs),
  );
  part('moveWorkPackage', ['repository', 'files', 'perform'], (needs) => new MoveWorkPackage(needs));
};
