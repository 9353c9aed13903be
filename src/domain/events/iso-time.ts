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

/** Whether the text is a date-time in ISO 8601 that says itself that it is UTC. */
export const isUtcTime = (text: string): boolean => isIsoTime(text) && /(?:Z|\+00:00)$/.test(text);

/** Whether the text is a duration in ISO 8601, such as `PT3H20M`. */
export const isIsoDuration = (text: string): boolean => DURATION.test(text);

const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);

const daysIn = (year: number, month: number): number => {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
};
