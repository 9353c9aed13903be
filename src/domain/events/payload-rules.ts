import { FEATURE_SLUG_PATTERN, WORK_PACKAGE_ID_PATTERN } from '../ids.js';
import { LANES } from './lane.js';
import type { EventType, Payloads } from './payloads.js';

/** What a single value must look like. */
export type ValueRule =
  | {
      readonly is: 'text';
      readonly minLength?: number;
      readonly pattern?: RegExp;
      readonly nullable?: true;
      /** Written by people or programs at will: redacted and, when too long, cut at capture. */
      readonly free?: 'prose' | 'trace';
    }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  /** A lane; readers also take the lanes of older clients. */
  | { readonly is: 'lane'; readonly of: readonly string[] }
  /** An integer from zero up. */
  | { readonly is: 'count' }
  | { readonly is: 'list'; readonly of: RegExp }
  /** A date or date-time in ISO 8601. */
  | { readonly is: 'time' }
  /** An ISO 8601 duration or null. */
  | { readonly is: 'duration' };

export interface KeyRule {
  readonly rule: ValueRule;
  /** Whose events must have the key. Default: nobody's. */
  readonly required?: 'everyone' | 'writers';
  /** What a writer's absent key means. */
  readonly default?: unknown;
  /** Name of the key in the vocabulary of older clients. */
  readonly formerly?: string;
}

/** The aggregate that an event type is about. */
type AggregateRule = 'work-package' | 'feature' | 'work-package-or-error';

interface PayloadRule<Keys extends string = string> {
  readonly aggregate: AggregateRule;
  readonly keys: Readonly<Record<Keys, KeyRule>>;
}

/** The rule of a type, its keys in wire order; a type that nobody knows has no keys. */
export const payloadRule = (type: EventType): PayloadRule =>
  Object.hasOwn(PAYLOAD_RULES, type) ? PAYLOAD_RULES[type] : { aggregate: 'work-package', keys: {} };

const text: ValueRule = { is: 'text', minLength: 1 };
const freeText: ValueRule = { is: 'text', minLength: 1, free: 'prose' };
const workPackageId: ValueRule = { is: 'text', pattern: WORK_PACKAGE_ID_PATTERN };
const lane: ValueRule = { is: 'lane', of: LANES };
const count: ValueRule = { is: 'count' };
const choice = (...of: readonly string[]): ValueRule => ({ is: 'choice', of });

const required = (rule: ValueRule, formerly?: string): KeyRule => ({
  rule,
  required: 'everyone',
  ...(formerly !== undefined && { formerly }),
});
const featureOfWorkPackage: KeyRule = { rule: text, required: 'writers' };

/**
 * The payload of every event type, once: validation, defaults, redaction, the reading of older clients' events and
 * the JSON Schema all come from this table.
 */
const PAYLOAD_RULES = {
  WPStatusChanged: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      previous_status: required(lane, 'from_lane'),
      new_status: required(lane, 'to_lane'),
      changed_by: { rule: freeText, default: 'user', formerly: 'actor' },
      feature_slug: featureOfWorkPackage,
      detail: { rule: text },
    },
  },
  WPCreated: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      title: required(freeText),
      dependencies: { rule: { is: 'list', of: WORK_PACKAGE_ID_PATTERN }, default: [] },
      status: { rule: lane, default: 'planned' },
      feature_slug: featureOfWorkPackage,
      detail: { rule: text },
    },
  },
  WPAssigned: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      agent_id: required(freeText),
      phase: required(choice('implementation', 'review')),
      retry_count: { rule: count, default: 0 },
      feature_slug: featureOfWorkPackage,
    },
  },
  FeatureCreated: {
    aggregate: 'feature',
    keys: {
      feature_slug: required({ is: 'text', pattern: FEATURE_SLUG_PATTERN }),
      feature_number: { rule: { is: 'text', pattern: /^\d{3,}$/ } },
      target_branch: required(text),
      wp_count: required(count),
      created_at: { rule: { is: 'time' } },
    },
  },
  FeatureCompleted: {
    aggregate: 'feature',
    keys: {
      feature_slug: required(text),
      total_wps: required(count),
      completed_at: { rule: { is: 'time' } },
      total_duration: { rule: { is: 'duration' } },
    },
  },
  HistoryAdded: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      entry_type: required(choice('note', 'review', 'error', 'comment')),
      entry_content: required(freeText),
      author: { rule: freeText, default: 'user' },
      feature_slug: featureOfWorkPackage,
    },
  },
  ErrorLogged: {
    aggregate: 'work-package-or-error',
    keys: {
      error_type: required(choice('validation', 'runtime', 'network', 'auth', 'unknown')),
      error_message: required(freeText),
      wp_id: { rule: { is: 'text', nullable: true }, default: null },
      stack_trace: { rule: { is: 'text', nullable: true, free: 'trace' }, default: null },
      agent_id: { rule: { is: 'text', nullable: true, free: 'prose' }, default: null },
      feature_slug: { rule: text },
    },
  },
  DependencyResolved: {
    aggregate: 'work-package',
    keys: {
      wp_id: required(workPackageId),
      dependency_wp_id: required(workPackageId),
      resolution_type: required(choice('completed', 'skipped', 'merged')),
      feature_slug: featureOfWorkPackage,
    },
  },
} as const satisfies { readonly [T in EventType]: PayloadRule<keyof Payloads[T] & string> };
