import { LANES } from '../../domain/events/lane.js';
import { projectName, rows, type Row } from './board-rows.js';
import { Card } from './card.js';
import { Choice, distinct } from './filters.js';
import { Virtual } from './virtual-list.js';
import { Empty, LANE_NAMES } from './words.js';
import { filterOf, setFilter } from './router.js';

/** The board over all projects, or of one project or feature. */
export const Board = ({ project, feature }: { readonly project?: string; readonly feature?: string }) => {
  const all = rows(project).filter((row) => feature === undefined || row.feature === feature);
  const chosen = all.filter(isChosen);
  return (
    <>
      <div class="filters" role="search">
        {project === undefined ? (
          <Choice
            name="project"
            label="Project"
            values={[...new Set(all.map((row) => row.project))].map((id) => [id, projectName(id)])}
          />
        ) : null}
        {feature === undefined ? (
          <Choice name="feature" label="Feature" values={distinct(all.map((row) => row.feature))} />
        ) : null}
        <Choice name="agent" label="Agent" values={distinct(all.map((row) => row.state.agent?.agent_id))} />
        <label class="choice">
          Text
          <input
            type="search"
            value={filterOf('q')}
            onInput={(event) => setFilter('q', event.currentTarget.value)}
          />
        </label>
        <span class="faint number">
          {chosen.length} of {all.length} work packages
        </span>
      </div>
      {all.length === 0 ? (
        <Empty>No work packages yet. Finalize the tasks of a feature, and they appear here.</Empty>
      ) : chosen.length === 0 ? (
        <Empty>None of the work packages fits.</Empty>
      ) : null}
      <div class="board">
        {LANES.map((lane) => {
          const own = chosen.filter(({ state }) => (state.lane ?? 'planned') === lane);
          return (
            <section key={lane} class="column" aria-label={`${LANE_NAMES[lane]}, ${own.length}`}>
              <h2>
                <span class={`lane ${lane}`}>{LANE_NAMES[lane]}</span> <span class="count">{own.length}</span>
              </h2>
              <Virtual
                label={LANE_NAMES[lane]}
                items={own}
                height={CARD_HEIGHT}
                keyOf={(row) => `${row.project}/${row.feature}/${row.state.wp_id}`}
                render={(row) => <Card row={row} place={feature === undefined} />}
              />
            </section>
          );
        })}
      </div>
    </>
  );
};

/** As the style sheet draws it, with the space below. */
const CARD_HEIGHT = 64;

const isChosen = ({ project, feature, state }: Row): boolean => {
  const text = filterOf('q').toLowerCase();
  return (
    (filterOf('project') === '' || filterOf('project') === project) &&
    (filterOf('feature') === '' || filterOf('feature') === feature) &&
    (filterOf('agent') === '' || filterOf('agent') === state.agent?.agent_id) &&
    (text === '' || `${state.wp_id} ${state.title ?? ''} ${feature}`.toLowerCase().includes(text))
  );
};
