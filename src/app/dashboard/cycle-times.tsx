import type { CycleTime } from '../../domain/hub/api.js';
import { Empty, LaneMark, lasting } from './words.js';

/** How long work packages stayed in each lane: the usual time as a bar, the longest one as its frame. */
export const CycleTimes = ({ times }: { readonly times: readonly CycleTime[] }) => {
  if (times.length === 0) return <Empty>No work package has left a lane yet.</Empty>;
  const most = Math.max(1, ...times.map((each) => each.longest_ms));
  return (
    <table class="cycle">
      <thead>
        <tr>
          <th scope="col">Lane</th>
          <th scope="col">Median</th>
          <th scope="col">Longest</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {times.map(({ lane, work_packages: count, median_ms: median, longest_ms: longest }) => (
          <tr key={lane} title={count === 1 ? 'one work package' : `${count} work packages`}>
            <th scope="row">
              <LaneMark lane={lane} />
            </th>
            <td>{lasting(median)}</td>
            <td>{lasting(longest)}</td>
            <td class="bar">
              <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
                <rect class={`stay ${lane}`} width={(longest / most) * 100} height="12" />
                <rect class={`area ${lane}`} width={Math.max(0.5, (median / most) * 100)} height="12" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
