import { DEFAULT_SETTINGS } from '../../../../domain/events/settings.js';
import type { CommandContext, Report } from '../../define-command.js';

interface Args {
  readonly background: boolean;
}

export const run = async ({ args, client, signal, terminal }: CommandContext<Args>): Promise<Report> => {
  const settings = await client.port('settings');
  const { lingerSeconds = DEFAULT_SETTINGS.lingerSeconds } = await settings.read();
  const lingerMs = args.background ? lingerSeconds * 1000 : Infinity;
  terminal.note('Delivering until interrupted.');
  const left = await client.delivery.backgroundProcess.run({ lingerMs }, signal);
  return left === 'busy'
    ? { outcome: 'failed', data: { left }, text: 'Another process delivers for this state root already.' }
    : { data: { left }, text: `Left: ${left}.` };
};
