/** Identifiers on the wire: ULIDs of our own events, UUIDs of projects and of older clients' events. */

export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const UUID_V4_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const NODE_ID_PATTERN = /^[0-9a-f]{12}$/;

export const WORK_PACKAGE_ID_PATTERN = /^WP\d{2,4}$/;
/** The name of a feature's folder: one segment of a path, not hidden, without control characters. */
export const FEATURE_SLUG_PATTERN = /^(?!\.)[^/\\\p{Cc}]+$/u;

/** A ULID as we write it: 26 Crockford characters, upper case, not beyond 2^128. */
export const isUlid = (text: string): boolean => ULID_PATTERN.test(text);

/** A project uuid as we write it: version 4, lower case, hyphenated. */
export const isUuidV4 = (text: string): boolean => UUID_V4_PATTERN.test(text);

export const isNodeId = (text: string): boolean => NODE_ID_PATTERN.test(text);

export const isWorkPackageId = (text: string): boolean => WORK_PACKAGE_ID_PATTERN.test(text);

export const isFeatureSlug = (text: string): boolean => FEATURE_SLUG_PATTERN.test(text);

/**
 * The canonical form of an event id that any client may have written: an upper-case ULID, or a lower-case
 * hyphenated UUID. `undefined` when it is neither.
 */
export const normalizeEventId = (text: string): string | undefined => {
  // Nearly every id is canonical already.
  if (isUlid(text) || UUID.test(text)) return text;
  // The pattern of older clients lets a line break through at the end.
  if (text.endsWith('\n')) return normalizeEventId(text.slice(0, -1));
  const upper = text.toUpperCase();
  if (isUlid(upper)) return upper;
  const hex = text.replaceAll('-', '').toLowerCase();
  if (hex.length !== 32) return undefined;
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return UUID.test(uuid) && (text.toLowerCase() === uuid || text.toLowerCase() === hex) ? uuid : undefined;
};

/** The number that a feature's folder begins with, as it is written; `undefined` when it begins with none. */
export const featureNumber = (slug: string): string | undefined => /^(\d{3,})-./u.exec(slug)?.[1];
