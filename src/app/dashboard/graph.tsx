import { pagePath } from '../../domain/hub/page-path.js';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { criticalPath } from '../../domain/hub/critical-path.js';
import type { WorkPackageState } from '../../domain/hub/cell-state.js';
import { titleOf } from './board-rows.js';
import { HEIGHT, WIDTH, type Placed } from './graph-layout.js';
import { Empty, LANE_NAMES } from './words.js';

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
  const [placed, setPlaced] = useState<Placed>();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (edges.length === 0 || ids.length > MOST) return undefined;
    const worker = startLayout();
    worker.onmessage = ({ data }: MessageEvent<Placed>) => setPlaced(data);
    worker.postMessage({ ids, edges });
    return () => worker.terminate();
  }, [topology]);
  const path = criticalPath(workPackages);
  // A large graph begins with what is next, not with an empty corner.
  useLayoutEffect(() => {
    const [node, around] = [box.current?.querySelector('.node.critical'), box.current];
    if (node == null || around === null) return;
    const [own, shown] = [node.getBoundingClientRect(), around.getBoundingClientRect()];
    around.scrollTo(own.left - shown.left - 4, own.top - shown.top - shown.height / 2);
  }, [placed === undefined]);
  if (edges.length === 0) return <Empty>No work package depends on another one.</Empty>;
  if (ids.length > MOST) return <Empty>{ids.length} work packages are too many for a picture.</Empty>;
  if (placed === undefined) return <Empty>Drawing…</Empty>;
  const isNext = new Set(path.slice(1).map((id, at) => `${path[at] ?? ''}>${id}`));
  const byId = new Map(workPackages.map((state) => [state.wp_id, state]));
  return (
    <>
      <div class="picture" role="region" aria-label="Graph of dependencies" tabIndex={0} ref={box}>
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
          {path.slice(0, NAMED).join(', then ')}
          {path.length > NAMED ? `, and ${path.length - NAMED} more` : null}.
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

/** Steps of the critical path. */
const NAMED = 12;

/** It is made smaller where there is no room, as long as it can be read. */
const SMALLEST = 0.75;

const short = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** A worker runs the one script that the page names, whatever it is asked for. */
const policy = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('layout', {
  createScriptURL: () => layoutScript(),
});

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(): string },
  ): { createScriptURL(address: string): string };
}

const startLayout = (): Worker =>
  new Worker(policy?.createScriptURL('') ?? layoutScript(), { type: 'module' });

const layoutScript = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name=layout]')?.content ?? '';
