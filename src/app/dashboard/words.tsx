import type { ComponentChildren } from 'preact';
import type { Lane } from '../../domain/events/lane.js';
import { pagePath } from '../../domain/hub/page-path.js';

export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  planned: 'Planned',
  doing: 'Doing',
  for_review: 'For review',
  done: 'Done',
};

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

/** Whoever has it in hand: any text. */
export const Agent = ({ name }: { readonly name: string }) => (
  <bdi class="agent" title={name.slice(0, LONGEST)}>
    {name.slice(0, LONGEST)}
  </bdi>
);

export const LaneMark = ({
  lane,
  detail,
}: {
  readonly lane: Lane | null;
  readonly detail?: string | null;
}) => (
  <span class={`lane ${lane ?? 'none'}`}>{detail ?? (lane === null ? 'no lane' : LANE_NAMES[lane])}</span>
);

export const FeatureLink = ({ project, feature }: { readonly project: string; readonly feature: string }) => (
  <a href={pagePath({ project, feature })}>
    <Said text={feature === '' ? 'no feature' : feature} />
  </a>
);

/** How long ago; the exact time is in the tooltip. */
export const Ago = ({ time }: { readonly time: string }) => {
  const ms = Date.now() - Date.parse(time);
  return (
    <time dateTime={time} title={time} class="ago">
      {Number.isNaN(ms) ? 'unknown' : ms < 1000 ? 'just now' : `${lasting(ms)} ago`}
    </time>
  );
};

/** For how long; the beginning is in the tooltip. */
export const Span = ({ since }: { readonly since: string }) => (
  <time dateTime={since} title={`since ${since}`}>
    {lasting(Date.now() - Date.parse(since))}
  </time>
);

/** A time by the clock that gave it, to the second; the exact text is in the tooltip. */
export const Moment = ({ time }: { readonly time: string }) => (
  <time dateTime={time} title={time}>
    {time.replace(/^(.{10})T(.{8}).*Z$/, '$1 $2 UTC')}
  </time>
);

/** Milliseconds in the largest unit of which there are at least two. */
export const lasting = (ms: number): string => {
  const [size, name] = UNITS.find(([each]) => ms >= 2 * each) ?? [1000, 's'];
  return Number.isNaN(ms) ? 'unknown' : `${Math.max(0, Math.floor(ms / size))} ${name}`;
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
