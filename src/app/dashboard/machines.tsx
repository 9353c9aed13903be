import { SILENT_AFTER_MS } from '../../domain/hub/attention.js';
import type { Project } from '../../domain/hub/api.js';
import { pagePath } from '../../domain/hub/page-path.js';
import { projectName } from './board-rows.js';
import { projects, version } from './live.js';
import { Ago, Empty } from './words.js';

interface Heard {
  readonly node: string;
  readonly projects: readonly string[];
  readonly events: number;
  readonly lastReceivedAt: string;
}

/** Every machine with what it works in and when it was last heard, the freshest first. */
export const Machines = () => {
  void version.value;
  const all = machinesOf([...projects.values()]);
  if (all.length === 0) return <Empty>No machine has sent an event yet.</Empty>;
  return (
    <div class="scroll-x" role="region" aria-label="Machines" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Machine</th>
            <th scope="col">Last event received</th>
            <th scope="col">Projects</th>
            <th scope="col" class="number">
              Events
            </th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, 500).map((machine) => (
            <tr key={machine.node}>
              <td>
                <a href={`/activity?machine=${encodeURIComponent(machine.node)}`}>{machine.node}</a>
              </td>
              <td>
                <Ago time={machine.lastReceivedAt} />{' '}
                {Date.now() - Date.parse(machine.lastReceivedAt) > SILENT_AFTER_MS ? (
                  <span class="flag">silent</span>
                ) : null}
              </td>
              <td class="links">
                {machine.projects.map((project) => (
                  <a key={project} href={pagePath({ project })}>
                    {projectName(project)}
                  </a>
                ))}
              </td>
              <td class="number">{machine.events}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const machinesOf = (all: readonly Project[]): readonly Heard[] => {
  const heard = new Map<string, Heard>();
  for (const { project_uuid: project, nodes } of all)
    for (const { node_id: node, events, last_received_at: at } of nodes) {
      const known = heard.get(node) ?? { node, projects: [], events: 0, lastReceivedAt: at };
      heard.set(node, {
        node,
        projects: [...known.projects, project],
        events: known.events + events,
        lastReceivedAt: known.lastReceivedAt > at ? known.lastReceivedAt : at,
      });
    }
  return [...heard.values()].sort((a, b) => (a.lastReceivedAt < b.lastReceivedAt ? 1 : -1));
};
