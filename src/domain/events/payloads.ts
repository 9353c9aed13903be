import { exactOptional, type GenericSchema, type InferInput, type ObjectSchema } from 'valibot';
import { bearing, object, type Frozen } from '../document.js';
import { FEATURE_SLUG_PATTERN, WORK_PACKAGE_ID_PATTERN } from '../ids.js';
import * as is from './values.js';
import type { Value } from './values.js';

/** A key of a payload: its kind of value, and who has to write it. Of which nothing else is said, everybody has. */
export interface PayloadKey<Own extends GenericSchema = GenericSchema> extends Value<Own> {
  /** What an absent key means. */
  readonly default?: unknown;
  /** Its name in the vocabulary of older clients. */
  readonly formerly?: string;
}

const formerly = <Key extends PayloadKey>(name: string, key: Key) => ({ ...key, formerly: name });

/** Older clients write `null` for an optional value that they do not have, and empty text for one with a default. */
const orAbsent = (foreign: GenericSchema, isNothing: (value: unknown) => boolean) =>
  exactOptional(bearing(foreign, isNothing));

const isNull = (value: unknown): boolean => value === null;

/** Required of our writers; readers bear its absence. */
const ofWriters = <Own extends GenericSchema>(value: Value<Own>): PayloadKey<Own> => ({
  ...value,
  foreign: orAbsent(value.foreign, isNull),
});

const optionally = <Own extends GenericSchema>(value: Value<Own>) => ({
  ...ofWriters(value),
  own: exactOptional(value.own),
});

const defaulted = <Own extends GenericSchema, const Default extends InferInput<Own>>(
  value: Value<Own>,
  standard: Default,
) => ({
  ...value,
  own: exactOptional(value.own, standard),
  foreign: orAbsent(value.foreign, (given) => given === null || given === ''),
  default: standard,
});

export const agentPhase = is.choice('implementation', 'review');
export const resolutionType = is.choice('completed', 'skipped', 'merged');

const workPackageId = is.matching(WORK_PACKAGE_ID_PATTERN);
/** A `WP01` exists in every feature; clients of spec-kitty 2 do not say in which one theirs is. */
const featureOfWorkPackage = ofWriters(is.text);

/**
 * The payload of every event type, once, its keys in wire order: type, validation, defaults, redaction, the reading of
 * older clients' events and the JSON Schema all come from this table.
 */
const PAYLOADS = {
  WPStatusChanged: {
    wp_id: workPackageId,
    previous_status: formerly('from_lane', is.lane),
    new_status: formerly('to_lane', is.lane),
    changed_by: formerly('actor', defaulted(is.prose, 'user')),
    feature_slug: featureOfWorkPackage,
    /** The finer lane of a status log. */
    detail: optionally(is.text),
  },
  WPCreated: {
    wp_id: workPackageId,
    title: is.prose,
    dependencies: defaulted(is.listOf(WORK_PACKAGE_ID_PATTERN), []),
    status: defaulted(is.lane, 'planned'),
    feature_slug: featureOfWorkPackage,
    detail: optionally(is.text),
  },
  WPAssigned: {
    wp_id: workPackageId,
    agent_id: is.prose,
    phase: agentPhase,
    retry_count: defaulted(is.count, 0),
    feature_slug: featureOfWorkPackage,
  },
  FeatureCreated: {
    feature_slug: is.matching(FEATURE_SLUG_PATTERN),
    /** Absent when the feature's folder does not begin with a number. */
    feature_number: optionally(is.matching(/^\d{3,}$/)),
    target_branch: is.text,
    wp_count: is.count,
    created_at: optionally(is.time),
  },
  FeatureCompleted: {
    feature_slug: is.text,
    total_wps: is.count,
    completed_at: optionally(is.time),
    total_duration: optionally(is.duration),
  },
  HistoryAdded: {
    wp_id: workPackageId,
    entry_type: is.choice('note', 'review', 'error', 'comment', 'usage'),
    entry_content: is.prose,
    author: defaulted(is.prose, 'user'),
    feature_slug: featureOfWorkPackage,
    /** Of an entry of the type `usage`: what the run took of which it tells. What is absent is unknown. */
    phase: optionally(agentPhase),
    duration_ms: optionally(is.count),
    turns: optionally(is.count),
    input_tokens: optionally(is.count),
    output_tokens: optionally(is.count),
    cost_usd_micros: optionally(is.count),
  },
  ErrorLogged: {
    error_type: is.choice('validation', 'runtime', 'network', 'auth', 'unknown'),
    error_message: is.prose,
    wp_id: defaulted(is.textOrNull, null),
    stack_trace: defaulted(is.traceOrNull, null),
    agent_id: defaulted(is.proseOrNull, null),
    feature_slug: optionally(is.text),
    /** Why an orchestration waits for a person: what the error is about, if it is there. */
    pause_reason: optionally(is.text),
  },
  DependencyResolved: {
    wp_id: workPackageId,
    dependency_wp_id: workPackageId,
    resolution_type: resolutionType,
    feature_slug: featureOfWorkPackage,
  },
} as const satisfies Readonly<Record<string, Keys>>;

