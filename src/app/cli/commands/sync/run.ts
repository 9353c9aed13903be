import { DEFAULT_SETTINGS } from '../../../../domain/events/settings.js';
import type { Report } from '../../define-command.js';
import type { ClientContext } from '../shared/client.js';

interface Args {
  readonly background: boolean;
}

export const run = async ({ args, container, signal, terminal }: ClientContext<Args>): Promise<Report> => {
  const client = await container();
  const [background, settings] = await Promise.all([client.get('backgroundProcess'), client.get('settings')]);
  const { lingerSeconds = DEFAULT_SETTINGS.lingerSeconds } = await settings.read();
  const lingerMs = args.background ? lingerSeconds * 1000 : Infinity;
  terminal.note('Delivering until interrupted.');
  const left = await background.run({ lingerMs }, signal);
  return left === 'busy'
    ? { outcome: 'failed', data: { left }, text: 'Another process delivers for this state root already.' }
    : { data: { left }, text: `Left: ${left}.` };
};
