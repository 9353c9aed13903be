import type { Accounting } from '../../../../domain/outbox/accounting.js';
import { makeVisible } from '../../render/visible.js';
import { projectOption } from '../shared/next-command.js';

/** A project of this machine, as far as anybody knows. */
interface LeftProject {
  readonly projectUuid?: string | undefined;
  readonly projectSlug?: string | undefined;
  /** A checkout of it. */
  readonly projectPath?: string | undefined;
}

export const nameOf = ({ projectSlug, projectUuid }: LeftProject): string =>
  projectSlug ?? projectUuid ?? 'without identity';

/** What stays, project by project: how many, why, and the command that lets them go. */
export const leftLines = (
  projects: readonly (LeftProject & { readonly accounting: Accounting })[],
): readonly string[] =>
  projects.flatMap((project) =>
    Object.entries(leftReasons([project])).map(
      ([reason, count]) =>
        `  ${makeVisible(`${nameOf(project)}: ${count} ${reason}`, 'line')}${remedyFor(reason, project.projectPath)}`,
    ),
  );

/** How many events stayed behind for each reason, over all projects. */
export const leftReasons = (
  projects: readonly { readonly accounting: Accounting }[],
): Readonly<Record<string, number>> => {
  const reasons: Record<string, number> = {};
  const add = (reason: string, count: number): void => {
    if (count > 0) reasons[reason] = (reasons[reason] ?? 0) + count;
  };
  for (const { accounting } of projects) {
    add('pending', accounting.pending);
    for (const [reason, count] of Object.entries(accounting.held)) add(`held: ${reason}`, count);
    for (const [reason, count] of Object.entries(accounting.deadLetters))
      add(`dead letter: ${reason}`, count);
  }
  return reasons;
};

/**
 * What to do about events that stay for this reason, as it follows the reason on its line; empty where nothing helps.
 * `path`: a checkout of the project, so that the command can be copied from wherever one stands.
 */
export const remedyFor = (reason: string, path?: string): string => {
  const [, remedy, isAboutProject] = REMEDIES.find(([start]) => reason.startsWith(start)) ?? [];
  if (remedy === undefined) return '';
  return ` (${remedy}${isAboutProject === true ? projectOption(path) : ''})`;
};

const REMEDIES: readonly (readonly [start: string, remedy: string, isAboutProject?: boolean])[] = [
  ['held: not signed in', 'spec-kitty auth login'],
  ['held: not consented', 'allow them with: spec-kitty sync on', true],
  ['held: sharing is off', 'share the project with: spec-kitty sync on', true],
  ['held: config unreadable', 'see: spec-kitty sync doctor'],
  ['held: decisions unreadable', 'allow them with: spec-kitty sync on', true],
  ['held: no project identity', 'see: spec-kitty sync diagnose'],
  [
    'held: belongs to team',
    'a backlog of another team or hub: sign in there to deliver it, or see: spec-kitty sync move --help',
  ],
  ['dead letter', 'see: spec-kitty sync dead-letters list'],
];
