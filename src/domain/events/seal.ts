import { withRedactedInspect } from '../redacted-inspect.js';
import type { EventEnvelope, EventFacts } from './envelope.js';
import type { EventType } from './payloads.js';

/**
 * The only constructor of an envelope: the facts with the node and the Lamport timestamp that capture gives them, in
 * the key order of the wire. Never changes afterwards, and shows no payload when it is logged as an object.
 */
export const seal = <T extends EventType>(
  facts: EventFacts<T>,
  nodeId: string,
  lamport: number,
): EventEnvelope<T> => {
  const envelope: EventEnvelope<T> = {
    event_id: facts.event_id,
    event_type: facts.event_type,
    aggregate_id: facts.aggregate_id,
    aggregate_type: facts.aggregate_type,
    payload: facts.payload,
    node_id: nodeId,
    lamport_clock: lamport,
    causation_id: facts.causation_id,
    timestamp: facts.timestamp,
    team_slug: facts.team_slug,
    project_uuid: facts.project_uuid,
    project_slug: facts.project_slug,
    git_branch: facts.git_branch,
    head_commit_sha: facts.head_commit_sha,
    repo_slug: facts.repo_slug,
    correlation_id: facts.correlation_id,
    schema_version: facts.schema_version,
  };
  return Object.freeze(withRedactedInspect(envelope, describe(envelope)));
};

const describe = (envelope: EventEnvelope): string =>
  `EventEnvelope(${envelope.event_type} ${envelope.event_id} ${envelope.aggregate_id} lamport ${envelope.lamport_clock})`;
