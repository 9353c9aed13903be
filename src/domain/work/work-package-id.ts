import { isWorkPackageId } from '../ids.js';
import { fileName } from './place.js';

/** The number in a work package id: `WP07` → 7. */
export const workPackageNumber = (id: string): number => Number(id.slice(2));

/**
 * The id that a person means by a name: `1`, `wp1` and `WP-01` are `WP01`. What is no such name comes back as it is,
 * without the blanks around it, for the sentence that says so.
 */
export const workPackageIdOf = (said: string): string => {
  const name = said.trim().toUpperCase();
  if (isWorkPackageId(name)) return name;
  const digits = /^(?:WP[-_ ]?)?0*(\d{1,4})$/.exec(name)?.[1];
  return digits === undefined ? said.trim() : `WP${digits.padStart(2, '0')}`;
};

/** Ascending by number, so that `WP100` follows `WP99`; what is no id comes last, in the order of its characters. */
export const compareWorkPackageIds = (a: string, b: string): number => {
  const rank = (id: string): number => (isWorkPackageId(id) ? workPackageNumber(id) : Number.MAX_VALUE);
  return rank(a) - rank(b) || (a < b ? -1 : Number(a > b));
};

/** Ids for a person, ascending as they are: three and more in a row as a range (`WP01–WP15`); `none` when there are none. */
export const describeIds = (ids: readonly string[], none = 'none'): string => {
  const rows: string[][] = [];
  for (const id of ids) {
    const last = rows.at(-1)?.at(-1);
    if (last !== undefined && workPackageNumber(id) === workPackageNumber(last) + 1) rows.at(-1)?.push(id);
    else rows.push([id]);
  }
  const texts = rows.flatMap((row) => (row.length < 3 ? row : [`${row[0] ?? ''}–${row.at(-1) ?? ''}`]));
  return texts.length === 0 ? none : texts.join(', ');
};

/** The id that the name of a file begins with (`tasks/WP07-title.md`); `undefined` when it names no work package. */
export const workPackageIdOfFile = (path: string): string | undefined => FILE_NAME.exec(fileName(path))?.[1];

const FILE_NAME = /^(WP\d{2,4})(?:[-_.].*)?\.md$/;
