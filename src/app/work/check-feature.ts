import { isSyncError } from '../../domain/errors.js';
import { laneName } from '../../domain/events/lane.js';
import { activityEntries } from '../../domain/work/activity-log.js';
import { markdownLines } from '../../domain/work/markdown.js';
import type { ResolvedDependencies } from '../../domain/work/resolve-dependencies.js';
import { sectionStatement, type IdAtLine } from '../../domain/work/stated-dependencies.js';
import { tasksOf, tasksSections } from '../../domain/work/tasks-document.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import { lineOfKey } from '../../domain/work/work-package.js';
import type { WorkPackageDocument } from '../../ports/work.js';
import type { DataOf } from '../documents/all.js';
import type { FeatureState } from './feature-state.js';
import { findFeature, type FeatureRequest, type PlanSources } from './locate-feature.js';
import { resolvePlan } from './plan-findings.js';
import { UseCase } from '../use-case.js';

/** What is read of a plan; without faults it can be finalized. */
export type FeatureCheck = DataOf<'feature check'>;
/** What becomes of one line of a planning document. `fault`: as long as it stands there, nothing can be finalized. */
export type ReadLine = FeatureCheck['lines'][number];

/** Says of a plan what is read and what is passed over. Reads only: it needs no identity, takes no lock and emits nothing. */
export class CheckFeature extends UseCase<PlanSources> {
  async run(request: FeatureRequest): Promise<FeatureCheck> {
    const state = await findFeature(this.ports, request);
    const feature = state.documents.slug;
    try {
      return { feature, lines: planLines(state, resolvePlan(state)), faults: [] };
    } catch (error) {
      if (!isSyncError(error)) throw error;
      // Finalizing would stop with these sentences.
      return { feature, lines: planLines(state), faults: error.message.split('\n') };
    }
  }
}

/** What is read of all documents of a feature. `resolved`: absent where it cannot be finalized. */
export const planLines = (state: FeatureState, resolved?: ResolvedDependencies): readonly ReadLine[] => {
  const { documents } = state;
  const { directory, tasks, manifest, passedOver, lanes } = documents;
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
      : tasksLines(`${directory}/tasks.md`, tasks)),
    ...documents.workPackages.flatMap((document) => workPackageLines(state, document, resolved)),
    ...passedOver.map(({ path, reason }): ReadLine => ({ path, verdict: 'passed-over', what: reason })),
  ];
};

/**
 * What is read of `tasks.md`, line by line: sections, boxes, statements of dependencies. Lines that name a work package
 * or have a box and are none of these are passed over, and said to be: whoever wrote them may have meant something.
 */
const tasksLines = (path: string, text: string): readonly ReadLine[] => {
  const found: (ReadLine & { readonly line: number })[] = [];
  const add = (verdict: ReadLine['verdict'], line: number, what: string): void =>
    void found.push({ path, line, verdict, what });
  const sections = tasksSections(text);
  for (const section of sections) {
    const { workPackageId: id } = section;
    add('read', section.line, `section of ${id}`);
    const { boxes, unmarked } = tasksOf(text, id);
    for (const { line, taskId } of unmarked)
      add('passed-over', line, `${taskId} of ${id}: no mark says whether it is done`);
    for (const { line, taskId, isOpen } of boxes) {
      const task = taskId === undefined ? '' : `: ${taskId}`;
      add('read', line, `box of ${id}${task}, ${isOpen ? 'open' : 'ticked'}`);
    }
    const { isMade, dependencies, ignored, unclear } = sectionStatement(section);
    for (const [line, stated] of byLine(dependencies))
      add('read', line, `${id} depends on ${stated.join(', ')}`);
    for (const [line, ids] of byLine(ignored))
      add('passed-over', line, `${describeIds(ids)}: excluded by the words beside it`);
    for (const [line, ids] of byLine(unclear))
      add('fault', line, `${ids.join(', ')}: nobody can say whether ${id} depends on it`);
    if (!isMade && unclear.length === 0)
      add('passed-over', section.line, `nothing is said about what ${id} depends on; its file decides`);
  }
  const seen = new Set(found.map(({ line }) => line));
  const owned = new Set(sections.flatMap(({ lines }) => lines.map(({ number }) => number)));
  for (const { number, text: whole, isSilent, heading } of markdownLines(text)) {
    // A statement may be wrapped; it is named by its first line.
    if (seen.has(number - 1) && heading === undefined && !LIST_MARK.test(whole) && whole.trim() !== '')
      seen.add(number);
    if (seen.has(number) || !MEANT.test(whole)) continue;
    const isLost = BOX.test(whole) && !owned.has(number);
    if (isSilent) add('passed-over', number, 'stands in code or a comment');
    else if (heading !== undefined)
      add('passed-over', number, 'is the heading of no section of one work package');
    else add('passed-over', number, isLost ? 'is a box outside of every section' : 'is running text');
  }
  return found.sort((one, other) => one.line - other.line);
};

const byLine = (items: readonly IdAtLine[]): ReadonlyMap<number, readonly string[]> => {
  const lines = new Map<number, readonly string[]>();
  for (const { line, id } of items) lines.set(line, [...(lines.get(line) ?? []), id]);
  return lines;
};

const BOX = /^\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\]/;
const LIST_MARK = /^\s*(?:[-*+]|\d+[.)])\s/;
const MEANT = new RegExp(`${BOX.source}|\\bWP[ _-]?\\d`, 'i');

const workPackageLines = (
  state: FeatureState,
  { path, text, frontMatter, body }: WorkPackageDocument,
  resolved: ResolvedDependencies | undefined,
): readonly ReadLine[] => {
  const fault = state.faults.find((each) => each.path === path);
  if (fault !== undefined) return [{ path, line: fault.line, verdict: 'fault', what: fault.reason }];
  const filed = state.workPackages.find((each) => each.path === path);
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
    const at = { path, line: lineOfKey(text, key) };
    const value = said[key];
    if (key === 'dependencies' && decidedBy !== 'front-matter')
      return { ...at, verdict: 'passed-over', what: `dependencies: ${DECIDING[decidedBy]} decides` };
    return value === undefined
      ? { ...at, verdict: 'passed-over', what: `${key}: kept as it stands` }
      : { ...at, verdict: 'read', what: `${key}: ${value}` };
  });
  const missing = ['work_package_id', 'title', 'lane'].filter((key) => !(key in frontMatter));
  const entries = activityEntries(body).length;
  return [
    ...keys,
    ...missing.map((key): ReadLine => {
      const what = `without ${key}, so it is ${said[key] ?? ''}`;
      return { path, verdict: 'read', what };
    }),
    { path, verdict: 'read', what: `${entries} ${entries === 1 ? 'entry' : 'entries'} of the Activity Log` },
  ];
};

const DECIDING = { manifest: 'wps.yaml', tasks: 'tasks.md' } as const;
