import { pagePath } from '../../domain/hub/page-path.js';
import { SILENT_AFTER_MS } from '../../domain/hub/attention.js';
import { projects, version } from './live.js';
import { Ago, Empty } from './words.js';

/** Every machine with when it was last heard, the freshest first. */
export const Machines = () => {
  void version.value;
  const all = [...projects.values()]
    .flatMap((project) => project.nodes.map((node) => ({ project, node })))
    .sort((a, b) => (a.node.last_received_at < b.node.last_received_at ? 1 : -1));
  if (all.length === 0) return <Empty>No machine has sent an event yet.</Empty>;
  return (
    <div class="scroll-x" role="region" aria-label="Machines" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Machine</th>
            <th scope="col">Project</th>
            <th scope="col">Last event received</th>
            <th scope="col" class="number">
              Events
            </th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, 500).map(({ project, node }) => (
            <tr key={`${project.project_uuid}/${node.node_id}`}>
              <td>
                <a href={`/activity?machine=${encodeURIComponent(node.node_id)}`}>{node.node_id}</a>
              </td>
              <td>
                <a href={pagePath({ project: project.project_uuid })}>
                  {project.project_slug ?? project.project_uuid.slice(0, 8)}
                </a>
              </td>
              <td>
                <Ago time={node.last_received_at} />
                {Date.now() - Date.parse(node.last_received_at) > SILENT_AFTER_MS ? (
                  <span class="flag">silent</span>
                ) : null}
              </td>
              <td class="number">{node.events}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
