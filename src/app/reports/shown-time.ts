/**
 * A moment as every message and table shows it: UTC, to the second, with the zone that says so. What is no time is shown
 * as it is.
 */
export const shownTime = (moment: number | string): string => {
  const date = new Date(typeof moment === 'string' ? withZone(moment) : moment);
  return Number.isNaN(date.getTime())
    ? String(moment)
    : `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
};

/** A moment without a zone is UTC, wherever this machine stands. */
const withZone = (text: string): string => (/T[\d:.]+$/.test(text) ? `${text}Z` : text);
