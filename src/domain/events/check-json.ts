import type { Issue } from '../result.js';
import { isWellFormed } from './utf8-length.js';

/** Containers within containers that a document may have; what is deeper is refused before anybody recurses into it. */
export const MAX_DEPTH = 64;

/**
 * Every place of a value that does not survive the way through JSON on all sides: integers beyond the safe range,
 * numbers that are not finite, unpaired surrogates in values and keys, and what JSON does not know at all.
 */
export const checkJson = (value: unknown): readonly Issue[] => {
  // Paths are only worth their price where there is something to say.
  if (isFlawless(value, 0, { left: QUICK_CONTAINERS })) return [];
  const issues: Issue[] = [];
  visit(value, '', { issues, open: new Set(), done: new Set() });
  return issues;
};

/**
 * How many containers are looked at without remembering them. A value that holds the same one again and again is
 * small and yet endless to walk through; the thorough way judges each of them once.
 */
const QUICK_CONTAINERS = 10_000;

/** Whether there is certainly nothing to say about a value. */
const isFlawless = (value: unknown, depth: number, budget: { left: number }): boolean => {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value);
    case 'number':
      return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    case 'boolean':
    case 'undefined':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  // A value that contains itself comes to an end here as well.
  if (depth >= MAX_DEPTH || --budget.left < 0) return false;
  if (Array.isArray(value)) return value.every((item) => isFlawless(item, depth + 1, budget));
  for (const key of Object.keys(value)) {
    if (
      !isWellFormed(key) ||
      !isFlawless((value as Readonly<Record<string, unknown>>)[key], depth + 1, budget)
    )
      return false;
  }
  return true;
};

/** The path of a member, dotted. */
export const memberPath = (path: string, key: string | number): string =>
  path === '' ? `${key}` : `${path}.${key}`;

interface Walk {
  readonly issues: Issue[];
  /** The containers that the present place lies in. */
  readonly open: Set<object>;
  /** What was judged before: a container that appears twice is judged once. */
  readonly done: Set<object>;
}

const visit = (value: unknown, path: string, walk: Walk): void => {
  switch (typeof value) {
    case 'boolean':
    case 'undefined':
      return;
    case 'string':
      if (!isWellFormed(value)) walk.issues.push({ path, reason: 'holds an unpaired surrogate' });
      return;
    case 'number':
      checkNumber(value, path, walk.issues);
      return;
    case 'object':
      if (value !== null) visitContainer(value, path, walk);
      return;
    default:
      walk.issues.push({ path, reason: `is a ${typeof value}, which JSON cannot hold` });
  }
};

const visitContainer = (value: object, path: string, walk: Walk): void => {
  if (walk.open.has(value)) {
    walk.issues.push({ path, reason: 'contains itself' });
  } else if (walk.open.size >= MAX_DEPTH) {
    walk.issues.push({ path, reason: `is nested deeper than ${MAX_DEPTH} levels` });
  } else if (!walk.done.has(value)) {
    walk.open.add(value);
    if (Array.isArray(value)) value.forEach((item, index) => visit(item, memberPath(path, index), walk));
    else visitMembers(value, path, walk);
    walk.open.delete(value);
    walk.done.add(value);
  }
};

const visitMembers = (value: object, path: string, walk: Walk): void => {
  for (const [key, member] of Object.entries(value)) {
    if (!isWellFormed(key)) walk.issues.push({ path, reason: 'has a key with an unpaired surrogate' });
    visit(member, memberPath(path, key), walk);
  }
};

const checkNumber = (value: number, path: string, issues: Issue[]): void => {
  if (!Number.isFinite(value)) issues.push({ path, reason: 'is not a finite number' });
  else if (Number.isInteger(value) && !Number.isSafeInteger(value))
    issues.push({ path, reason: UNSAFE_INTEGER });
};

/** A number that not every reader understands as the same one. */
export const UNSAFE_INTEGER = 'is not a safe integer';
