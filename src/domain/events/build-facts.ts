import type { Issue } from '../result.js';
import { aggregateOf } from './aggregate.js';
import { checkJson } from './check-json.js';
import { SCHEMA_VERSION, type EventFacts } from './envelope.js';
import { fitPayload } from './fit-payload.js';
import { MAX_ENVELOPE_BYTES, parseEnvelope } from './parse-envelope.js';
import { payloadRule, type KeyRule } from './payload-rules.js';
import type { EventType, PayloadInput, PayloadOf } from './payloads.js';
import { redactMember } from './redact-member.js';
import type { RedactionScope } from './redact.js';
import { seal } from './seal.js';
import { toJson } from './to-json.js';
import { utf8Length } from './utf8-length.js';

/** What happened, where, when and for whom. `null` means known to be absent. */
export interface FactsInput<T extends EventType = EventType> {
  /** ULID of the event. */
  readonly eventId: string;
  readonly eventType: T;
  /** The work package id, the feature slug, or the literal `error`: what the payload is about. */
  readonly aggregateId: string;
  readonly payload: PayloadInput<T> | PayloadOf<T>;
  /** ULID of the event or command run that led to this event. */
  readonly causationId: string | null;
  /** ULID of the command run. */
  readonly correlationId: string;
  /** Occurrence time, ISO 8601 UTC. */
  readonly timestamp: string;
  /** The signed-in team when the work began, else the team of local events. */
  readonly teamSlug: string;
  readonly projectUuid: string | null;
  readonly projectSlug: string | null;
  readonly gitBranch: string | null;
  readonly headCommitSha: string | null;
  readonly repoSlug: string | null;
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
    input.eventType,
    withDefaults(input.eventType, unfit.length === 0 ? given : toJson(given)),
    input.redaction,
  );
  const event = fit(input.eventType, factsOf(input, payload));
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

const factsOf = <T extends EventType>(input: FactsInput<T>, payload: Fields): EventFacts<T> => ({
  event_id: input.eventId,
  event_type: input.eventType,
  aggregate_id: input.aggregateId,
  aggregate_type: aggregateOf(input.eventType, payload).type,
  payload: payload as EventFacts<T>['payload'],
  causation_id: input.causationId,
  timestamp: input.timestamp,
  team_slug: input.teamSlug,
  project_uuid: input.projectUuid,
  project_slug: input.projectSlug,
  git_branch: input.gitBranch,
  head_commit_sha: input.headCommitSha,
  repo_slug: input.repoSlug,
  correlation_id: input.correlationId,
  schema_version: SCHEMA_VERSION,
});

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
