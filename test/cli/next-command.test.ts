import { nextOfWorkPackage } from '../../src/app/cli/commands/shared/next-command.js';

describe('the command that leads on', () => {
  const open = { taskId: 'T002', text: 'b', isDone: false };
  it.each([
    [undefined, [], ['spec-kitty finalize-tasks']],
    ['planned', [open], ['spec-kitty implement WP01']],
    ['doing', [{ ...open, isDone: true }], ['spec-kitty move-task WP01 --to for_review']],
    [
      'doing',
      [
        { ...open, taskId: 'T001', isDone: true },
        open,
        { ...open, taskId: 'T003' },
        { ...open, taskId: undefined },
      ],
      ['spec-kitty mark-status T002 T003 --status done'],
    ],
    ['for_review', [open], ['spec-kitty merge']],
    ['done', [], []],
    ['canceled', [], []],
  ] as const)('takes a work package in %s with the tasks %j to its next lane', (lane, tasks, lines) => {
    const next = nextOfWorkPackage({ workPackageId: 'WP01', lane, tasks });
    expect(next.map((each) => (typeof each === 'string' ? each : each[0]))).toEqual(lines);
  });
});
