import { pagePath } from '../../domain/hub/page-path.js';
import { cellOf, textOf } from '../../domain/hub/board-event.js';
import { activity, version, type ActivityEntry } from './live.js';
import { projectName } from './board-rows.js';
import { Choice, distinct } from './filters.js';
import { Empty } from './words.js';
import { filterOf } from './router.js';
import { EventLine } from './work-package.js';

const FILTERS: Readonly<Record<string, (entry: ActivityEntry) => string>> = {
  project: ({ event }) => cellOf(event).project,
  feature: ({ event }) => cellOf(event).feature,
  type: ({ event }) => event.event_type,
  agent: ({ event }) => agentOf(event) ?? '',
  machine: ({ event }) => event.node_id,
};

/** The events that were stored last, as they come. */
export const Activity = () => {
  void version.value;
  const chosen = activity.filter((entry) =>
    Object.entries(FILTERS).every(
      ([name, valueOf]) => filterOf(name) === '' || filterOf(name) === valueOf(entry),
    ),
  );
  return (
    <>
      <div class="filters" role="search">
        {Object.entries(FILTERS).map(([name, valueOf]) => (
          <Choice
            key={name}
            name={name}
            label={`${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`}
            values={distinct([...activity.map(valueOf), filterOf(name)]).map(([value]) => [
              value,
              name === 'project' ? projectName(value) : value,
            ])}
          />
        ))}
        <span class="faint number">
          {chosen.length} of the latest {activity.length} events
        </span>
      </div>
      {chosen.length === 0 ? <Empty>None of the latest events fits.</Empty> : null}
      <ol class="timeline">
        {chosen.slice(0, SHOWN).map((entry) => {
          const { project, feature, workPackage } = cellOf(entry.event);
          return (
            <li key={entry.sequence}>
              <EventLine event={entry.event} />
              <p class="line faint">
                {workPackage === '' ? null : (
                  <a href={pagePath({ project: project, feature: feature, workPackage: workPackage })}>
                    {workPackage}
                  </a>
                )}
                <span>
                  {projectName(project)} / {feature}
                </span>
                <span>{entry.event.node_id}</span>
              </p>
            </li>
          );
        })}
      </ol>
    </>
  );
};

const SHOWN = 200;

/** Who is said to have done it, an agent or a person. */
const agentOf = ({ payload }: ActivityEntry['event']): string | undefined =>
  ['agent_id', 'changed_by', 'author']
    .map((name) => textOf(payload, name))
    .find((name) => name !== undefined);
