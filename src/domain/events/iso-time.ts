const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const TIME = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?`;
const MOMENT = new RegExp(`^${DATE}(?:[Tt ]${TIME}(Z|z|[+-]\\d{2}:?\\d{2})?)?$`);
const DURATION =
  /^P(?=[\dT])(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?W)?(?:\d+(?:[.,]\d+)?D)?(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?$/;

/** Whether the text is a date or date-time in ISO 8601 that the calendar knows. */
export const isIsoTime = (text: string): boolean => {
  const match = MOMENT.exec(text);
  if (match === null) return false;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  return (
    isDay(year ?? 0, month ?? 0, day ?? 0) && (hour ?? 0) <= 23 && (minute ?? 0) <= 59 && (second ?? 0) <= 60
  );
};

/**
 * The same moment with separators, for what ISO 8601 calls the basic format (`20260203T101112Z`), which older clients
 * take and pass on. `undefined` for a text that is no date or date-time in either.
 */
export const extendedTime = (text: string): string | undefined => {
  const extended = text
    .replace(/^(\d{4})(\d{2})(\d{2})(?=$|[Tt ])/, '$1-$2-$3')
    .replace(/(?<=[Tt ])(\d{2})(\d{2})(\d{2})?(?=$|[.,Zz+-])/, (_, hour, minute, second) =>
      [hour, minute, second].filter((part) => part !== undefined).join(':'),
    );
  return isIsoTime(extended) ? extended : undefined;
};

/** Whether the text is a date-time in ISO 8601 that says itself that it is UTC. */
export const isUtcTime = (text: string): boolean => isIsoTime(text) && /(?:Z|\+00:00)$/.test(text);

/** Whether the text is a duration in ISO 8601, such as `PT3H20M`. */
export const isIsoDuration = (text: string): boolean => DURATION.test(text);

/** The ISO 8601 form of a duration as older clients write it (`8h 30m`, `3725.4s`); any other text as it is. */
export const isoDuration = (text: string): string => {
  const parts = OLDER_DURATION.exec(text.trim())?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined)) return text;
  const [days, hours, minutes, seconds] = parts;
  const time = [hours && `${hours}H`, minutes && `${minutes}M`, seconds && `${seconds}S`]
    .filter(Boolean)
    .join('');
  return `P${days === undefined ? '' : `${days}D`}${time === '' ? '' : `T${time}`}`;
};

const OLDER_DURATION = /^(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)\s*s)?$/;

const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);

const daysIn = (year: number, month: number): number => {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
};
