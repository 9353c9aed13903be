import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Lane } from '../../domain/events/lane.js';
import type { FeatureBoard, WorkPackageState } from '../../domain/hub/cell-state.js';
import { boards, projects, version } from './live.js';
import { featurePath, setFilter, filterOf, workPackagePath } from './router.js';

/** A work package with its place. */
export interface Row {
  readonly project: string;
  readonly feature: string;
  readonly state: WorkPackageState;
}

export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  planned: 'Planned',
  doing: 'Doing',
  for_review: 'For review',
  done: 'Done',
};

export const projectName = (uuid: string): string =>
  projects.get(uuid)?.project_slug ?? (uuid === '' ? 'no project' : uuid.slice(0, 8));

/** All features of one project, or of all. Reading it makes a component move with the boards. */
export const features = (
  only?: string,
): readonly { readonly project: string; readonly board: FeatureBoard }[] =>
  version.value < 0
    ? []
    : boards
        .projects()
        .filter((project) => only === undefined || project === only)
        .flatMap((project) => boards.board(project).map((board) => ({ project, board })));

export const rows = (only?: string): readonly Row[] =>
  features(only).flatMap(({ project, board }) =>
    board.work_packages.map((state) => ({ project, feature: board.feature_slug, state })),
  );

export const titleOf = ({ title, wp_id: id }: WorkPackageState): string => title ?? id;

/** Text of people: its own direction, on one line, whole in the tooltip. */
export const Said = ({ text, wide }: { readonly text: string; readonly wide?: boolean }) => (
  <bdi
    class={wide === true ? 'said wide' : 'said'}
    title={text.length > LONG ? text.slice(0, LONGEST) : undefined}
  >
    {text.slice(0, LONGEST)}
  </bdi>
);

const LONG = 40;
const LONGEST = 500;

export const LaneMark = ({
  lane,
  detail,
}: {
  readonly lane: Lane | null;
  readonly detail?: string | null;
}) => (
  <span class={`lane ${lane ?? 'none'}`}>{detail ?? (lane === null ? 'no lane' : LANE_NAMES[lane])}</span>
);

export const Card = ({ row, place }: { readonly row: Row; readonly place: boolean }) => (
  <a
    class={`card ${row.state.lane ?? 'none'}`}
    href={workPackagePath(row.project, row.feature, row.state.wp_id)}
  >
    <span class="line">
      <b>{row.state.wp_id}</b> <Said text={titleOf(row.state)} />
    </span>
    <span class="line faint">
      {row.state.agent === null ? null : <span class="agent">{row.state.agent.agent_id}</span>}
      {row.state.detail === null ? null : <span>{row.state.detail}</span>}
      {row.state.errors === 0 ? null : (
        <span class="alarm">{row.state.errors === 1 ? '1 error' : `${row.state.errors} errors`}</span>
      )}
      {place ? <Said text={`${projectName(row.project)} / ${row.feature}`} /> : null}
    </span>
  </a>
);

export const FeatureLink = ({ project, feature }: { readonly project: string; readonly feature: string }) => (
  <a href={featurePath(project, feature)}>
    <Said text={feature === '' ? 'no feature' : feature} />
  </a>
);

/** How long ago, in the largest unit that says something; the exact time is in the tooltip. */
export const Ago = ({ time }: { readonly time: string }) => {
  const ms = Date.now() - Date.parse(time);
  const [value, unit] = UNITS.map(([size, name]) => [Math.floor(ms / size), name] as const).find(
    ([count]) => count >= 1,
  ) ?? [0, 's'];
  return (
    <time dateTime={time} title={time} class="ago">
      {Number.isNaN(ms) ? 'unknown' : value === 0 ? 'just now' : `${value} ${unit} ago`}
    </time>
  );
};

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

export const Empty = ({ children }: { readonly children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);

/** Only the rows that can be seen are in the document, and the one with the focus stays. */
export const Virtual = <T,>(list: {
  readonly label: string;
  readonly items: readonly T[];
  readonly height: number;
  readonly keyOf: (item: T) => string;
  readonly render: (item: T) => ComponentChildren;
}) => {
  const { label, items, height, keyOf, render } = list;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [focused, setFocused] = useState('');
  const from = Math.max(0, Math.floor(top / height) - SPARE);
  const to = Math.min(
    items.length,
    from + Math.ceil((box.current?.clientHeight ?? innerHeight) / height) + 2 * SPARE,
  );
  return (
    <div
      class="scroll"
      role="region"
      aria-label={label}
      tabIndex={0}
      ref={box}
      onScroll={() => setTop(box.current?.scrollTop ?? 0)}
    >
      <ul class="virtual" style={{ height: `${items.length * height}px` }} onFocusOut={() => setFocused('')}>
        {items.map((item, at) => {
          const key = keyOf(item);
          if ((at < from || at >= to) && key !== focused) return null;
          return (
            <li
              key={key}
              style={{ transform: `translateY(${at * height}px)`, height: `${height}px` }}
              aria-setsize={items.length}
              aria-posinset={at + 1}
              onFocusIn={() => setFocused(key)}
            >
              {render(item)}
            </li>
          );
        })}
      </ul>
    </div>
  );
};

const SPARE = 6;

/** A filter that lives in the address. */
export const Choice = ({
  name,
  label,
  values,
}: {
  readonly name: string;
  readonly label: string;
  readonly values: readonly (readonly [value: string, shown: string])[];
}) => (
  <label class="choice">
    {label}
    <select value={filterOf(name)} onChange={(event) => setFilter(name, event.currentTarget.value)}>
      <option value="">all</option>
      {values.map(([value, shown]) => (
        <option key={value} value={value} selected={filterOf(name) === value}>
          {shown.slice(0, 60)}
        </option>
      ))}
    </select>
  </label>
);

export const distinct = (
  values: readonly (string | null | undefined)[],
): readonly (readonly [string, string])[] =>
  [...new Set(values)]
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .sort()
    .map((value) => [value, value] as const);
