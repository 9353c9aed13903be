import type { SharingPreference } from '../../../../ports/config.js';
import { TOKENS } from '../../../container/tokens.js';
import type { Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { checkoutOf, type ClientContext } from '../shared/client.js';

/** What `sync on` and `sync off` have in common. */
export const setSharing = async (
  { common, container, terminal }: ClientContext<unknown>,
  preference: SharingPreference,
): Promise<Report> => {
  const client = await container();
  const checkout = await checkoutOf(client, common.project);
  const identity = await (await client.get(TOKENS.ensureIdentity)).run(checkout);
  await (await client.get(TOKENS.setSharing)).run(identity.projectUuid, preference);
  if (preference === 'on' && identity.share === false) {
    terminal.warn('sync.share is false in .kittify/config.yaml, and that holds for the whole team.');
  }
  const text =
    preference === 'on'
      ? ' is shared from this machine; what waits is delivered next.'
      : ' stays on this machine; what waits is kept.';
  return {
    data: { project_uuid: identity.projectUuid, sharing: preference },
    text: [bold(identity.projectSlug), text],
  };
};
