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
  const walk: Walk = { issues: [], most, bearsNumbersIn, path: [], open: new Set(), done: new Set() };
  visit(value, walk, false);
  return walk.issues.slice(0, Math.max(0, most));
};

interface Walk {
  readonly issues: Issue[];
  readonly most: number;
  readonly bearsNumbersIn: string | undefined;
  /** The keys that lead to the present place: put together only where there is something to say of it. */
  readonly path: string[];
  /** The containers that the present place lies in. */
  readonly open: Set<object>;
  /** What was judged before: a container that appears twice is judged once. */
  readonly done: Set<object>;
}

/** A path names a place for people; beyond this it would be the sender's text that fills the answer. */
const LONGEST_PATH = 200;

const report = ({ issues, path: keys }: Walk, reason: string): void => {
  const path = keys.join('.');
  issues.push({ path: path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}\u2026` : path, reason });
};

const visit = (value: unknown, walk: Walk, bearsNumbers: boolean): void => {
  if (walk.issues.length >= walk.most) return;
  switch (typeof value) {
    case 'boolean':
    case 'undefined':
      return;
    case 'string':
      if (!isWellFormed(value)) report(walk, 'holds an unpaired surrogate');
      return;
    case 'number':
      if (!Number.isFinite(value)) report(walk, 'is not a finite number');
      else if (!bearsNumbers && Number.isInteger(value) && !Number.isSafeInteger(value))
        report(walk, 'is not a safe integer');
      return;
    case 'object':
      if (value !== null) visitContainer(value, walk, bearsNumbers);
      return;
    default:
      report(walk, `is a ${typeof value}, which JSON cannot hold`);
  }
};

const visitContainer = (value: object, walk: Walk, bearsAbove: boolean): void => {
  const { path, open, done } = walk;
  if (open.has(value)) {
    report(walk, 'contains itself');
  } else if (open.size >= MAX_DEPTH) {
    report(walk, `is nested deeper than ${MAX_DEPTH} levels`);
  } else if (!done.has(value)) {
    const bearsNumbers = bearsAbove || (path.length === 1 && path[0] === walk.bearsNumbersIn);
    open.add(value);
    for (const key of Object.keys(value)) {
      if (!isWellFormed(key)) report(walk, 'has a key with an unpaired surrogate');
      if (walk.issues.length >= walk.most) return;
      path.push(key);
      visit((value as Readonly<Record<string, unknown>>)[key], walk, bearsNumbers);
      path.pop();
    }
    open.delete(value);
    done.add(value);
  }
};
