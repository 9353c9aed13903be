import { SyncError } from '../../domain/errors.js';
import { activityEntries } from '../../domain/work/activity-log.js';
import { originOf } from '../../domain/events/lane.js';
import { markdownLines } from '../../domain/work/markdown.js';
import { tasksOf } from '../../domain/work/tasks-document.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import type { Merges } from '../../ports/work.js';
import type { DataOf } from '../documents/all.js';
import { findWorkPackage, searchWorkPackage, type FeatureState } from './feature-state.js';
import { branchesOf } from './feature-branches.js';
import { findFeature, type FeatureRequest, type PlanSources } from './locate-feature.js';
import { UseCase } from '../use-case.js';

export interface ShowInput extends FeatureRequest {
  /** Default: the one in whose work tree the command was called. */
  readonly workPackageId?: string | undefined;
}

/** Everything that whoever works on a work package needs to begin. */
export type ShownWorkPackage = DataOf<'agent tasks show'>;

interface ShowWorkPackagePorts extends PlanSources {
  readonly merges: Pick<Merges, 'places'>;
}

/** Reads one work package. Reads only: it needs no identity, takes no lock and emits nothing. */
export class ShowWorkPackage extends UseCase<ShowWorkPackagePorts> {
  /** Fails with `wrong-usage` when none is named and none is worked on here, and like every reader of a feature. */
  async run(input: ShowInput): Promise<ShownWorkPackage> {
    const { checkout } = input;
    const state = await findFeature(this.ports, input);
    const { documents } = state;
    const branches = branchesOf(documents);
    const asked = input.workPackageId ?? (await this.#here(input, state));
    const workPackage = findWorkPackage(state, asked);
    const { id, title, agent } = workPackage;
    const { from: lane, ...finer } = originOf(workPackage);
    const branch = branches.of(id);
    const place =
      checkout.commonDir === undefined ? undefined : (await this.ports.merges.places(checkout)).get(branch);
    const absolute = (path: string): string => `${checkout.projectRoot}/${path}`;
    const { boxes } = tasksOf(documents.tasks ?? '', id);
    return {
      feature: documents.slug,
      workPackageId: id,
      title,
      lane,
      ...finer,
      agent,
      dependencies: workPackage.dependencies.map((each) => {
        const found = searchWorkPackage(state, each);
        return { workPackageId: each, title: found?.title, lane: found && originOf(found).from };
      }),
      branch,
      worktree: place?.isPresent === true ? place.directory : undefined,
      file: absolute(workPackage.path),
      documents: (['spec', 'plan', 'tasks'] as const)
        .filter((name) => documents[name] !== undefined)
        .map((name) => absolute(`${documents.directory}/${name}.md`)),
      tasks: boxes.map(({ taskId, text, isOpen }) => ({ taskId, text, isDone: !isOpen })),
      ...taskText(workPackage.document.body),
      history: activityEntries(workPackage.document.body).map(({ shellPid: _, ...entry }) => entry),
    };
  }

  async #here({ checkout }: ShowInput, state: FeatureState): Promise<string> {
    const { branch } = await this.ports.repository.head(checkout);
    const ids = state.workPackages.map(({ id }) => id);
    const { of } = branchesOf(state.documents);
    const [only, another] = ids.filter((id) => of(id) === branch);
    if (only !== undefined && another === undefined) return only;
    throw new SyncError('wrong-usage', 'No work package was named, and this is the work tree of none.', {
      hint: `Name one of ${describeIds(ids)}.`,
    });
  }
}

/**
 * The body of a work package in the parts in which somebody who begins it reads it: what reviewers asked for is shown by
 * itself, and the Activity Log as entries.
 */
const taskText = (body: string): Pick<ShownWorkPackage, 'text' | 'feedback'> => {
  const parts: Record<Part, string[]> = { text: [], feedback: [], log: [] };
  let part: Part = 'text';
  for (const { text, heading } of markdownLines(body)) {
    const isNew = heading !== undefined && heading.level <= 2;
    if (isNew) part = (heading.level === 2 && PARTS.get(heading.title.toLowerCase())) || 'text';
    if (!(isNew && part === 'feedback')) parts[part].push(text);
  }
  return { text: parts.text.join('\n').trim(), feedback: parts.feedback.join('\n').trim() };
};

type Part = 'text' | 'feedback' | 'log';

const PARTS: ReadonlyMap<string, Part> = new Map([
  ['review feedback', 'feedback'],
  ['activity log', 'log'],
]);
