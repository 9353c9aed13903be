import { pagePath } from '../../domain/hub/page-path.js';
import { projectName, titleOf, type Row } from './board-rows.js';
import { Agent, Said } from './words.js';

export const Card = ({ row, place }: { readonly row: Row; readonly place: boolean }) => (
  <a
    class={`card ${row.state.lane ?? 'none'}`}
    href={pagePath({ project: row.project, feature: row.feature, workPackage: row.state.wp_id })}
  >
    <span class="line">
      <b>{row.state.wp_id}</b> <Said text={titleOf(row.state)} />
    </span>
    <span class="line faint">
      {row.state.agent === null ? null : <Agent name={row.state.agent.agent_id} />}
      {row.state.detail === null ? null : <span>{row.state.detail}</span>}
      {row.state.errors === 0 ? null : (
        <span class="alarm">{row.state.errors === 1 ? '1 error' : `${row.state.errors} errors`}</span>
      )}
      {place ? <Said text={`${projectName(row.project)} / ${row.feature}`} /> : null}
    </span>
  </a>
);
