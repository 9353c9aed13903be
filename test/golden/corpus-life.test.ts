import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkboxes } from '../../src/domain/work/task-marks.js';
import { tasksSections } from '../../src/domain/work/tasks-document.js';
import { corpusFeatures, corpusText } from '../support/corpus.js';
import { FeatureLife, plannedAgain } from '../support/feature-life.js';
import { expectGolden } from '../support/golden.js';
import type { Document } from '../support/project.js';

const firstTaskOf = (feature: string): { readonly id: string; readonly isOpen: boolean } => {
  const [section] = tasksSections(corpusText(`kitty-specs/${feature}/tasks.md`));
  const box = checkboxes(section!.lines).find(({ taskId }) => taskId !== undefined)!;
  return { id: box.taskId!, isOpen: box.isOpen };
};

/** The first work package goes through every command, and each is told. Returns nothing that is not in the story. */
const leadFirst = async (life: FeatureLife, feature: string, id: string): Promise<void> => {
  const move = (to: string, ...more: readonly string[]) =>
    life.tell('agent', 'tasks', 'move-task', id, '--to', to, ...more);
  const task = firstTaskOf(feature);
  const mark = (status: string) => life.tell('agent', 'tasks', 'mark-status', task.id, '--status', status);

  const { worktree } = await life.tell('implement', id, '--agent', 'claude');
  life.work(worktree as string, id);
  await life.tell('agent', 'tasks', 'add-history', id, '--note', 'waits for access', '--author', 'ada');
  await mark(task.isOpen ? 'done' : 'pending');
  await mark(task.isOpen ? 'pending' : 'done');
  await move('for_review', '--agent', 'claude', '--note', 'all tests pass');
  const review = join(life.cli.git.place, 'review.md');
  writeFileSync(review, '## Please\n\n- test the edges\n');
  const before = life.head;
  await life.run(
    'agent',
    'tasks',
    'move-task',
    id,
    '--to',
    'doing',
    '--agent',
    'codex',
    '--feedback',
    review,
  );
  life.note(
    `$ spec-kitty agent tasks move-task ${id} --to doing --agent codex --feedback review.md`,
    life.changesSince(before),
  );
  await move('planned');
  await life.tell('implement', id);
  await life.tell('agent', 'tasks', 'mark-status', id, '--status', 'for_review');
};

/** The others are implemented and handed over; the last one stays in `doing`, from where `merge` takes it on. */
const leadOthers = async (life: FeatureLife, ids: readonly string[]): Promise<void> => {
  for (const id of ids) {
    const { worktree } = await life.run('implement', id, '--agent', 'codex');
    life.work(worktree as string, id);
    if (id !== ids.at(-1)) await life.run('agent', 'tasks', 'move-task', id, '--to', 'for_review');
  }
};

const count = (life: FeatureLife): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const type of life.events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
};

const reasonsOf = (accepted: Document): string =>
  (accepted['refused'] as readonly Document[])
    .map(({ work_package_id: id, reasons }) =>
      [`${id} is refused:`, ...(reasons as readonly Document[]).map(({ message }) => `  ${message}`)].join(
        '\n',
      ),
    )
    .join('\n');

describe('a feature of the corpus that goes through its life again', () => {
  it.each(corpusFeatures())(
    'scenario 27: %s differs after each command only in the lines that had to change',
    async (feature) => {
      const life = new FeatureLife(feature, plannedAgain(feature.slice(0, 3)));
      try {
        await life.cli.run('init');
        const start = life.head;
        const { work_packages: workPackages } = await life.tell('agent', 'feature', 'finalize-tasks');
        const [first, ...others] = (workPackages as readonly Document[]).map(({ id }) => id as string);
        const finalized = life.head;
        await leadFirst(life, feature, first!);
        await leadOthers(life, others);
        const { work_packages: merged } = await life.tell('merge');
        expect((merged as readonly Document[]).map(({ outcome }) => outcome as string)).toEqual(
          (workPackages as readonly Document[]).map(() => 'merged'),
        );
        const beforeAccept = life.head;
        const accepted = await life.run('accept');
        const edges = (workPackages as readonly Document[]).flatMap(({ id, dependencies }) =>
          (dependencies as readonly string[]).map((dependency) => [id as string, dependency] as const),
        );
        const [tasks, ...paths] = ['tasks.md', 'meta.json', `tasks/${first}-*`].map(
          (name) => `kitty-specs/${feature}/${name}`,
        );
        const changed = life.changesSince(beforeAccept, [tasks!, ...paths]);
        life.note(
          '$ spec-kitty accept',
          [changed, reasonsOf(accepted)].filter((text) => text !== '').join('\n'),
        );
        if (others.length > 0)
          life.note(
            'The whole life of the other work packages:',
            life.changesSince(
              finalized,
              others.map((id) => `kitty-specs/${feature}/tasks/${id}-*`),
            ),
          );
        expectGolden(`corpus/${feature}.diff`, life.story);
        expect(life.changesSince(start)).toContain('file ');
        expect(await life.finalizeInClone()).toMatchObject({ outcome: 'nothing-to-do', events: [] });
        const done = accepted['accepted'] as readonly string[];
        expect(count(life)).toEqual({
          FeatureCreated: 1,
          WPCreated: others.length + 1,
          HistoryAdded: 3,
          WPStatusChanged: 6 + others.length * 2 + done.length,
          DependencyResolved: edges.filter(([, dependency]) => done.includes(dependency)).length || undefined,
          FeatureCompleted: done.length === others.length + 1 ? 1 : undefined,
        });
      } finally {
        life.remove();
      }
    },
    300_000,
  );
});
