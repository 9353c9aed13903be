import { SyncError } from '../../domain/errors.js';
import { tellBeside, workDocument } from '../cli/commands/shared/work-report.js';
import { choice, list, object, orNull, text } from '../documents/words.js';
import type { PerformedWork } from '../work/perform-work.js';
import { documentOfCommand, FEATURE, needed } from './read-tools.js';
import { defineTool, type Call, type Tool } from './tool.js';

const WORK_PACKAGE = needed('such as WP01');
const YOUR_NAME = 'your name, the same in every call';
const AGENT = text(YOUR_NAME);
const NOTES = { notes: list(text(), 'what else is worth knowing') };

/** What takes work on, with the use cases, refusals and events of the commands. */
export const WORK_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'begin',
    title: 'Begin a work package',
    description:
      'Takes a work package, or without a name the first that may begin, and makes a work tree on a branch of its own. Work only in that work tree, and commit there. Repeating it gives the same work tree; if somebody else has the work package you are told who.',
    changes: 'once',
    input: object({
      agent: needed(YOUR_NAME),
      'feature?': FEATURE,
      'work_package?': text('such as WP01; without it the first of ready_work'),
    }),
    outputSchema: documentOfCommand('implement', NOTES),
    run: async ({ agent, work_package: workPackageId }, call) => {
      const input = { ...call.request, agent, workPackageId };
      const work = await call.client.work.implementWorkPackage.run(input, call.signal);
      const { outcome, agent: inCharge, workPackageId: id } = work.result;
      if (outcome === 'already-doing' && inCharge !== undefined && inCharge !== agent) {
        throw new SyncError('transition-illegal', `${id} is in doing already, with ${inCharge} in charge.`, {
          hint: 'Take another work package: call begin without work_package, or see ready_work.',
        });
      }
      return answer(call, work);
    },
  }),
  defineTool({
    name: 'mark_task',
    title: 'Mark tasks',
    description:
      'Marks tasks of a work package, such as T001, as done or as open again: all of them or none.',
    changes: 'once',
    input: object({
      tasks: list(needed(), 'ids of tasks, such as T001'),
      status: choice(['done', 'pending'], 'what they are now'),
      'feature?': FEATURE,
      'agent?': AGENT,
    }),
    outputSchema: documentOfCommand('agent tasks mark-status', NOTES),
    run: async ({ tasks: ids, status, agent }, call) => {
      const other = ids.find((id) => /^\s*(?:wp|\d)/i.test(id));
      if (other !== undefined || ids.length === 0) {
        throw new SyncError('input-invalid', `${other ?? 'Nothing'} is no task.`, {
          hint: 'Name tasks such as T001. A work package goes on with hand_over or review.',
        });
      }
      const input = { ...call.request, ids, status, agent };
      return answer(call, await call.client.work.markStatus.run(input, call.signal));
    },
  }),
  defineTool({
    name: 'add_note',
    title: 'Add a note',
    description:
      'Adds an entry to the history of a work package, for the others. Leave secrets out: it is committed.',
    changes: 'each-time',
    input: object({
      work_package: WORK_PACKAGE,
      note: needed('what happened'),
      'feature?': FEATURE,
      'type?': choice(['note', 'review', 'error', 'comment'], 'kind of the entry'),
      'agent?': AGENT,
    }),
    outputSchema: documentOfCommand('agent tasks add-history', NOTES),
    run: async ({ work_package: workPackageId, note, type, agent: author }, call) => {
      const input = { ...call.request, workPackageId, note, type, author };
      return answer(call, await call.client.work.addHistory.run(input, call.signal));
    },
  }),
  defineTool({
    name: 'hand_over',
    title: 'Hand over for review',
    description:
      'Says that a work package is finished, tested and committed on its branch: it goes to for_review.',
    changes: 'once',
    input: object({
      work_package: WORK_PACKAGE,
      'feature?': FEATURE,
      'agent?': AGENT,
      'note?': text('what a reviewer should know'),
    }),
    outputSchema: documentOfCommand('agent tasks move-task', NOTES),
    run: async ({ work_package: workPackageId, agent, note }, call) => {
      const input = { ...call.request, workPackageId, to: 'for_review' as const, agent, note };
      return answer(call, await call.client.work.moveWorkPackage.run(input, call.signal));
    },
  }),
  defineTool({
    name: 'review',
    title: 'Review a work package',
    description:
      'Your verdict on work that somebody else handed over. Approved work is merged into the target branch and done. Else say in feedback everything that has to change: it goes back to doing, with the one who implemented it.',
    changes: 'once',
    input: object({
      work_package: WORK_PACKAGE,
      verdict: choice(['approve', 'request_changes'], 'your verdict'),
      'feature?': FEATURE,
      'feedback?': text('what has to change; with request_changes'),
      'agent?': AGENT,
    }),
    outputSchema: documentOfCommand('agent tasks move-task', {
      ...NOTES,
      merge_commit: orNull(text('that merged its branch; `null`: nothing had to be merged')),
    }),
    run: async ({ work_package: workPackageId, verdict, feedback, agent: by }, call) => {
      const input = { ...call.request, workPackageId, verdict, feedback, by };
      const work = await call.client.work.reviewWorkPackage.run(input, call.signal);
      return { ...answer(call, work), merge_commit: work.mergeCommit };
    },
  }),
];

const answer = ({ note }: Call, work: PerformedWork<object>): object => {
  tellBeside(work, { warn: note, note });
  return workDocument(work);
};
