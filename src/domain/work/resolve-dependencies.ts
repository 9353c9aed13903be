import {
  dependenciesOf,
  dependencyFaults,
  dependencyGraph,
  type DependencyEdge,
  type DependencyFault,
  type DependencyGraph,
} from './dependency-graph.js';
import { resolveStated } from './dependency-statement.js';
import { describePlace, fileName, type Place } from './place.js';
import { sectionStatement, type IdAtLine, type SectionStatement } from './stated-dependencies.js';
import { tasksSections } from './tasks-document.js';
import { describeIds, workPackageNumber } from './work-package-id.js';

/** What is said of the dependencies of a work package, and where. */
interface Declaration extends Place {
  readonly dependencies: readonly string[];
}

/** A work package as its front matter says; without a line when that has no such key. */
interface DeclaredWorkPackage extends Declaration {
  readonly id: string;
  /** What a manifest says, which then decides. */
  readonly manifest?: Declaration | undefined;
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
  const sections = tasksSections(tasks.text).map((section) => {
    // A heading may call a work package by its number alone.
    const number = workPackageNumber(section.workPackageId);
    const id = known.find((each) => workPackageNumber(each) === number);
    return { ...section, id, workPackageId: id ?? section.workPackageId };
  });
  const statements = new Map(
    sections.map((section) => [section.workPackageId, sectionStatement(section)] as const),
  );
  const decided = declared.map((each) => ({
    ...each,
    ...decisionOf(each, statements.get(each.id), tasks.path, known),
  }));
  const graph = dependencyGraph(
    known,
    decided.flatMap(({ edges }) => edges),
  );
  const warnings: string[] = [];
  const workPackages = decided.map(({ id, dependencies: said, decidedBy, line, manifest = tasks }) => {
    const dependencies = dependenciesOf(graph, id);
    const isSame = [...dependencies].sort().join() === [...said].sort().join();
    const isChanged = decidedBy !== 'front-matter' && !isSame;
    // A front matter that never had the key contradicts nothing.
    if (isChanged && line !== undefined) {
      const decisive = graph.edges.find(({ from }) => from === id)?.place ?? { path: manifest.path };
      const what = `${id} depends on ${describeIds(dependencies, 'nothing')}`;
      const where = fileName(describePlace(decisive));
      warnings.push(`${what}, as ${where} says; the front matter said ${describeIds(said)}.`);
    }
    return { id, dependencies, decidedBy, isChanged };
  });
  const file = fileName(tasks.path);
  for (const { id, workPackageId, line } of sections)
    if (id === undefined)
      warnings.push(`${file}:${line} has a section for ${workPackageId}, which has no file.`);
  // A heading that nobody recognises would otherwise be passed over in silence.
  const lost = declared.filter(({ id, manifest }) => manifest === undefined && !statements.has(id));
  if (lost.length > 0) {
    const ids = describeIds(lost.map(({ id }) => id));
    warnings.push(`${file} has no section for ${ids}; there the front matter decides.`);
  }
  // What a statement names and nobody understands is asked about: left out, an edge would be lost.
  const unclear = [...statements].flatMap(([from, statement]) =>
    statement.unclear.map(({ line, id: to }): DependencyFault => {
      const edge = { from, to, place: { path: tasks.path, line } };
      return { fault: 'unclear', edges: [edge], what: `it is not clear whether ${from} depends on ${to}.` };
    }),
  );
  const ignored = [...statements].flatMap(([workPackageId, statement]) =>
    statement.ignored.map((each) => ({ workPackageId, ...each })),
  );
  return { graph, workPackages, faults: [...unclear, ...dependencyFaults(graph)], warnings, ignored };
};

/** The document that decides about a work package, and what it says. */
const decisionOf = (
  { id: from, manifest, ...own }: DeclaredWorkPackage,
  statement: SectionStatement | undefined,
  path: string,
  known: readonly string[],
): Pick<ResolvedWorkPackage, 'decidedBy'> & { readonly edges: readonly DependencyEdge[] } => {
  const edgesOf = ({ dependencies, ...place }: Declaration): readonly DependencyEdge[] =>
    dependencies.map((to) => ({ from, to, place }));
  if (manifest !== undefined) return { decidedBy: 'manifest', edges: edgesOf(manifest) };
  if (statement?.isMade !== true) return { decidedBy: 'front-matter', edges: edgesOf(own) };
  const edges = statement.dependencies.flatMap(({ dependency, line }) =>
    edgesOf({ path, line, dependencies: resolveStated([dependency], from, known) }),
  );
  return { decidedBy: 'tasks', edges };
};