type Keys = Readonly<Record<string, PayloadKey>>;

export type EventType = keyof typeof PAYLOADS;

export const EVENT_TYPES = Object.keys(PAYLOADS) as readonly EventType[];

export const isEventType = (text: string): text is EventType => Object.hasOwn(PAYLOADS, text);

/** What valibot makes of the keys of a payload: its type as it is given, and as it is filled in. */
type Own<K extends Keys> = NonNullable<
  ObjectSchema<{ readonly [Name in keyof K]: K[Name]['own'] }, undefined>['~types']
>;

type Written = { readonly [T in EventType]: Frozen<Own<(typeof PAYLOADS)[T]>['output']> };
type Given = { readonly [T in EventType]: Frozen<Own<(typeof PAYLOADS)[T]>['input']> };

/** Every payload as our writers fill it. An interface, so that the payload of any type is one of them to the compiler. */
export interface Payloads extends Written {}

export type PayloadOf<T extends EventType> = Payloads[T];

/** A payload as a caller gives it: what has a default may be left out. */
export type PayloadInput<T extends EventType> = Given[T];

export type HistoryEntryType = PayloadOf<'HistoryAdded'>['entry_type'];
export type LoggedErrorType = PayloadOf<'ErrorLogged'>['error_type'];

/** The keys of a payload in wire order. Callers' types need not be true at run time: of no type there are none. */
export const payloadKeys = (type: EventType): Keys => (isEventType(type) ? PAYLOADS[type] : {});

/** What the payload of a type looks like: as our writers fill it, and as a reader takes it from any client. */
export const payloadDescription = (type: EventType, mode: 'own' | 'foreign') => DESCRIPTIONS[type][mode];

const describe = (type: EventType) => {
  const keys = Object.entries<PayloadKey>(payloadKeys(type));
  const each = <T>(of: (key: PayloadKey) => T) =>
    Object.fromEntries(keys.map(([name, key]) => [name, of(key)]));
  return {
    own: object(
      each(({ own }) => own),
      { refuse: `is not a key of ${type}`, keywords: { title: type } },
    ),
    foreign: object(
      each(({ foreign }) => foreign),
      { formerly: each(({ formerly }) => formerly) },
    ),
  };
};

const DESCRIPTIONS = Object.fromEntries(EVENT_TYPES.map((type) => [type, describe(type)])) as Readonly<
  Record<EventType, ReturnType<typeof describe>>
>;

/** The entity an event happened to. */
export interface Aggregate {
  readonly id: string;
  readonly type: 'WorkPackage' | 'Feature';
}

/** Aggregate id of an error that no work package is known for. */
export const ERROR_AGGREGATE = 'error';

/** The aggregate that an event's payload names. The id is empty when the payload does not name it as it must. */
export const aggregateOf = (type: EventType, payload: Readonly<Record<string, unknown>>): Aggregate => {
  if (type === 'FeatureCreated' || type === 'FeatureCompleted')
    return { id: textOf(payload['feature_slug']), type: 'Feature' };
  const id = textOf(payload['wp_id']);
  return id === '' && type === 'ErrorLogged'
    ? { id: ERROR_AGGREGATE, type: 'Feature' }
    : { id, type: 'WorkPackage' };
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
