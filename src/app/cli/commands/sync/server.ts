import { isSecureHubUrl, normalizeHubUrl } from '../../../../domain/delivery/hub-url.js';
import { SyncError } from '../../../../domain/errors.js';
import type { CommandContext, Report } from '../../define-command.js';

interface Args {
  readonly url: string | undefined;
}

export const run = async ({ args, client }: CommandContext<Args>): Promise<Report> => {
  const settings = await client.port('settings');
  if (args.url === undefined) {
    const { serverUrl } = await settings.read();
    return {
      data: { server: serverUrl ?? null },
      text: serverUrl ?? 'No server is set. Set one with: spec-kitty sync server URL',
    };
  }
  const url = normalizeHubUrl(args.url);
  if (!url.ok || !isSecureHubUrl(url.value)) {
    throw new SyncError(
      'insecure-server',
      url.ok ? `${url.value} is neither https nor on this machine.` : url.error,
      { hint: 'Use the https address of the hub.' },
    );
  }
  await settings.set('server_url', url.value);
  return {
    data: { server: url.value },
    text: `The hub is ${url.value}. Sign in with: spec-kitty auth login`,
  };
};
