import { serve } from '../../../mcp/serve.js';
import { version } from '../../build-info.js';
import type { CommandContext, Report } from '../../define-command.js';

/** What stdout holds belongs to the protocol: messages go to stderr. */
export const run = async ({ client, common, signal, terminal }: CommandContext<unknown>): Promise<Report> => {
  const isNamed = common.isProjectNamed;
  await serve({ client, isNamed, version, signal, complain: (sentence) => terminal.note(sentence) });
  return { outcome: signal.aborted ? 'interrupted' : 'done', isStream: true, data: {} };
};
