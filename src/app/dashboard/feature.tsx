import { pagePath } from '../../domain/hub/page-path.js';
import type { FlowDocument } from '../../domain/hub/api.js';
import { Board } from './board.js';
import { CycleTimes } from './cycle-times.js';
import { FlowChart } from './flow-chart.js';
import { Graph } from './graph.js';
import { boards, version } from './live.js';
import { projectName } from './board-rows.js';
import { Empty, Said } from './words.js';
import { useCall } from './use-call.js';
import { Usage } from './usage.js';

export const Feature = ({ project, feature }: { readonly project: string; readonly feature: string }) => {
  void version.value;
  const board = boards.board(project).find((each) => each.feature_slug === feature);
  const all = board?.work_packages ?? [];
  const done = all.filter(({ lane }) => lane === 'done').length;
  const moves = all.reduce((sum, { transitions }) => sum + transitions, all.length);
  const flow = useCall<FlowDocument>(
    `/api/v1/projects/${project}/features/${encodeURIComponent(feature)}/flow/`,
    moves,
  );
  if (board === undefined)
    return <Empty>This team has no such feature. None of its events has arrived here.</Empty>;
  return (
    <>
      <h1>
        <Said text={feature} wide />
      </h1>
      <p class="faint">
        <a href={pagePath({ project })}>{projectName(project)}</a> · {done} done, {all.length - done} left
        {board.feature?.target_branch == null ? null : <> · merges into {board.feature.target_branch}</>}
      </p>
      <Board project={project} feature={feature} />
      <Usage board={board} />
      <section aria-labelledby="graph">
        <h2 id="graph">Dependencies</h2>
        <Graph key={`${project}/${feature}`} project={project} feature={feature} workPackages={all} />
      </section>
      {flow.is === 'there' ? (
        <div class="pictures">
          <section aria-labelledby="flow">
            <h2 id="flow">Flow</h2>
            <FlowChart days={flow.value.days} />
          </section>
          <section aria-labelledby="cycle">
            <h2 id="cycle">Time in each lane</h2>
            <CycleTimes times={flow.value.cycle_times} />
          </section>
        </div>
      ) : (
        <Empty>{flow.is === 'failed' ? flow.why : 'Reading…'}</Empty>
      )}
    </>
  );
};
