import { isSyncError } from '../../domain/errors.js';
import { activityEntries } from '../../domain/work/activity-log.js';
import type { ResolvedDependencies } from '../../domain/work/resolve-dependencies.js';
import { laneName } from '../../domain/events/lane.js';
import { readTasksLines, type ReadLine } from '../../domain/work/plan-reading.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import { lineOfKey } from '../../domain/work/work-package.js';
import type { FeatureFiles, Repository } from '../../ports/work.js';
import type { FeatureState } from './feature-state.js';
import { findFeature, type FeatureRequest } from './locate-feature.js';
import { resolvePlan } from './resolve-plan.js';

export interface FeatureCheck {
  readonly feature: string;
  /** File by file, in each by line. */
  readonly lines: readonly ReadLine[];
  /** Why it cannot be finalized as it is, each as a sentence; empty when it can. */
  readonly faults: readonly string[];
}

interface CheckFeaturePorts {
  readonly repository: Pick<Repository, 'head'>;
  readonly files: FeatureFiles;
}

/** Says of a plan what is read and what is passed over. Reads only: it needs no identity, takes no lock and emits nothing. */
export class CheckFeature {
  readonly #ports: CheckFeaturePorts;

  constructor(ports: CheckFeaturePorts) {
    this.#ports = ports;
  }

  async run(request: FeatureRequest): Promise<FeatureCheck> {
    const state = await findFeature(this.#ports, request);
    return { feature: state.documents.slug, lines: planLines(state), faults: finalizing(state).faults };
  }
}

/** What is read of all documents of a feature. */
export const planLines = (state: FeatureState): readonly ReadLine[] => {
  const { documents } = state;
  const { directory, tasks, manifest, passedOver, lanes } = documents;
  const { resolved } = finalizing(state);
  const file = (name: string, verdict: ReadLine['verdict'], what: string): ReadLine => ({
    path: `${directory}/${name}`,
    verdict,
    what,
  });
  return [
    ...(['spec', 'plan'] as const).map((name) =>
      documents[name] === undefined
        ? file(`${name}.md`, 'passed-over', 'is missing; nothing is accepted without it')
        : file(`${name}.md`, 'read', 'searched for questions that are marked as open'),
    ),
    ...(lanes === undefined ? [] : [file('lanes.json', 'read', 'says which work packages share a branch')]),
    ...(manifest === undefined
      ? []
      : [file('wps.yaml', 'read', 'decides about the dependencies that it names')]),
    ...(tasks === undefined
      ? [file('tasks.md', 'fault', 'is missing')]
      : readTasksLines(`${directory}/tasks.md`, tasks)),
    ...documents.workPackages.flatMap((document) => workPackageLines(state, document, resolved)),
    ...passedOver.map(({ path, reason }): ReadLine => ({ path, verdict: 'passed-over', what: reason })),
  ];
};

const workPackageLines = (
  state: FeatureState,
  document: FeatureState['documents']['workPackages'][number],
  resolved: ResolvedDependencies | undefined,
): readonly ReadLine[] => {
  const { path, text, frontMatter, body } = document;
  const fault = state.faults.find((each) => each.path === path);
  if (fault !== undefined) {
    const { line, reason } = fault;
    return [{ path, verdict: 'fault', what: reason, ...(line === undefined ? {} : { line }) }];
  }
  const filed = state.workPackages.find((each) => each.document.path === path)?.workPackage;
  if (filed === undefined) return [];
  const said: Readonly<Record<string, string>> = {
    work_package_id: filed.id,
    title: filed.title,
    lane: laneName(filed),
    dependencies: describeIds(filed.dependencies),
    agent: filed.agent ?? 'nobody',
    subtasks: 'its tasks',
  };
  const decidedBy = resolved?.workPackages.find(({ id }) => id === filed.id)?.decidedBy ?? 'front-matter';
  const keys = Object.keys(frontMatter).map((key): ReadLine => {
    const line = lineOfKey(text, key);
    const value = said[key];
    if (key === 'dependencies' && decidedBy !== 'front-matter') {
      const what = `dependencies: ${DECIDING[decidedBy]} decides`;
      return { path, ...(line === undefined ? {} : { line }), verdict: 'passed-over', what };
    }
    return {
      path,
      ...(line === undefined ? {} : { line }),
      verdict: value === undefined ? 'passed-over' : 'read',
      what: value === undefined ? `${key}: kept as it stands` : `${key}: ${value}`,
    };
  });
  const missing = ['work_package_id', 'title', 'lane'].filter((key) => !(key in frontMatter));
  const entries = activityEntries(body).length;
  return [
    ...keys,
    ...missing.map((key): ReadLine => ({
      path,
      verdict: 'read',
      what: `without ${key}, so it is ${said[key] ?? ''}`,
    })),
    { path, verdict: 'read', what: `${entries} ${entries === 1 ? 'entry' : 'entries'} of the Activity Log` },
  ];
};

/** What finalizing would do, or the sentences with which it would stop. */
const finalizing = (
  state: FeatureState,
): { readonly resolved?: ResolvedDependencies; readonly faults: readonly string[] } => {
  try {
    return { resolved: resolvePlan(state), faults: [] };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return { faults: error.message.split('\n') };
  }
};

const DECIDING = { manifest: 'wps.yaml', tasks: 'tasks.md' } as const;
