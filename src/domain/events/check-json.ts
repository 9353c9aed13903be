import type { Issue } from '../result.js';
import { isWellFormed } from './utf8-length.js';

/** Containers within containers that a document may have; what is deeper is refused before anybody recurses into it. */
export const MAX_DEPTH = 64;

export interface JsonLimits {
  /** How many issues are of interest; looking for more ends there. Default: all of them. */
  readonly most?: number;
  /** The member below which integers beyond the safe range are borne. */
  readonly bearsNumbersIn?: string | undefined;
}

/**
 * Every place of a value that does not survive the way through JSON on all sides: integers beyond the safe range,
 * numbers that are not finite, unpaired surrogates in values and keys, and what JSON does not know at all.
 */
export const checkJson = (
  value: unknown,
  { most = Infinity, bearsNumbersIn }: JsonLimits = {},
): readonly Issue[] => {
  const walk: Walk = { issues: [], most, bearsNumbersIn, open: new Set(), done: new Set() };
  visit(value, '', walk, false);
  return walk.issues.slice(0, Math.max(0, most));
};

interface Walk {
  readonly issues: Issue[];
  readonly most: number;
  readonly bearsNumbersIn: string | undefined;
  /** The containers that the present place lies in. */
  readonly open: Set<object>;
  /** What was judged before: a container that appears twice is judged once. */
  readonly done: Set<object>;
}

/** A path names a place for people; beyond this it would be the sender's text that fills the answer. */
const LONGEST_PATH = 200;

const report = ({ issues }: Walk, path: string, reason: string): void =>
  void issues.push({
    path: path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}\u2026` : path,
    reason,
  });

const visit = (value: unknown, path: string, walk: Walk, bearsNumbers: boolean): void => {
  if (walk.issues.length >= walk.most) return;
  switch (typeof value) {
    case 'boolean':
    case 'undefined':
      return;
    case 'string':
      if (!isWellFormed(value)) report(walk, path, 'holds an unpaired surrogate');
      return;
    case 'number':
      if (!Number.isFinite(value)) report(walk, path, 'is not a finite number');
      else if (!bearsNumbers && Number.isInteger(value) && !Number.isSafeInteger(value))
        report(walk, path, 'is not a safe integer');
      return;
    case 'object':
      if (value !== null) visitContainer(value, path, walk, bearsNumbers);
      return;
    default:
      report(walk, path, `is a ${typeof value}, which JSON cannot hold`);
  }
};

const visitContainer = (value: object, path: string, walk: Walk, bearsNumbers: boolean): void => {
  if (walk.open.has(value)) {
    report(walk, path, 'contains itself');
  } else if (walk.open.size >= MAX_DEPTH) {
    report(walk, path, `is nested deeper than ${MAX_DEPTH} levels`);
  } else if (!walk.done.has(value)) {
    walk.open.add(value);
    for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
      if (typeof key === 'string' && !isWellFormed(key))
        report(walk, path, 'has a key with an unpaired surrogate');
      if (walk.issues.length >= walk.most) return;
      const below = path === '' ? `${key}` : `${path}.${key}`;
      visit(member, below, walk, bearsNumbers || path === walk.bearsNumbersIn);
    }
    walk.open.delete(value);
    walk.done.add(value);
  }
};
