import { exactOptional, type ObjectEntries } from 'valibot';
import { bearing, object } from '../document.js';
import { FEATURE_SLUG_PATTERN, WORK_PACKAGE_ID_PATTERN } from '../ids.js';
import * as is from './values.js';
import type { ValueKind } from './values.js';

/** A key of a payload. */
export interface PayloadKey<T = unknown, N extends Need = Need> {
  readonly kind: ValueKind<T>;
  readonly need: N;
  /** What a writer's absent key means. */
  readonly default?: T;
  /** Its name in the vocabulary of older clients. */
  readonly formerly?: string;
}

/** Who has to write a key: everybody, our writers (readers bear its absence), nobody; or whoever leaves it out gets its default. */
type Need = 'everyone' | 'writers' | 'nobody' | 'default';

const required = <T>(kind: ValueKind<T>, formerly?: string): PayloadKey<T, 'everyone'> => ({
  kind,
  need: 'everyone',
  ...(formerly !== undefined && { formerly }),
});
const optionally = <T>(kind: ValueKind<T>): PayloadKey<T, 'nobody'> => ({ kind, need: 'nobody' });
const defaulted = <T>(kind: ValueKind<T>, value: T, formerly?: string): PayloadKey<T, 'default'> => ({
  kind,
  need: 'default',
  default: value,
  ...(formerly !== undefined && { formerly }),
});

export const agentPhase = is.choice('implementation', 'review');
export const resolutionType = is.choice('completed', 'skipped', 'merged');

const workPackageId = is.matching(WORK_PACKAGE_ID_PATTERN);
/** A `WP01` exists in every feature; clients of spec-kitty 2 do not say in which one theirs is. */
const featureOfWorkPackage: PayloadKey<string, 'writers'> = { kind: is.text, need: 'writers' };

/**
 * The payload of every event type, once, its keys in wire order: type, validation, defaults, redaction, the reading of
 * older clients' events and the JSON Schema all come from this table.
 */
const PAYLOADS = {
  WPStatusChanged: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      previous_status: required(is.lane, 'from_lane'),
      new_status: required(is.lane, 'to_lane'),
      changed_by: defaulted(is.prose, 'user', 'actor'),
      feature_slug: featureOfWorkPackage,
      /** The finer lane of a status log. */
      detail: optionally(is.text),
    },
  },
  WPCreated: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      title: required(is.prose),
      dependencies: defaulted(is.listOf(WORK_PACKAGE_ID_PATTERN), []),
      status: defaulted(is.lane, 'planned'),
      feature_slug: featureOfWorkPackage,
      detail: optionally(is.text),
    },
  },
  WPAssigned: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      agent_id: required(is.prose),
      phase: required(agentPhase),
      retry_count: defaulted(is.count, 0),
      feature_slug: featureOfWorkPackage,
    },
  },
  FeatureCreated: {
    aggregate: 'feature',
    keys: {
      feature_slug: required(is.matching(FEATURE_SLUG_PATTERN)),
      /** Absent when the feature's folder does not begin with a number. */
      feature_number: optionally(is.matching(/^\d{3,}$/)),
      target_branch: required(is.text),
      wp_count: required(is.count),
      created_at: optionally(is.time),
    },
  },
  FeatureCompleted: {
    aggregate: 'feature',
    keys: {
      feature_slug: required(is.text),
      total_wps: required(is.count),
      completed_at: optionally(is.time),
      total_duration: optionally(is.duration),
    },
  },
  HistoryAdded: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      entry_type: required(is.choice('note', 'review', 'error', 'comment', 'usage')),
      entry_content: required(is.prose),
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
  },
  ErrorLogged: {
    aggregate: 'work-package-or-error',
    keys: {
      error_type: required(is.choice('validation', 'runtime', 'network', 'auth', 'unknown')),
      error_message: required(is.prose),
      wp_id: defaulted(is.textOrNull, null),
      stack_trace: defaulted(is.traceOrNull, null),
      agent_id: defaulted(is.proseOrNull, null),
      feature_slug: optionally(is.text),
      /** Why an orchestration waits for a person: what the error is about, if it is there. */
      pause_reason: optionally(is.text),
    },
  },
  DependencyResolved: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      dependency_wp_id: required(workPackageId),
      resolution_type: required(resolutionType),
      feature_slug: featureOfWorkPackage,
    },
  },
} as const satisfies Readonly<Record<string, { readonly aggregate: AggregateRule; readonly keys: Keys }>>;

/** The aggregate that an event type is about. */
type AggregateRule = 'work-package' | 'feature' | 'work-package-or-error';

type Keys = Readonly<Record<string, PayloadKey>>;

