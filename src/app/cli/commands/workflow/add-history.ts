import { hideSecrets } from '../../../../domain/events/redact.js';
import { choice, defineCommand, text } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { NO_COMMIT, WORK_PACKAGE } from './options.js';

export const addHistory = defineCommand({
  path: 'agent tasks add-history',
  summary: "add an entry to a work package's Activity Log",
  details:
    'The Activity Log is part of the file and is committed as typed: leave secrets out. Only from what is sent to a hub, whatever looks like a secret is taken out.',
  positionals: WORK_PACKAGE,
  options: {
    note: { ...text('what happened', 'TEXT'), required: true },
    type: choice('kind of the entry', ['note', 'review', 'error', 'comment']),
    author: text('who says so', 'NAME'),
    'no-commit': NO_COMMIT,
  },
  examples: [['spec-kitty agent tasks add-history WP01 --note "waiting for access"', 'tell the team']],
  run: async ({ args, client, common, signal, terminal }) => {
    const { wp: workPackageId, noCommit, ...entry } = args;
    const input = { ...(await client.feature(common.feature)), workPackageId, commit: !noCommit, ...entry };
    const work = await client.work.addHistory.run(input, signal);
    if (hideSecrets(entry.note) !== entry.note) {
      terminal.warn(
        'The note holds what looks like a secret. It stands in the Activity Log as typed, and git keeps what is committed.',
      );
    }
    return { work, text: ['Noted in the Activity Log of ', bold(work.result.workPackageId), '.'] };
  },
});
