import {
  dependenciesOf,
  dependencyFaults,
  dependencyGraph,
  type DependencyEdge,
  type DependencyFault,
  type DependencyGraph,
  type Place,
} from './dependency-graph.js';
import { resolveStated } from './dependency-statement.js';
import { sectionStatement, type IdAtLine, type SectionStatement } from './stated-dependencies.js';
import { tasksSections } from './tasks-document.js';
import { describeIds, workPackageNumber } from './work-package-id.js';

/** A work package as its front matter says. */
interface DeclaredWorkPackage {
  readonly id: string;
  readonly path: string;
  readonly dependencies: readonly string[];
  /** Line of the key in the file; absent when the front matter has no such key. */
  readonly line?: number | undefined;
  /** What a manifest says, which then decides. */
  readonly manifest?: {
    readonly path: string;
    readonly line?: number | undefined;
    readonly dependencies: readonly string[];
  };
}

export interface ResolvedWorkPackage {
  readonly id: string;
  /** Ascending, once each. */
  readonly dependencies: readonly string[];
  /** Which document decided. */
  readonly decidedBy: 'manifest' | 'tasks' | 'front-matter';
  /** Whether the front matter has to be written. */
  readonly isChanged: boolean;
}

export interface ResolvedDependencies {
  readonly graph: DependencyGraph;
  readonly workPackages: readonly ResolvedWorkPackage[];
  readonly faults: readonly DependencyFault[];
  /** Differences between the documents, each a sentence for a person. */
  readonly warnings: readonly string[];
  /** Ids that stand near a statement of `tasks.md` and count for nothing. */
  readonly ignored: readonly (IdAtLine & { readonly workPackageId: string })[];
}

/**
 * Who needs whom, from `tasks.md` and the front matters. `tasks.md` wins where the section of a work package makes a
 * statement; without one the front matter stays. Where a manifest names the dependencies, neither is asked.
 */
export const resolveDependencies = (
  tasks: { readonly path: string; readonly text: string },
  declared: readonly DeclaredWorkPackage[],
): ResolvedDependencies => {
  const known = declared.map(({ id }) => id);
  // A heading may call a work package by its number alone.
  const nameOfSection = (id: string): string =>
    known.find((each) => each === id || workPackageNumber(each) === workPackageNumber(id)) ?? id;
  const sections = tasksSections(tasks.text).map((section) => ({
    ...section,
    workPackageId: nameOfSection(section.workPackageId),
  }));
  const statements = new Map(
    sections.map((section) => [section.workPackageId, sectionStatement(section)] as const),
  );
  const decided = declared.map((each) => decisionOf(each, statements.get(each.id), tasks.path, known));
  const graph = dependencyGraph(
    known,
    decided.flatMap(({ edges }) => edges),
  );
  const workPackages = declared.map(({ id, dependencies: said }, at): ResolvedWorkPackage => {
    const dependencies = dependenciesOf(graph, id);
    const { decidedBy = 'front-matter' } = decided[at] ?? {};
    const isSame = [...dependencies].sort().join() === [...said].sort().join();
    return { id, dependencies, decidedBy, isChanged: decidedBy !== 'front-matter' && !isSame };
  });
  const file = nameOf(tasks.path);
  // A heading that nobody recognises would otherwise be passed over in silence.
  const lost = declared.filter(({ id, manifest }) => manifest === undefined && !statements.has(id));
  // What a statement names and nobody understands is asked about: left out, an edge would be lost.
  const unclear = [...statements].flatMap(([from, statement]) =>
    statement.unclear.map(({ line, id: to }): DependencyFault => {
      const edge = { from, to, place: { path: tasks.path, line } };
      return { fault: 'unclear', edges: [edge], what: `it is not clear whether ${from} depends on ${to}.` };
    }),
  );
  return {
    graph,
    workPackages,
    faults: [...unclear, ...dependencyFaults(graph)],
    warnings: [
      ...declared.flatMap(({ id, line, dependencies: said, manifest = tasks }, at) => {
        const { isChanged, dependencies = [] } = workPackages[at] ?? {};
        // A front matter that never had the key contradicts nothing.
        if (isChanged !== true || line === undefined) return [];
        const decisive = graph.edges.find(({ from }) => from === id)?.place.line;
        const place = `${nameOf(manifest.path)}${decisive === undefined ? '' : `:${decisive}`}`;
        const what = `${id} depends on ${describeIds(dependencies, 'nothing')}, as ${place} says`;
        return [`${what}; the front matter said ${describeIds(said)}.`];
      }),
      ...sections
        .filter(({ workPackageId }) => !known.includes(workPackageId))
        .map(({ workPackageId: id, line }) => `${file}:${line} has a section for ${id}, which has no file.`),
      ...(lost.length === 0
        ? []
        : [
            `${file} has no section for ${describeIds(lost.map(({ id }) => id))}; there the front matter decides.`,
          ]),
    ],
    ignored: [...statements].flatMap(([workPackageId, { ignored }]) =>
      ignored.map((each) => ({ workPackageId, ...each })),
    ),
  };
};

/** The document that decides about a work package, and what it says. */
const decisionOf = (
  { id: from, path, line, dependencies, manifest }: DeclaredWorkPackage,
  statement: SectionStatement | undefined,
  tasksPath: string,
  known: readonly string[],
): Pick<ResolvedWorkPackage, 'decidedBy'> & { readonly edges: readonly DependencyEdge[] } => {
  const edgesTo = (ids: readonly string[], place: Place): readonly DependencyEdge[] =>
    ids.map((to) => ({ from, to, place }));
  if (manifest !== undefined) {
    const place = { path: manifest.path, line: manifest.line };
    return { decidedBy: 'manifest', edges: edgesTo(manifest.dependencies, place) };
  }
  if (statement?.isMade !== true)
    return { decidedBy: 'front-matter', edges: edgesTo(dependencies, { path, line }) };
  const edges = statement.dependencies.flatMap(({ dependency, line: at }) =>
    edgesTo(resolveStated([dependency], from, known), { path: tasksPath, line: at }),
  );
  return { decidedBy: 'tasks', edges };
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
