import { Graph, layout } from '@dagrejs/dagre';

/** What is laid out: work packages by id, and which of them waits for which. */
export interface Topology {
  readonly ids: readonly string[];
  readonly edges: readonly (readonly [string, string])[];
}

/** Where everything is drawn, in pixels. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
  readonly edges: readonly { readonly key: string; readonly line: string }[];
}

export const WIDTH = 176;
export const HEIGHT = 40;

/** Left to right. It takes a second for some hundred work packages: the page has it done by a worker. */
export const layOut = ({ ids, edges }: Topology): Placed => {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', nodesep: 12, ranksep: 40, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of new Set([...ids, ...edges.flat()])) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: graph.nodes().map((id: string) => {
      const { x, y } = graph.node(id) as { readonly x: number; readonly y: number };
      return { id, x, y };
    }),
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
