import type { SharingPreference } from '../../../../ports/events.js';
import type { CommandContext, Report } from '../../define-command.js';
import type { Refusal } from '../../../delivery/sharing-policy.js';
import { bold } from '../../render/text.js';
import { makeVisible } from '../../render/visible.js';

/** What `sync on` and `sync off` have in common. */
export const setSharing = async (
  { client, terminal }: CommandContext<unknown>,
  preference: SharingPreference,
): Promise<Report> => {
  const checkout = await client.checkout();
  const identity = await client.events.ensureIdentity.run(checkout);
  const refusals = await client.delivery.setSharing.run(identity.projectUuid, preference);
  const name = bold(identity.projectSlug);
  const data = { project_uuid: identity.projectUuid, sharing: preference };
  if (preference === 'off') return { data, text: [name, ' stays on this machine; what waits is kept.'] };
  for (const refusal of refusals) terminal.warn(makeVisible(explain(refusal), 'line'));
  if (refusals.length > 0) {
    return {
      data: { ...data, sharing: 'off', refused_by: refusals.map(({ path }) => path) },
      text: [
        name,
        ' is not shared: one checkout that refuses keeps the whole project here. What waits is kept.',
      ],
    };
  }
  const account = await client.delivery.getAccountStatus.run();
  const isSignedIn = account.state === 'signed-in';
  const when = isSignedIn ? 'next' : 'once somebody signs in';
  return {
    data,
    text: [name, ` is shared from this machine; what waits is delivered ${when}.`],
    next: [{ line: isSignedIn ? 'spec-kitty sync now' : 'spec-kitty auth login' }],
  };
};

const explain = ({ path, reason }: Refusal): string =>
  reason === 'unreadable'
    ? `The config of ${path} cannot be understood. Correct .kittify/config.yaml there.`
    : `sync.share is false in .kittify/config.yaml of ${path}, and that holds for the whole team. If it is not meant, correct it there, or do without that checkout.`;
