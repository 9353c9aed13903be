import type { HistoryEntryType } from '../../../../domain/events/payloads.js';
import { hideSecrets } from '../../../../domain/events/hide-secrets.js';
import type { Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';
import { featureRequest, given } from '../shared/feature-request.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly wp: string;
  readonly note: string;
  readonly type: HistoryEntryType | undefined;
  readonly author: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { args, signal, terminal } = context;
  const client = await context.container();
  const addHistory = await client.get('addHistory');
  const request = await featureRequest(client, context);
  const { note, type, author } = args;
  const work = await addHistory.run(
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
