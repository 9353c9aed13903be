import { pagePath } from '../../domain/hub/page-path.js';
import { describePayload } from '../../domain/events/describe-payload.js';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import type { HistoryDocument } from '../../domain/hub/api.js';
import { boards, version } from './live.js';
import { projectName, titleOf } from './board-rows.js';
import { Agent, Ago, Empty, FeatureLink, LaneMark, Moment, Said } from './words.js';
import { useCall } from './use-call.js';

interface Place {
  readonly project: string;
  readonly feature: string;
  readonly id: string;
}

/** What happened to one work package, in causal order. */
export const WorkPackage = ({ project, feature, id }: Place) => {
  void version.value;
  const state = boards
    .board(project)
    .find((each) => each.feature_slug === feature)
    ?.work_packages.find((each) => each.wp_id === id);
  const history = useCall<HistoryDocument>(
    `/api/v1/projects/${project}/features/${encodeURIComponent(feature)}/history/?work_package=${encodeURIComponent(id)}`,
    state?.events,
  );
  return (
    <>
      <h1>
        {id} <Said text={state === undefined ? '' : titleOf(state)} wide />
      </h1>
      <p class="line faint">
        {state === undefined ? null : <LaneMark lane={state.lane} detail={state.detail} />}
        {state?.agent == null ? null : <Agent name={state.agent.agent_id} />}
        <a href={pagePath({ project })}>{projectName(project)}</a>
        <FeatureLink project={project} feature={feature} />
      </p>
      {state?.dependencies.length ? (
        <p class="faint">Depends on {state.dependencies.map((each) => each.wp_id).join(', ')}.</p>
      ) : null}
      <h2>What happened here</h2>
      {history.is === 'waiting' ? <Empty>Reading…</Empty> : null}
      {history.is === 'failed' ? <p role="alert">{history.why}</p> : null}
      {history.is === 'there' && history.value.entries.length === 0 ? (
        <Empty>No events of this work package.</Empty>
      ) : null}
      {history.is === 'there' ? (
        <ol class="timeline">
          {history.value.more ? <li class="faint">Earlier events are left out.</li> : null}
          {history.value.entries.map((entry) => (
            <li key={entry.sequence}>
              <EventLine event={entry.event} late={entry.late} concurrent={entry.concurrent} />
              <p class="line faint">
                <span>{entry.event.node_id}</span>
                {entry.event.git_branch === null ? null : <Said text={String(entry.event.git_branch)} />}
                <span>
                  happened <Moment time={entry.event.timestamp} />
                </span>
                <span>
                  received <Moment time={entry.received_at} />
                </span>
                <span>clock {entry.event.lamport_clock}</span>
              </p>
            </li>
          ))}
        </ol>
      ) : null}
    </>
  );
};

/** One event in a sentence. */
export const EventLine = ({
  event,
  late,
  concurrent,
}: {
  readonly event: EnvelopeDocument;
  readonly late?: boolean;
  readonly concurrent?: boolean;
}) => (
  <p class="line">
    <b>{event.event_type}</b>
    <Said text={describePayload(event) || event.aggregate_id} wide />
    {late === true ? <span class="flag">late</span> : null}
    {concurrent === true ? <span class="flag">concurrent</span> : null}
    <Ago time={event.timestamp} />
  </p>
);
