import type { Issue } from '../result.js';
import { aggregateOf } from './aggregate.js';
import { checkJson } from './check-json.js';
import { SCHEMA_VERSION, type EventFacts } from './envelope.js';
import { fitPayload } from './fit-payload.js';
import { MAX_ENVELOPE_BYTES, parseEnvelope } from './parse-envelope.js';
import { payloadRule, type KeyRule } from './payload-rules.js';
import type { EventType, PayloadInput } from './payloads.js';
import { redactMember } from './redact-member.js';
import type { RedactionScope } from './redact.js';
import { seal } from './seal.js';
import { toJson } from './to-json.js';
import { utf8Length } from './utf8-length.js';

/** Where, when and for whom something happened. */
export interface EventContext {
  /** ULID of the event. */
  readonly eventId: string;
  /** Occurrence time, ISO 8601 UTC. */
  readonly timestamp: string;
  /** ULID of the command run. */
  readonly correlationId: string;
  /** ULID of the event or command run that led to this event. */
  readonly causationId?: string;
  /** The signed-in team when the work began, else {@link LOCAL_TEAM}. */
  readonly team: string;
  readonly projectUuid?: string;
  readonly projectSlug?: string;
  readonly repoSlug?: string;
  readonly gitBranch?: string;
  readonly headCommitSha?: string;
}

export interface FactsInput<T extends EventType = EventType> {
  readonly type: T;
  readonly payload: PayloadInput<T>;
  readonly context: EventContext;
  /** What the redactor has to know. */
  readonly redaction: RedactionScope;
}

export interface BuiltFacts<T extends EventType = EventType> {
  readonly event: EventFacts<T>;
  /** Empty when the event is valid; otherwise it is captured as a dead letter with these. */
  readonly issues: readonly Issue[];
}

/**
 * Makes the facts of an event: fills in defaults, redacts free text, cuts what is too long, and judges the result by
 * the rules of our own writers. Never throws, whatever the payload is at run time, and the facts always survive JSON.
 */
export const buildFacts = <T extends EventType>(input: FactsInput<T>): BuiltFacts<T> => {
  const given: unknown = input.payload;
  const unfit = checkJson(given).map(({ path, reason }) => ({
    path: path === '' ? 'payload' : `payload.${path}`,
    reason,
  }));
  const payload = redactAll(
    input.type,
    withDefaults(input.type, unfit.length === 0 ? given : toJson(given)),
    input.redaction,
  );
  const event = fit(input.type, factsOf(input, payload));
  const judged = parseEnvelope(sample(event), 'own');
  return { event, issues: [...unfit, ...(judged.ok ? [] : judged.error)] };
};

type Fields = Readonly<Record<string, unknown>>;

/** In the rule's key order, which is the wire's; unknown keys follow and are reported by the judgement. */
const withDefaults = (type: EventType, given: unknown): Fields => {
  const members: Fields = typeof given === 'object' && given !== null ? (given as Fields) : {};
  const { keys } = payloadRule(type);
  const known = Object.entries(keys).map(
    ([key, rule]) =>
      [key, members[key] ?? (rule.default === undefined ? members[key] : rule.default)] as const,
  );
  const unknown = Object.entries(members).filter(([key]) => !Object.hasOwn(keys, key));
  return Object.fromEntries([...known, ...unknown].filter(([, value]) => value !== undefined));
};

const redactAll = (type: EventType, payload: Fields, scope: RedactionScope): Fields =>
  Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [key, redactMember(ruleOf(type, key), value, scope)]),
  );

const ruleOf = (type: EventType, key: string): KeyRule | undefined => {
  const { keys } = payloadRule(type);
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
};

const factsOf = <T extends EventType>(input: FactsInput<T>, payload: Fields): EventFacts<T> => {
  const { context, type } = input;
  const aggregate = aggregateOf(type, payload);
  return {
    event_id: context.eventId,
    event_type: type,
    aggregate_id: aggregate.id,
    aggregate_type: aggregate.type,
    payload: payload as EventFacts<T>['payload'],
    causation_id: context.causationId ?? null,
    timestamp: context.timestamp,
    team_slug: context.team,
    project_uuid: context.projectUuid ?? null,
    project_slug: context.projectSlug ?? null,
    git_branch: context.gitBranch ?? null,
    head_commit_sha: context.headCommitSha ?? null,
    repo_slug: context.repoSlug ?? null,
    correlation_id: context.correlationId,
    schema_version: SCHEMA_VERSION,
  };
};

const fit = <T extends EventType>(type: T, event: EventFacts<T>): EventFacts<T> => {
  const excess = utf8Length(JSON.stringify(sample(event))) - MAX_ENVELOPE_BYTES;
  if (excess <= 0) return event;
  const freeKeys = Object.entries(payloadRule(type).keys).flatMap(([key, { rule }]) =>
    rule.is === 'text' && rule.free !== undefined ? [key] : [],
  );
  return {
    ...event,
    payload: fitPayload(event.payload as Fields, freeKeys, excess) as EventFacts<T>['payload'],
  };
};

/** The envelope as it will be at most: the largest node id and Lamport timestamp there can be. */
const sample = (event: EventFacts) => seal(event, 'ffffffffffff', 2 ** 48);
