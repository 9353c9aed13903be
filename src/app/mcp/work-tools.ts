import { SyncError } from '../../domain/errors.js';
import { describeUnfinished, tellBeside, workDocument } from '../cli/commands/shared/work-report.js';
import { given } from '../cli/commands/shared/given.js';
import { choice, list, object, orNull, text } from '../cli/schemas/schema.js';
import type { PerformedWork } from '../work/work-plan.js';
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
    run: async (call) => {
      const { args, client, signal } = call;
      const { agent, work_package: workPackageId } = args;
      const input = { ...(await client.feature(args.feature)), agent };
      const work =
        workPackageId === undefined
          ? await client.work.takeNext.run(input, signal)
          : await client.work.implementWorkPackage.run({ ...input, workPackageId }, signal);
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
    run: async (call) => {
      const { args, client, signal } = call;
      const { tasks: ids, status, agent } = args;
      const other = ids.find((id) => /^\s*(?:wp|\d)/i.test(id));
      if (other !== undefined || ids.length === 0) {
        throw new SyncError('input-invalid', `${other ?? 'Nothing'} is no task.`, {
          hint: 'Name tasks such as T001. A work package goes on with hand_over or review.',
        });
      }
      const request = await client.feature(args.feature);
      return answer(
        call,
        await client.work.markStatus.run({ ...request, ids, status, ...given({ agent }) }, signal),
      );
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
    run: async (call) => {
      const { args, client, signal } = call;
      const { work_package: workPackageId, note, type, agent: author } = args;
      const request = await client.feature(args.feature);
      const kind = { type, author };
      const work = await client.work.addHistory.run(
        { ...request, workPackageId, note, ...given(kind) },
        signal,
      );
      return answer(call, work);
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
    run: async (call) => {
      const { args, client, signal } = call;
      const { work_package: workPackageId, agent, note } = args;
      const request = await client.feature(args.feature);
      const move = { ...request, workPackageId, to: 'for_review' as const, ...given({ agent, note }) };
      const work = await client.work.moveWorkPackage.run(move, signal);
      const { feature, workPackageId: id } = work.result;
      for (const each of await client.work.findUnfinishedWork.run(request.checkout, feature, [id]))
        call.note(describeUnfinished(each));
      return answer(call, work);
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
    run: async (call) => {
      const { args, client, signal } = call;
      const { work_package: workPackageId, feedback, agent: by } = args;
      const { verdict } = args;
      const request = await client.feature(args.feature);
      const input = { ...request, workPackageId, verdict, ...given({ feedback, by }) };
      const work = await client.work.reviewWorkPackage.run(input, signal);
      const { mergeCommit } = work;
      return {
        ...(await answer(call, work)),
        ...(mergeCommit === undefined ? {} : { merge_commit: mergeCommit }),
      };
    },
  }),
];

const answer = async (call: Call<unknown>, work: PerformedWork<object>): Promise<object> => {
  tellBeside(work, { warn: call.note, note: call.note });
  return workDocument(work);
};
