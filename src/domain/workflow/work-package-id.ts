import { isWorkPackageId } from '../ids.js';

/** The number in a work package id: `WP07` → 7. */
export const workPackageNumber = (id: string): number => Number(id.slice(2));

/** Ascending by number, so that `WP100` follows `WP99`; what is no id comes last, in the order of its characters. */
export const compareWorkPackageIds = (a: string, b: string): number => {
  const known = Number(!isWorkPackageId(a)) - Number(!isWorkPackageId(b));
  if (known !== 0) return known;
  const byNumber = isWorkPackageId(a) ? workPackageNumber(a) - workPackageNumber(b) : 0;
  if (byNumber !== 0) return byNumber;
  return a < b ? -1 : Number(a > b);
};

/** The id that a file's name begins with (`WP07-title.md`); `undefined` when it names no work package. */
export const workPackageIdOfFile = (name: string): string | undefined => FILE_NAME.exec(name)?.[1];

const FILE_NAME = /^(WP\d{2,4})(?:[-_.].*)?\.md$/;
