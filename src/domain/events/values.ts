import { nullable, type GenericSchema } from 'valibot';
import * as a from '../document.js';
import { extendedTime, isIsoDuration, isIsoTime, isoDuration } from './iso-time.js';
import { fromOlderLane, LANES, OLDER_LANES } from './lane.js';

/**
 * A value in a payload: what our writers give, what a reader bears, and what that means in our words. The emitter of
 * older clients lets more through than it means to: a line break after an id, `true` for a number, times without
 * separators, durations in words. What it let through has happened.
 */
export interface Value<Own extends GenericSchema = GenericSchema> {
  readonly own: Own;
  readonly foreign: GenericSchema;
  /** The value of ours for one that a reader bears. */
  readonly meaning: (value: never) => unknown;
  /** Written by people or programs at will: redacted and, when too long, cut at capture. */
  readonly free?: 'prose' | 'trace';
}

const kind = <Own extends GenericSchema>(
  own: Own,
  foreign: GenericSchema = own,
  meaning: Value['meaning'] = (value) => value,
): Value<Own> => ({ own, foreign, meaning });

const NO_TEXT = 'must be text';

export const text = kind(a.text('must not be empty', (value) => value !== '', { minLength: 1 }, NO_TEXT));

export const prose: typeof text = { ...text, free: 'prose' };

export const textOrNull = kind(nullable(a.text('must be text or null')));

export const proseOrNull: typeof textOrNull = { ...textOrNull, free: 'prose' };

export const traceOrNull: typeof textOrNull = { ...textOrNull, free: 'trace' };

/** An id without the line break that the patterns of older clients do not see. */
export const withoutLineEnd = (id: string): string => id.replace(/\n$/, '');

/** Text of a form. */
export const matching = (form: RegExp) => {
  const must = `must match ${form.source}`;
  return kind(
    a.matching(form, must, NO_TEXT),
    a.text(must, (id) => form.test(withoutLineEnd(id)), {}, NO_TEXT),
    withoutLineEnd,
  );
};

/** Any number of texts of a form. */
export const listOf = (form: RegExp) => {
  const { own, foreign } = matching(form);
  const whole = `must be a list of texts that match ${form.source}`;
  return kind(a.list(own, { whole }), a.list(foreign, { whole }), (ids: readonly string[]) =>
    ids.map(withoutLineEnd),
  );
};

export const choice = <const Words extends readonly string[]>(...words: Words) => kind(a.choice(words));

const MUST_BE_LANE = `must be one of the lanes ${LANES.join(', ')}`;

export const lane = kind(
  a.choice(LANES, MUST_BE_LANE),
  a.choice([...LANES, ...OLDER_LANES.keys()], MUST_BE_LANE),
  (word: string) => fromOlderLane(word) ?? word,
);

export const count = kind(
  a.integer(0),
  a.bearing(a.integer(0), (value) => typeof value === 'boolean'),
  Number,
);

const MUST_BE_TIME = 'must be a date or date-time in ISO 8601';

/** A date or date-time in ISO 8601. */
export const time = kind(
  a.text(MUST_BE_TIME, isIsoTime, { anyOf: [{ format: 'date' }, { format: 'date-time' }] }),
  a.text(MUST_BE_TIME, (moment) => extendedTime(moment) !== undefined),
  (moment: string) => extendedTime(moment) ?? moment,
);

const MUST_LAST = 'must be an ISO 8601 duration or null';

/** An ISO 8601 duration, or `null`. */
export const duration = kind(
  nullable(a.text(MUST_LAST, isIsoDuration, { format: 'duration' })),
  nullable(a.text(MUST_LAST)),
  isoDuration,
);
