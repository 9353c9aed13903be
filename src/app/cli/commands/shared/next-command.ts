import type { NextCommand } from '../../define-command.js';
import type { ShownWorkPackage } from '../../../work/show-work-package.js';

/** What leads a work package on to its next lane. */
export const nextOfWorkPackage = ({
  workPackageId: id,
  lane,
  tasks,
}: Pick<ShownWorkPackage, 'workPackageId' | 'lane' | 'tasks'>): readonly NextCommand[] => {
  switch (lane) {
    case 'planned':
      return [`spec-kitty implement ${id}`];
    case 'doing': {
      const open = tasks.flatMap(({ taskId, isDone }) => (isDone || taskId === undefined ? [] : [taskId]));
      return open.length > 0
        ? [[`spec-kitty mark-status ${open.join(' ')} --status done`, 'when they are done']]
        : [[`spec-kitty move-task ${id} --to for_review`, 'when all of it is committed']];
    }
    case 'for_review':
      return ['spec-kitty merge'];
    case undefined:
      return ['spec-kitty finalize-tasks'];
    case 'done':
    case 'canceled':
      return [];
  }
};

/** ` --project DIR` for the checkout at this path; empty when none is known. */
export const projectOption = (path: string | undefined): string => {
  return path === undefined ? '' : ` --project ${quotedPath(path)}`;
};

/** A path as it is typed. */
export const quotedPath = (path: string): string => (/^[\w./:\\-]+$/.test(path) ? path : `"${path}"`);
