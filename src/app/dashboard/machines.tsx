import { SILENT_AFTER_MS } from '../../domain/hub/now.js';
import type { MachinesDocument, Project } from '../../domain/hub/api.js';
import { pagePath } from '../../domain/hub/page-path.js';
import { projectName } from './board-rows.js';
import { projects, told, version } from './live.js';
import { Ago, Empty, Span } from './words.js';

interface Heard {
  readonly node: string;
  readonly projects: readonly string[];
  readonly events: number;
  /** Its highest Lamport timestamp. */
  readonly clock: number;
  /** When something of it was last received: an event, or what it says of itself. */
  readonly heardAt: string;
  readonly said?: Said;
}

type Said = MachinesDocument['machines'][number];

/** Every machine with what it works in, when it was last heard and what it said waits there, the freshest first. */
export const Machines = () => {
  void version.value;
  const all = machinesOf([...projects.values()], told.machines);
  if (all.length === 0) return <Empty>No machine has sent anything yet.</Empty>;
  return (
    <div class="scroll-x" role="region" aria-label="Machines" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Machine</th>
            <th scope="col">Last heard</th>
            <th scope="col">Waits there</th>
            <th scope="col">Projects</th>
            <th scope="col" class="number">
              Events
            </th>
            <th scope="col" class="number">
              Clock
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
                <Ago time={machine.heardAt} />{' '}
                {Date.now() - Date.parse(machine.heardAt) > SILENT_AFTER_MS ? (
                  <span class="flag">silent</span>
                ) : null}
              </td>
              <td class="wraps">
                {machine.said === undefined ? (
                  <span class="faint">not said</span>
                ) : (
                  <Waits said={machine.said} />
                )}
              </td>
              <td class="wraps">
                <span class="links">
                  {machine.projects.map((project) => (
                    <a key={project} href={pagePath({ project })}>
                      {projectName(project)}
                    </a>
                  ))}
                </span>
              </td>
              <td class="number">{machine.events}</td>
              <td class="number">{machine.clock}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

/** As the machine said it, with when it did: what waits now only it knows. */
const Waits = ({ said }: { readonly said: Said }) => {
  const { waiting, oldest_waiting: oldest, told_at: at } = said;
  return (
    <>
      {waiting === 0 ? 'nothing' : waiting === 1 ? '1 event' : `${waiting} events`}
      {oldest === null ? null : (
        <>
          , the oldest for <Span since={oldest} />
        </>
      )}{' '}
      <span class="faint">
        (said <Ago time={at} />)
      </span>
    </>
  );
};

const machinesOf = (all: readonly Project[], said: MachinesDocument['machines']): readonly Heard[] => {
  const heard = new Map<string, Heard>();
  const join = (node: string, heardAt: string, more: Partial<Heard> = {}): void => {
    const known = heard.get(node) ?? { node, projects: [], events: 0, clock: 0, heardAt };
    const latest = known.heardAt > heardAt ? known.heardAt : heardAt;
    heard.set(node, { ...known, ...more, heardAt: latest });
  };
  for (const each of said) join(each.node_id, each.told_at, { said: each });
  for (const { project_uuid: project, nodes } of all)
    for (const { node_id: node, events, last_lamport_clock: clock, last_received_at: at } of nodes) {
      const known = heard.get(node);
      join(node, at, {
        projects: [...(known?.projects ?? []), project],
        events: (known?.events ?? 0) + events,
        clock: Math.max(known?.clock ?? 0, clock),
      });
    }
  return [...heard.values()].sort((a, b) => (a.heardAt < b.heardAt ? 1 : -1));
};
