import { isFeatureSlug, isUlid, isWorkPackageId } from '../ids.js';
import { err, ok, type Issue, type Result } from '../result.js';
import { isFields } from '../document.js';
import {
  PAUSE_REASONS,
  PHASES,
  RUN_STATUSES,
  STAGES,
  type OrchestrationState,
  type WorkPackageRecord,
} from './state.js';

/** Reads a stored state; the error lists everything that is wrong with it. Keys that nobody knows are left out. */
export const parseOrchestrationState = (document: unknown): Result<OrchestrationState, readonly Issue[]> => {
  const issues: Issue[] = [];
  const wrong = (path: string, reason: string): void => void issues.push({ path, reason });
  if (!isFields(document)) return err([{ path: '', reason: 'is not an object' }]);
  if (document['version'] !== 1) return err([{ path: 'version', reason: 'is not 1, the only one known' }]);
  check(document, '', STATE, wrong);
  const limits = document['limits'];
  if (isFields(limits)) check(limits, 'limits.', LIMITS, wrong);
  const records = Array.isArray(document['workPackages']) ? (document['workPackages'] as unknown[]) : [];
  const ids = new Set<unknown>();
  records.forEach((record, at) => {
    const path = `workPackages.${at}`;
    if (!isFields(record)) return wrong(path, 'is not an object');
    checkRecord(record, path, wrong);
    if (ids.has(record['id'])) wrong(`${path}.id`, 'is there already');
    ids.add(record['id']);
  });
  return issues.length > 0 ? err(issues) : ok(stateFrom(document));
};

type Fields = Readonly<Record<string, unknown>>;
type Wrong = (path: string, reason: string) => void;

/** What a value has to be, and how that is said. */
interface Rule {
  readonly is: (value: unknown) => boolean;
  readonly must: string;
  readonly isOptional?: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';

const text = (is: (text: string) => boolean, must: string): Rule => ({
  is: (value) => isText(value) && is(value),
  must,
});
const oneOf = (words: readonly string[]): Rule =>
  text((word) => words.includes(word), `must be one of ${words.join(', ')}`);
const count = (least: number): Rule => ({
  is: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  must: `must be an integer from ${least} up`,
});
const optional = (rule: Rule): Rule => ({ ...rule, isOptional: true });

const name = text((word) => word !== '', 'must be text and not empty');
const anyText = text(() => true, 'must be text');
const time = text((word) => TIME.test(word), 'must be a date-time in ISO 8601 UTC');
const object: Rule = { is: isFields, must: 'must be an object' };
const flag: Rule = { is: (value) => typeof value === 'boolean', must: 'must be true or false' };
const names: Rule = {
  is: (value) => Array.isArray(value) && value.every((item) => isText(item) && item !== ''),
  must: 'must be a list of names',
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

const STATE: Readonly<Record<string, Rule>> = {
  runId: text(isUlid, 'must be a ULID'),
  feature: text(isFeatureSlug, 'must be a feature slug'),
  status: oneOf(RUN_STATUSES),
  startedAt: time,
  updatedAt: time,
  agents: names,
  limits: object,
  workPackages: { is: Array.isArray, must: 'must be a list' },
};

const LIMITS: Readonly<Record<string, Rule>> = {
  maxParallel: count(1),
  maxRetries: count(0),
  timeoutMs: count(1),
  merges: flag,
};

const RECORD: Readonly<Record<string, Rule>> = {
  id: text(isWorkPackageId, 'must be a work package id'),
  stage: oneOf(STAGES),
  implementer: optional(name),
  assignment: optional(object),
  assigned: object,
  failedAgents: names,
  lastFailure: optional(anyText),
  rejections: count(0),
  feedback: optional(anyText),
  reviewer: optional(name),
  base: optional(name),
  startedAt: optional(name),
  pause: optional(object),
};

const ASSIGNMENT: Readonly<Record<string, Rule>> = {
  phase: oneOf(PHASES),
  agent: name,
  retryCount: count(0),
  isAnnounced: flag,
};

const ASSIGNED: Readonly<Record<string, Rule>> = { implementation: count(0), review: count(0) };

const PAUSE: Readonly<Record<string, Rule>> = {
  reason: oneOf(PAUSE_REASONS),
  detail: anyText,
  from: oneOf(STAGES.filter((stage) => stage !== 'paused')),
};

const check = (fields: Fields, path: string, rules: Readonly<Record<string, Rule>>, wrong: Wrong): void => {
  for (const [key, { is, must, isOptional }] of Object.entries(rules)) {
    const value = fields[key];
    if (value === undefined && isOptional === true) continue;
    if (value === undefined) wrong(path + key, 'is missing');
    else if (!is(value)) wrong(path + key, must);
  }
};

const checkRecord = (record: Fields, path: string, wrong: Wrong): void => {
  check(record, `${path}.`, RECORD, wrong);
  const { assigned, assignment, pause, stage } = record;
  if (isFields(assigned)) check(assigned, `${path}.assigned.`, ASSIGNED, wrong);
  if (isFields(assignment)) check(assignment, `${path}.assignment.`, ASSIGNMENT, wrong);
  if (isFields(pause)) check(pause, `${path}.pause.`, PAUSE, wrong);
  if ((stage === 'paused') !== (pause !== undefined))
    wrong(`${path}.pause`, 'must be there exactly at the stage paused');
};

const chosen = (fields: Fields, rules: Readonly<Record<string, Rule>>): Fields =>
  Object.fromEntries(
    Object.keys(rules).flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])),
  );

/** The same members without those that nobody knows; everything was checked before. */
const stateFrom = (document: Fields): OrchestrationState =>
  ({
    version: 1,
    ...chosen(document, STATE),
    limits: chosen(document['limits'] as Fields, LIMITS),
    workPackages: (document['workPackages'] as readonly Fields[]).map(recordFrom),
  }) as unknown as OrchestrationState;

const recordFrom = (record: Fields): WorkPackageRecord => {
  const { assignment, pause } = record;
  return {
    ...chosen(record, RECORD),
    assigned: chosen(record['assigned'] as Fields, ASSIGNED),
    ...(isFields(assignment) ? { assignment: chosen(assignment, ASSIGNMENT) } : {}),
    ...(isFields(pause) ? { pause: chosen(pause, PAUSE) } : {}),
  } as unknown as WorkPackageRecord;
};
