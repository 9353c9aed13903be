import { useMemo } from 'preact/hooks';
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
  const wanted = Object.entries(FILTERS).flatMap(([name, valueOf]) => {
    const value = filterOf(name);
    return value === '' ? [] : [(entry: ActivityEntry) => valueOf(entry) === value];
  });
  const chosen = activity.filter((entry) => wanted.every((isSo) => isSo(entry)));
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
        {chosen.slice(0, SHOWN).map((entry) => (
          <Entry key={entry.sequence} entry={entry} />
        ))}
      </ol>
    </>
  );
};

const SHOWN = 200;

/** Drawn again when its age has changed, not whenever another event has come. */
const Entry = ({ entry: { event } }: { readonly entry: ActivityEntry }) =>
  useMemo(() => {
    const { project, feature, workPackage } = cellOf(event);
    return (
      <li>
        <EventLine event={event} />
        <p class="line faint">
          {workPackage === '' ? null : (
            <a href={pagePath({ project, feature, workPackage })}>{workPackage}</a>
          )}
          <span>
            {projectName(project)} / {feature}
          </span>
          <span>{event.node_id}</span>
        </p>
      </li>
    );
  }, [event, Math.floor(Date.now() / AGES_MS)]);

const AGES_MS = 20_000;

/** Who is said to have done it, an agent or a person. */
const agentOf = ({ payload }: ActivityEntry['event']): string | undefined =>
  ['agent_id', 'changed_by', 'author']
    .map((name) => textOf(payload, name))
    .find((name) => name !== undefined);
