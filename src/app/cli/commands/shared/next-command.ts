import { resolve } from 'node:path';
import type { CommonOptions, NextCommand } from '../../define-command.js';
import type { Io } from '../../io.js';
import type { ShownWorkPackage } from '../../../work/show-work-package.js';

interface Called {
  /** What was said this time. */
  readonly common: Pick<CommonOptions, 'project' | 'feature'>;
  readonly io: Pick<Io, 'cwd'>;
}

/** A command line that leads on. It says of project and feature what was said this time, so that it works here, too. */
export const nextCommand = ({ common, io }: Called, line: string, when?: string): NextCommand => {
  const feature = common.feature === undefined ? '' : ` --feature ${common.feature}`;
  const project = resolve(io.cwd, common.project);
  return {
    line: `${line}${feature}${project === resolve(io.cwd) ? '' : projectOption(project)}`,
    ...(when === undefined ? {} : { when }),
  };
};

/** What leads a work package on to its next lane. */
export const nextOfWorkPackage = (
  called: Called,
  { workPackageId: id, lane, tasks }: Pick<ShownWorkPackage, 'workPackageId' | 'lane' | 'tasks'>,
): readonly NextCommand[] => {
  switch (lane) {
    case 'planned':
      return [nextCommand(called, `spec-kitty implement ${id}`)];
    case 'doing': {
      const open = tasks.flatMap(({ taskId, isDone }) => (isDone || taskId === null ? [] : [taskId]));
      return open.length > 0
        ? [
            nextCommand(
              called,
              `spec-kitty mark-status ${open.join(' ')} --status done`,
              'when they are done',
            ),
          ]
        : [nextCommand(called, `spec-kitty move-task ${id} --to for_review`, 'when all of it is committed')];
    }
    case 'for_review':
      return [nextCommand(called, 'spec-kitty merge')];
    case null:
      return [nextCommand(called, 'spec-kitty finalize-tasks')];
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
