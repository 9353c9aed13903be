import type { NodeFreshness, ProjectSummary } from '../../ports/hub.js';
import type { NodeTable } from './schema.js';

/** Puts the machines of a team together to projects; a project goes by the name that arrived last. */
export const summarizeProjects = (rows: readonly NodeTable[]): readonly ProjectSummary[] => {
  const byProject = new Map<string, NodeTable[]>();
  for (const row of rows) {
    const known = byProject.get(row.project_uuid);
    if (known === undefined) byProject.set(row.project_uuid, [row]);
    else known.push(row);
  }
  return [...byProject].map(([projectUuid, nodes]) => ({
    projectUuid,
    projectSlug: latestSlug(nodes),
    events: nodes.reduce((sum, node) => sum + Number(node.events), 0),
    nodes: nodes.map(freshnessOf),
  }));
};

const latestSlug = (nodes: readonly NodeTable[]): string | undefined => {
  const named = nodes.filter((node) => node.project_slug !== null);
  const latest = named.reduce<NodeTable | undefined>(
    (best, node) =>
      best === undefined || Number(node.last_received_at_ms) > Number(best.last_received_at_ms) ? node : best,
    undefined,
  );
  return latest?.project_slug ?? undefined;
};

const freshnessOf = (node: NodeTable): NodeFreshness => ({
  nodeId: node.node_id,
  events: Number(node.events),
  lastLamport: Number(node.last_lamport),
  lastReceivedAtMs: Number(node.last_received_at_ms),
});
