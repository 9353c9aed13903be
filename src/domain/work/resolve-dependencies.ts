import {
  dependenciesOf,
  dependencyFaults,
  dependencyGraph,
  type DependencyEdge,
  type DependencyFault,
  type DependencyGraph,
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
  readonly line?: number;
  /** What a manifest says, which then decides. */
  readonly manifest?: {
    readonly path: string;
    readonly line?: number;
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
  const edges = declared.flatMap((each) => edgesOf(each, statements.get(each.id), tasks.path, known));
  const graph = dependencyGraph(known, edges);
  const workPackages = declared.map((each): ResolvedWorkPackage => {
    const dependencies = dependenciesOf(graph, each.id);
    const isStated = statements.get(each.id)?.isMade === true;
    const decidedBy = each.manifest !== undefined ? 'manifest' : isStated ? 'tasks' : 'front-matter';
    const isChanged = decidedBy !== 'front-matter' && !isSameSet(dependencies, each.dependencies);
    return { id: each.id, dependencies, decidedBy, isChanged };
  });
  return {
    graph,
    workPackages,
    faults: [...unclear(statements, tasks.path), ...dependencyFaults(graph)],
    warnings: [
      ...workPackages.flatMap((each, at) =>
        differences(each, declared[at], graph, declared[at]?.manifest?.path ?? tasks.path),
      ),
      ...sections
        .filter(({ workPackageId }) => !known.includes(workPackageId))
        .map(
          ({ workPackageId, line }) =>
            `${nameOf(tasks.path)}:${line} has a section for ${workPackageId}, which has no file.`,
        ),
      ...withoutSection(
        declared.filter(({ manifest }) => manifest === undefined).map(({ id }) => id),
        statements,
        tasks.path,
      ),
    ],
    ignored: [...statements].flatMap(([workPackageId, { ignored }]) =>
      ignored.map((each) => ({ workPackageId, ...each })),
    ),
  };
};

const edgesOf = (
  { id, path, line, dependencies, manifest }: DeclaredWorkPackage,
  statement: SectionStatement | undefined,
  tasksPath: string,
  known: readonly string[],
): readonly DependencyEdge[] => {
  if (manifest !== undefined) {
    const { line: entry } = manifest;
    const place = entry === undefined ? { path: manifest.path } : { path: manifest.path, line: entry };
    return manifest.dependencies.map((to) => ({ from: id, to, place }));
  }
  if (statement?.isMade !== true) {
    const place = line === undefined ? { path } : { path, line };
    return dependencies.map((to) => ({ from: id, to, place }));
  }
  return statement.dependencies.flatMap((stated) =>
    resolveStated([stated.dependency], id, known).map((to) => ({
      from: id,
      to,
      place: { path: tasksPath, line: stated.line },
    })),
  );
};

/** What a statement names and nobody understands is asked about: left out, an edge would be lost. */
const unclear = (
  statements: ReadonlyMap<string, SectionStatement>,
  path: string,
): readonly DependencyFault[] =>
  [...statements].flatMap(([from, statement]) =>
    statement.unclear.map(({ line, id }) => ({
      fault: 'unclear' as const,
      from,
      what: id,
      place: { path, line },
    })),
  );

/** A front matter that never had the key contradicts nothing. */
const differences = (
  resolved: ResolvedWorkPackage,
  declared: DeclaredWorkPackage | undefined,
  graph: DependencyGraph,
  tasksPath: string,
): readonly string[] => {
  if (!resolved.isChanged || declared?.line === undefined) return [];
  const line = graph.edges.find(({ from }) => from === resolved.id)?.place.line;
  const place = line === undefined ? nameOf(tasksPath) : `${nameOf(tasksPath)}:${line}`;
  return [
    `${resolved.id} depends on ${describeIds(resolved.dependencies, 'nothing')}, as ${place} says; ` +
      `the front matter said ${describeIds(declared.dependencies)}.`,
  ];
};

/** A heading that nobody recognises would otherwise be passed over in silence. */
const withoutSection = (
  known: readonly string[],
  sections: ReadonlyMap<string, unknown>,
  tasksPath: string,
): readonly string[] => {
  const ids = known.filter((id) => !sections.has(id));
  if (ids.length === 0) return [];
  return [`${nameOf(tasksPath)} has no section for ${describeIds(ids)}; there the front matter decides.`];
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));
