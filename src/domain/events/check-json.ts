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
  document: unknown,
  { most = Infinity, bearsNumbersIn }: JsonLimits = {},
): readonly Issue[] => {
  const issues: Issue[] = [];
  // The keys that lead to the present place: put together only where there is something to say of it.
  const keys: string[] = [];
  // The containers that the present place lies in, and those that were judged before: each is judged once.
  const open = new Set<object>();
  const done = new Set<object>();

  const report = (reason: string): void => {
    const path = keys.join('.');
    issues.push({ path: path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}\u2026` : path, reason });
  };
  const visit = (value: unknown, bearsNumbers: boolean): void => {
    if (issues.length >= most) return;
    switch (typeof value) {
      case 'boolean':
      case 'undefined':
        return;
      case 'string':
        if (!isWellFormed(value)) report('holds an unpaired surrogate');
        return;
      case 'number':
        if (!Number.isFinite(value)) report('is not a finite number');
        else if (!bearsNumbers && Number.isInteger(value) && !Number.isSafeInteger(value))
          report('is not a safe integer');
        return;
      case 'object':
        if (value !== null) visitContainer(value, bearsNumbers);
        return;
      default:
        report(`is a ${typeof value}, which JSON cannot hold`);
    }
  };
  const visitContainer = (value: object, bearsAbove: boolean): void => {
    if (open.has(value)) return report('contains itself');
    if (open.size >= MAX_DEPTH) return report(`is nested deeper than ${MAX_DEPTH} levels`);
    if (done.has(value)) return;
    const bearsNumbers = bearsAbove || (keys.length === 1 && keys[0] === bearsNumbersIn);
    open.add(value);
    for (const key of Object.keys(value)) {
      if (!isWellFormed(key)) report('has a key with an unpaired surrogate');
      keys.push(key);
      visit((value as Readonly<Record<string, unknown>>)[key], bearsNumbers);
      keys.pop();
    }
    open.delete(value);
    done.add(value);
  };

  visit(document, false);
  return issues.slice(0, Math.max(0, most));
};

/** A path names a place for people; beyond this it would be the sender's text that fills the answer. */
const LONGEST_PATH = 200;
