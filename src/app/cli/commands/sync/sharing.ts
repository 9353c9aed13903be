import { isSecureHubUrl, normalizeHubUrl } from '../../../../domain/delivery/hub-url.js';
import { SyncError } from '../../../../domain/errors.js';
import type { SharingPreference } from '../../../../ports/events.js';
import type { Refusal } from '../../../delivery/sharing.js';
import { defineCommand, optional, type CommandContext, type Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { makeVisible } from '../../render/visible.js';
import type { DataOf } from '../../../documents/all.js';

/** The commands that say whether events leave this machine, and where to. */
export const sharingCommands = [
  defineCommand({
    path: 'sync on',
    summary: 'share this project from this machine',
    examples: [['spec-kitty sync on', 'also sends what was captured before the sign-in']],
    run: (context) => setSharing(context, 'on'),
  }),
  defineCommand({
    path: 'sync off',
    summary: "keep this project's events on this machine",
    examples: [['spec-kitty sync off', 'what waits is kept']],
    run: (context) => setSharing(context, 'off'),
  }),
  defineCommand({
    path: 'sync server',
    summary: 'show or set the address of the hub',
    positionals: { url: optional('address to set; without it the present one is shown') },
    examples: [['spec-kitty sync server https://hub.example.com', 'use this hub for the next sign-in']],
    run: async ({ args, client }) => {
      const settings = await client.port('settings');
      if (args.url === undefined) {
        const { serverUrl: server } = await settings.read();
        const text = server ?? 'No server is set. Set one with: spec-kitty sync server URL';
        return { data: { server }, text };
      }
      const url = normalizeHubUrl(args.url);
      if (!url.ok || !isSecureHubUrl(url.value)) {
        const reason = url.ok ? `${url.value} is neither https nor on this machine.` : url.error;
        throw new SyncError('insecure-server', reason, { hint: 'Use the https address of the hub.' });
      }
      await settings.set('server_url', url.value);
      return {
        data: { server: url.value },
        text: `The hub is ${url.value}. Sign in with: spec-kitty auth login`,
      };
    },
  }),
];

const setSharing = async (
  { client, terminal }: CommandContext,
  preference: SharingPreference,
): Promise<Report<DataOf<'sync on'>>> => {
  const checkout = await client.checkout();
  const { projectUuid, projectSlug } = await client.events.ensureIdentity.run(checkout);
  const refusals = await client.delivery.setSharing.run(projectUuid, preference);
  const name = bold(projectSlug);
  const data = { projectUuid, sharing: preference };
  if (preference === 'off') return { data, text: [name, ' stays on this machine; what waits is kept.'] };
  for (const refusal of refusals) terminal.warn(makeVisible(explain(refusal), 'line'));
  if (refusals.length > 0) {
    return {
      data: { ...data, sharing: 'off', refusedBy: refusals.map(({ path }) => path) },
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
    next: [isSignedIn ? 'spec-kitty sync now' : 'spec-kitty auth login'],
  };
};

const explain = ({ path, reason }: Refusal): string =>
  reason === 'unreadable'
    ? `The config of ${path} cannot be understood. Correct .kittify/config.yaml there.`
    : `sync.share is false in .kittify/config.yaml of ${path}, and that holds for the whole team. If it is not meant, correct it there, or do without that checkout.`;
