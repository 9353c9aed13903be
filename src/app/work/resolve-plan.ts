import { SyncError } from '../../domain/errors.js';
import { describeDependencyFault } from '../../domain/work/dependency-graph.js';
import { resolveDependencies, type ResolvedDependencies } from '../../domain/work/resolve-dependencies.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import { lineOfKey } from '../../domain/work/work-package.js';
import { refuseFaults, type FeatureState } from './feature-state.js';

/**
 * Who needs whom in a feature. Fails with everything that keeps it from being finalized: `work-package-unreadable`,
 * `work-package-not-found`, `tasks-unreadable` and `dependency-invalid`, naming the lines.
 */
export const resolvePlan = (state: FeatureState): ResolvedDependencies => {
  const { documents } = state;
  const { slug, directory, tasks, passedOver } = documents;
  refuseFaults(state);
  if (state.workPackages.length === 0) {
    const seen = passedOver.map(({ path, reason }) => `\n${path} ${reason}.`).join('');
    throw new SyncError('work-package-not-found', `${slug} has no work packages.${seen}`, {
      hint: `Write files such as ${directory}/tasks/WP01-title.md.`,
    });
  }
  if (tasks === undefined) {
    throw new SyncError('tasks-unreadable', `${directory}/tasks.md does not exist.`, {
      hint: 'Write it with a section for each work package, such as "## Work Package WP01: Title".',
    });
  }
  const resolved = statedIn(state);
  const without = [...state.manifest.keys()].filter(
    (id) => !state.workPackages.some((each) => each.id === id),
  );
  if (without.length > 0) {
    throw new SyncError(
      'dependency-invalid',
      `wps.yaml has ${describeIds(without)}, of which tasks/ has no file.`,
      {
        hint: `Nothing was written. Write files such as ${directory}/tasks/${without[0] ?? 'WP01'}-title.md, or take the entry out.`,
      },
    );
  }
  if (resolved.faults.length === 0) return resolved;
  throw new SyncError('dependency-invalid', resolved.faults.map(describeDependencyFault).join('\n'), {
    hint: resolved.faults.some(({ fault }) => fault === 'unclear') ? HOW_TO_STATE : CORRECT,
  });
};

/** What the documents say of who needs whom, faults and all. Fails with `tasks-unreadable` for a broken manifest alone. */
export const statedIn = (state: FeatureState): ResolvedDependencies => {
  const { directory, tasks = '' } = state.documents;
  return resolveDependencies(
    { path: `${directory}/tasks.md`, text: tasks },
    state.workPackages.map(({ id, path, declared: dependencies, document: { frontMatter, text } }) => {
      const line = 'dependencies' in frontMatter ? lineOfKey(text, 'dependencies') : undefined;
      const entry = state.manifest.get(id);
      return { id, path, line, dependencies, manifest: entry && { path: `${directory}/wps.yaml`, ...entry } };
    }),
  );
};

const CORRECT = 'Nothing was written. Correct these lines and run the command again.';
const HOW_TO_STATE =
  'Nothing was written. Write what is needed as a list, such as "Depends on WP01, WP02 (remark)", and what is not ' +
  'behind "parallel with" or "not"; sentences about other work packages belong into their sections.';
