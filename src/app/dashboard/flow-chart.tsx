import { STACKED_LANES, type FlowDay } from '../../domain/hub/history.js';
import { Empty, LANE_NAMES } from './words.js';

const WIDTH = 480;
const HEIGHT = 160;

/** Work packages by lane over time, what is done at the bottom. */
export const FlowChart = ({ days }: { readonly days: readonly FlowDay[] }) => {
  if (days.length === 0) return <Empty>Nothing has moved yet.</Empty>;
  const total = Math.max(1, ...days.map((day) => STACKED_LANES.reduce((sum, lane) => sum + day[lane], 0)));
  const times = days.map(({ day }) => Date.parse(day));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const x = (at: number): number =>
    last === first ? at * WIDTH : (((times[at] ?? 0) - first) / (last - first)) * WIDTH;
  const points = days.length === 1 ? [0, 1] : days.map((_, at) => at);
  const dayAt = (at: number): FlowDay | undefined => days[Math.min(at, days.length - 1)];
  const heightAt = (at: number, through: number): number =>
    HEIGHT -
    (STACKED_LANES.slice(0, through).reduce((sum, lane) => sum + (dayAt(at)?.[lane] ?? 0), 0) / total) *
      HEIGHT;
  const today = days.at(-1);
  return (
    <>
      <svg
        class="flow"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Flow from ${days[0]?.day ?? ''} to ${today?.day ?? ''}`}
      >
        {STACKED_LANES.map((lane, at) => (
          <path
            key={lane}
            class={`area ${lane}`}
            d={`M${[...points.map((point) => `${x(point).toFixed(1)} ${heightAt(point, at + 1).toFixed(1)}`), ...[...points].reverse().map((point) => `${x(point).toFixed(1)} ${heightAt(point, at).toFixed(1)}`)].join('L')}Z`}
          />
        ))}
      </svg>
      <p class="line faint legend">
        {STACKED_LANES.map((lane) => (
          <span key={lane} class={`lane ${lane}`}>
            {LANE_NAMES[lane]} {today?.[lane]}
          </span>
        ))}
        <span>
          {days[0]?.day} to {today?.day}
        </span>
      </p>
    </>
  );
};
