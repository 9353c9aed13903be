import type { Accounting } from '../../../../domain/outbox/accounting.js';
import { makeVisible } from '../../render/visible.js';
import { remedyFor } from './remedies.js';

/** A project of this machine, as far as anybody knows. */
interface LeftProject {
  readonly projectUuid?: string | undefined;
  readonly projectSlug?: string;
  /** A checkout of it. */
  readonly projectPath?: string;
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
