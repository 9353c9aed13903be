import { pagePath } from '../../domain/hub/page-path.js';
import { Graph as Layout, layout } from '@dagrejs/dagre';
import { useMemo } from 'preact/hooks';
import { criticalPath } from '../../domain/hub/critical-path.js';
import type { WorkPackageState } from '../../domain/hub/cell-state.js';
import { titleOf } from './board-rows.js';
import { Empty, LANE_NAMES } from './words.js';

const WIDTH = 176;
const HEIGHT = 40;

interface Shown {
  readonly project: string;
  readonly feature: string;
  readonly workPackages: readonly WorkPackageState[];
}

/** What depends on what, left to right. The layout follows the dependencies alone; lanes only colour it. */
export const Graph = ({ project, feature, workPackages }: Shown) => {
  const edges = workPackages.flatMap((state) =>
    state.dependencies.map(({ wp_id: id }) => [id, state.wp_id] as const),
  );
  const ids = workPackages.map((state) => state.wp_id);
  const topology = JSON.stringify([ids, edges]);
  const placed = useMemo(() => (ids.length > MOST ? undefined : layOut(ids, edges)), [topology]);
  if (edges.length === 0) return <Empty>No work package depends on another one.</Empty>;
  if (placed === undefined) return <Empty>{ids.length} work packages are too many for a picture.</Empty>;
  const path = criticalPath(workPackages);
  const isNext = new Set(path.slice(1).map((id, at) => `${path[at] ?? ''}>${id}`));
  const byId = new Map(workPackages.map((state) => [state.wp_id, state]));
  return (
    <>
      <div class="picture" role="region" aria-label="Graph of dependencies" tabIndex={0}>
        <svg
          viewBox={`0 0 ${placed.width} ${placed.height}`}
          style={{ width: `max(${placed.width * SMALLEST}px, min(100%, ${placed.width}px))` }}
        >
          {placed.edges.map(({ key, line }) => (
            <path key={key} class={isNext.has(key) ? 'edge critical' : 'edge'} d={line} />
          ))}
          {placed.nodes.map(({ id, x, y }) => {
            const state = byId.get(id);
            const lane = state?.lane ?? undefined;
            return (
              <a key={id} href={pagePath({ project: project, feature: feature, workPackage: id })}>
                <rect
                  class={`node ${lane ?? 'none'} ${path.includes(id) ? 'critical' : ''}`}
                  x={x - WIDTH / 2}
                  y={y - HEIGHT / 2}
                  width={WIDTH}
                  height={HEIGHT}
                  rx="6"
                />
                <text x={x - WIDTH / 2 + 10} y={y - 3}>
                  {id}
                </text>
                <text class="small" x={x - WIDTH / 2 + 10} y={y + 12}>
                  {short(
                    state === undefined
                      ? 'unknown here'
                      : `${lane === undefined ? 'No lane' : LANE_NAMES[lane]}: ${titleOf(state)}`,
                  )}
                </text>
              </a>
            );
          })}
        </svg>
      </div>
      {path.length === 0 ? null : (
        <p class="faint">
          <span class="critical-mark" aria-hidden="true" /> Critical path, {path.length} steps left:{' '}
          {path.join(', then ')}.
        </p>
      )}
      <details>
        <summary>As text</summary>
        <ul>
          {workPackages.map((state) => (
            <li key={state.wp_id}>
              {state.wp_id}{' '}
              {state.dependencies.length === 0
                ? 'depends on nothing'
                : `depends on ${state.dependencies.map((each) => each.wp_id).join(', ')}`}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
};

const MOST = 300;

/** It is made smaller where there is no room, as long as it can be read. */
const SMALLEST = 0.75;

const short = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

const layOut = (ids: readonly string[], edges: readonly (readonly [string, string])[]) => {
  const graph = new Layout();
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', nodesep: 12, ranksep: 40, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of new Set([...ids, ...edges.flat()])) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: graph
      .nodes()
      .map((id: string) => ({ id, ...(graph.node(id) as { readonly x: number; readonly y: number }) })),
    edges: graph.edges().map((edge: { readonly v: string; readonly w: string }) => ({
      key: `${edge.v}>${edge.w}`,
      line: (
        graph.edge(edge) as { readonly points: readonly { readonly x: number; readonly y: number }[] }
      ).points
        .map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
        .join(''),
    })),
  };
};
