import { pagePath } from '../../domain/hub/page-path.js';
import type { AttentionReason } from '../../domain/hub/api.js';
import { attentionOf, atWorkOf, type WatchedProject } from '../../domain/hub/now.js';
import { projectName, features } from './board-rows.js';
import { Agent, Ago, Empty, FeatureLink, Said, Span } from './words.js';
import { boards, projects, told, version } from './live.js';

const REASONS: Readonly<Record<AttentionReason, string>> = {
  paused: 'orchestration waits for a person',
  error: 'failed',
  rejected: 'came back again and again',
  concurrent: 'moved on two machines at once',
  review: 'waits for a review',
  silent: 'fell silent',
};

/** What the hub answers at `/api/v1/now/`, worked out from the boards of this page, so that it moves with them. */
export const watched = (): readonly WatchedProject[] => {
  void version.value;
  return boards.projects().map((project) => ({
    project,
    features: boards.board(project),
    machines: projects.get(project)?.nodes ?? [],
    told,
  }));
};

export const Now = () => {
  const all = watched();
  const items = attentionOf(all, Date.now());
  const atWork = atWorkOf(all);
  return (
    <div class="now">
      <section aria-labelledby="needs">
        <h2 id="needs">
          What needs me <span class="count">{items.length}</span>
        </h2>
        {items.length === 0 ? <Empty>Nothing waits for a person.</Empty> : null}
        <ul class="list">
          {items.slice(0, SHOWN).map((item) => (
            <li key={`${item.project}/${item.feature}/${item.wp_id}`}>
              <a
                class={`item ${item.reason}`}
                href={pagePath({ project: item.project, feature: item.feature, workPackage: item.wp_id })}
              >
                <span class="line">
                  <b>{item.wp_id}</b>
                  <Said text={item.title ?? ''} wide />
                  <Ago time={item.since} />
                </span>
                <span class="line faint">
                  <span class="reason">{REASONS[item.reason]}</span>
                  <Said text={`${projectName(item.project)} / ${item.feature}`} wide />
                </span>
                {item.detail === null ? null : (
                  <span class="line alarm">
                    <Said text={item.detail} wide />
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
        {items.length > SHOWN ? <p class="faint">and {items.length - SHOWN} more</p> : null}
      </section>
      <section aria-labelledby="atwork">
        <h2 id="atwork">
          Agents at work <span class="count">{atWork.length}</span>
        </h2>
        {atWork.length === 0 ? <Empty>No agent is at work.</Empty> : null}
        <ul class="list">
          {atWork.slice(0, SHOWN).map((one) => (
            <li key={`${one.project}/${one.feature}/${one.wp_id}`}>
              <a
                class="item"
                href={pagePath({ project: one.project, feature: one.feature, workPackage: one.wp_id })}
              >
                <span class="line">
                  <Agent name={one.agent} />{' '}
                  <span class="faint">{one.phase === 'review' ? 'reviews' : 'works on'}</span>{' '}
                  <b>{one.wp_id}</b>
                  <Said text={one.title ?? ''} wide />
                  <span class="ago">
                    for <Span since={one.since} />
                  </span>
                </span>
                <span class="line faint">
                  <Said text={`${projectName(one.project)} / ${one.feature}`} wide />
                  <span>
                    on {one.node_id}
                    {one.last_output !== null ? (
                      <>
                        , silent for <Span since={one.last_output} />
                      </>
                    ) : one.last_heard !== null ? (
                      <>
                        , heard <Ago time={one.last_heard} />
                      </>
                    ) : null}
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="features">
        <h2 id="features">Features</h2>
        <FeatureTable />
      </section>
    </div>
  );
};

const SHOWN = 50;

export const FeatureTable = ({ project: only }: { readonly project?: string }) => {
  const all = features(only).filter(({ board }) => board.work_packages.length > 0);
  if (all.length === 0)
    return (
      <Empty>
        No events yet. Run spec-kitty in a repository that shares with this hub, and its work appears here.
      </Empty>
    );
  return (
    <ul class="list features">
      {all.slice(0, 200).map(({ project, board }) => {
        const done = board.work_packages.filter(({ lane }) => lane === 'done').length;
        const total = board.work_packages.length;
        return (
          <li key={`${project}/${board.feature_slug}`} class="item">
            <span class="line">
              <FeatureLink project={project} feature={board.feature_slug} />
              <span class="number">
                {done} of {total} done
              </span>
            </span>
            <span class="line faint">
              <a href={pagePath({ project })}>{projectName(project)}</a>
              <meter min={0} max={total} value={done} aria-label={`${done} of ${total} done`} />
            </span>
          </li>
        );
      })}
    </ul>
  );
};