export type EventType = keyof typeof PAYLOADS;

export const EVENT_TYPES = Object.keys(PAYLOADS) as readonly EventType[];

export const isEventType = (text: string): text is EventType => Object.hasOwn(PAYLOADS, text);

type KeysOf<T extends EventType> = (typeof PAYLOADS)[T]['keys'];
type ValueOf<K> = K extends PayloadKey<infer T> ? T : never;
type NeededBy<K, N extends Need> = {
  [Name in keyof K]: K[Name] extends PayloadKey<unknown, infer Has> ? (Has extends N ? Name : never) : never;
}[keyof K];
type Members<K, Surely extends keyof K, Maybe extends keyof K> = {
  readonly [Name in Surely]: ValueOf<K[Name]>;
} & { readonly [Name in Maybe]?: ValueOf<K[Name]> };

type Written = {
  readonly [T in EventType]: Members<
    KeysOf<T>,
    NeededBy<KeysOf<T>, 'everyone' | 'writers' | 'default'>,
    NeededBy<KeysOf<T>, 'nobody'>
  >;
};

/** Every payload as our writers fill it. An interface, so that the payload of any type is one of them to the compiler. */
export interface Payloads extends Written {}

export type PayloadOf<T extends EventType> = Payloads[T];

/** A payload as a caller gives it: what has a default may be left out. */
export type PayloadInput<T extends EventType> = Members<
  KeysOf<T>,
  NeededBy<KeysOf<T>, 'everyone' | 'writers'>,
  NeededBy<KeysOf<T>, 'nobody' | 'default'>
>;

export type HistoryEntryType = PayloadOf<'HistoryAdded'>['entry_type'];
export type LoggedErrorType = PayloadOf<'ErrorLogged'>['error_type'];

/** The keys of a payload in wire order. Callers' types need not be true at run time: of no type there are none. */
export const payloadKeys = (type: EventType): Keys => (isEventType(type) ? PAYLOADS[type].keys : {});

export const aggregateRule = (type: EventType): AggregateRule =>
  isEventType(type) ? PAYLOADS[type].aggregate : 'work-package';

/** What the payload of a type looks like: as our writers fill it, and as a reader takes it from any client. */
export const payloadDescription = (type: EventType, mode: 'own' | 'foreign') => {
  const known = descriptions[mode].get(type);
  if (known !== undefined) return known;
  const keys = Object.entries(payloadKeys(type));
  const described =
    mode === 'own'
      ? object(entriesOf(keys, ownEntry), {
          refuse: `is not a key of ${type}`,
          keywords: { title: type },
        })
      : object(entriesOf(keys, foreignEntry), {
          formerly: Object.fromEntries(keys.map(([name, { formerly }]) => [name, formerly])),
        });
  descriptions[mode].set(type, described);
  return described;
};

type Named = readonly (readonly [string, PayloadKey])[];

const descriptions = { own: new Map<EventType, Described>(), foreign: new Map<EventType, Described>() };

type Described = ReturnType<typeof object>;

const entriesOf = (keys: Named, entry: (key: PayloadKey) => ObjectEntries[string]): ObjectEntries =>
  Object.fromEntries(keys.map(([name, key]) => [name, entry(key)]));

const ownEntry = ({ kind, need, default: fallback }: PayloadKey) =>
  need === 'everyone' || need === 'writers' ? kind.own : exactOptional(kind.own, fallback as undefined);

/** Older clients write `null` for an optional value that they do not have, and empty text for one with a default. */
const foreignEntry = ({ kind, need }: PayloadKey) =>
  need === 'everyone'
    ? kind.foreign
    : exactOptional(bearing(kind.foreign, (value) => value === null || (need === 'default' && value === '')));

/** The entity an event happened to. */
export interface Aggregate {
  readonly id: string;
  readonly type: 'WorkPackage' | 'Feature';
}

/** Aggregate id of an error that no work package is known for. */
export const ERROR_AGGREGATE = 'error';

/** The aggregate that an event's payload names. The id is empty when the payload does not name it as it must. */
export const aggregateOf = (type: EventType, payload: Readonly<Record<string, unknown>>): Aggregate => {
  const workPackage = textOf(payload['wp_id']);
  switch (aggregateRule(type)) {
    case 'work-package':
      return { id: workPackage, type: 'WorkPackage' };
    case 'work-package-or-error':
      return workPackage === ''
        ? { id: ERROR_AGGREGATE, type: 'Feature' }
        : { id: workPackage, type: 'WorkPackage' };
    case 'feature':
      return { id: textOf(payload['feature_slug']), type: 'Feature' };
  }
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
