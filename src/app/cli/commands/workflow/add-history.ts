import type { HistoryEntryType } from '../../../../domain/events/payloads.js';
import { hideSecrets } from '../../../../domain/events/hide-secrets.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { given } from '../shared/given.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: string;
  readonly note: string;
  readonly type: HistoryEntryType | undefined;
  readonly author: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal, terminal } = context;
  const request = await client.feature(context.common.feature);
  const { note, type, author } = args;
  const work = await client.work.addHistory.run(
    { ...request, workPackageId: args.wp, note, commit: !args.noCommit, ...given({ type, author }) },
    signal,
  );
  if (hideSecrets(note) !== note) {
    terminal.warn(
      'The note holds what looks like a secret. It stands in the Activity Log as typed, and git keeps what is committed.',
    );
  }
  return workReport(
    work,
    ['Noted in the Activity Log of ', bold(work.result.workPackageId), '.'],
    client,
    terminal,
  );
};
