import type { AcceptanceReason } from './acceptance.js';

/** What to do about a condition that is not met, in one sentence or two. */
export const remedyOf = (workPackageId: string, reason: AcceptanceReason): string =>
  REMEDIES[reason.code](workPackageId, reason);

const REMEDIES: Readonly<Record<AcceptanceReason['code'], (id: string, reason: AcceptanceReason) => string>> =
  {
    'wrong-lane': (id) =>
      `When its work is done, say so: spec-kitty agent tasks move-task ${id} --to for_review`,
    'open-boxes': (_, { message, places }) => {
      const [task] = /\bT\d{2,5}\b/.exec(message) ?? [];
      return task === undefined
        ? `Do what stands there and tick the box in ${placeOf(places)}, or take it out.`
        : `Tick what is done: spec-kitty agent tasks mark-status ${task} --status done`;
    },
    'open-tasks': (_, { message }) =>
      `Mark what is done: spec-kitty agent tasks mark-status ${taskIn(message)} --status done`,
    'unknown-tasks': (_, { message }) =>
      `Give each a box in its section of tasks.md, such as "- [x] ${taskIn(message)} What was done".`,
    'no-tasks': (id) =>
      `Write its tasks below a heading such as "## ${id}: Title", each as "- [x] T001 What was done".`,
    'needs-clarification': (_, { places }) =>
      `Answer the question in ${placeOf(places)}, then take the mark out and commit the file.`,
    'missing-documents': (_, { places }) =>
      `Write ${placeOf(places)} and commit it; docs/features.md says what belongs into it.`,
    'dirty-tree': (_, { places }) =>
      places.every(({ path }) => path.startsWith('kitty-specs/'))
        ? 'Commit it; what belongs to the plan is committed by: spec-kitty agent feature finalize-tasks --whole'
        : 'Commit it in the main checkout, or let git ignore what is to stay out of it.',
    'dirty-worktree': (id) => `Commit it in the work tree of ${id}, then merge it: spec-kitty merge ${id}`,
    'not-merged': (id, { message }) =>
      / of lanes\.json\) /.test(message)
        ? 'Merge that branch as a whole, with git or with the program that made it.'
        : `Merge it with: spec-kitty merge ${id}`,
  };

const taskIn = (message: string): string => /\bT\d{2,5}\b/.exec(message)?.[0] ?? 'T001';

const placeOf = ([first]: AcceptanceReason['places']): string =>
  first === undefined ? 'the file' : `${first.path}${first.line === undefined ? '' : `:${first.line}`}`;
