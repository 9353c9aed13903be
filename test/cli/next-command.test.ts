import { join, resolve } from 'node:path';
import { nextCommand, nextOfWorkPackage } from '../../src/app/cli/commands/shared/next-command.js';

const cwd = resolve('project');
const here = { common: { project: cwd, feature: undefined }, io: { cwd } };

describe('the command that leads on', () => {
  it('says of feature and project what was said this time, so that it works in the same place', () => {
    const elsewhere = join(cwd, 'a b');
    const named = { common: { project: elsewhere, feature: '001' }, io: { cwd } };
    expect(nextCommand(here, 'spec-kitty merge')).toEqual({ line: 'spec-kitty merge' });
    expect(nextCommand(named, 'spec-kitty merge', 'when done')).toEqual({
      line: `spec-kitty merge --feature 001 --project "${elsewhere}"`,
      when: 'when done',
    });
  });

  const open = { taskId: 'T002', text: 'b', isDone: false };
  it.each([
    [null, [], ['spec-kitty finalize-tasks']],
    ['planned', [open], ['spec-kitty implement WP01']],
    ['doing', [{ ...open, isDone: true }], ['spec-kitty move-task WP01 --to for_review']],
    [
      'doing',
      [
        { ...open, taskId: 'T001', isDone: true },
        open,
        { ...open, taskId: 'T003' },
        { ...open, taskId: null },
      ],
      ['spec-kitty mark-status T002 T003 --status done'],
    ],
    ['for_review', [open], ['spec-kitty merge']],
    ['done', [], []],
    ['canceled', [], []],
  ] as const)('takes a work package in %s with the tasks %j to its next lane', (lane, tasks, lines) => {
    const next = nextOfWorkPackage(here, { workPackageId: 'WP01', lane, tasks });
    expect(next.map(({ line }) => line)).toEqual(lines);
  });
});
