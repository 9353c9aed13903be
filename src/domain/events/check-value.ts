import { fromOlderLane } from './older-vocabulary.js';
import { extendedTime, isIsoDuration, isIsoTime } from './iso-time.js';
import type { ValueRule } from './payload-rules.js';

/** Whose document is judged: one of our writers', or anybody's. */
export type ParseMode = 'own' | 'foreign';

/**
 * What is wrong with a value under a rule; `undefined` when nothing is. The emitter of older clients lets more through
 * than it means to: a line break after an id, `true` for a number, times without separators, durations in words. What
 * it let through has happened; `upcast` says what it means.
 */
export const checkValue = (value: unknown, rule: ValueRule, mode: ParseMode): string | undefined => {
  switch (rule.is) {
    case 'text':
      return checkText(typeof value === 'string' ? asMeant(value, rule, mode) : value, rule);
    case 'choice':
      return isOneOf(value, rule.of) ? undefined : `must be one of ${rule.of.join(', ')}`;
    case 'lane':
      return isOneOf(value, rule.of) || (mode === 'foreign' && isOlderLane(value))
        ? undefined
        : `must be one of the lanes ${rule.of.join(', ')}`;
    case 'count':
      return (Number.isSafeInteger(value) && (value as number) >= 0) ||
        (mode === 'foreign' && typeof value === 'boolean')
        ? undefined
        : 'must be an integer from 0 up';
    case 'list':
      return Array.isArray(value) &&
        Array.from(value).every(
          (item) =>
            typeof item === 'string' && rule.of.test(mode === 'foreign' ? withoutLineEnd(item) : item),
        )
        ? undefined
        : `must be a list of texts that match ${rule.of.source}`;
    case 'time':
      return typeof value === 'string' &&
        (isIsoTime(value) || (mode === 'foreign' && extendedTime(value) !== undefined))
        ? undefined
        : 'must be a date or date-time in ISO 8601';
    case 'duration':
      return value === null || (typeof value === 'string' && (mode === 'foreign' || isIsoDuration(value)))
        ? undefined
        : 'must be an ISO 8601 duration or null';
  }
};

/** An id without the line break that the patterns of older clients do not see. */
export const withoutLineEnd = (text: string): string => text.replace(/\n$/, '');

const asMeant = (value: string, { pattern }: ValueRule & { readonly is: 'text' }, mode: ParseMode): string =>
  mode === 'foreign' && pattern !== undefined ? withoutLineEnd(value) : value;

const checkText = (value: unknown, rule: ValueRule & { readonly is: 'text' }): string | undefined => {
  if (value === null && rule.nullable === true) return undefined;
  if (typeof value !== 'string') return rule.nullable === true ? 'must be text or null' : 'must be text';
  if (rule.minLength !== undefined && value.length < rule.minLength) return 'must not be empty';
  return rule.pattern === undefined || rule.pattern.test(value)
    ? undefined
    : `must match ${rule.pattern.source}`;
};

const isOneOf = (value: unknown, choices: readonly string[]): boolean =>
  typeof value === 'string' && choices.includes(value);

const isOlderLane = (value: unknown): boolean =>
  typeof value === 'string' && fromOlderLane(value) !== undefined;
