import { canonicalJson } from './canonical-json.js';

/**
 * Whether two documents that claim one event id are the same event. The team is left out, because an event that was
 * captured as `local` may arrive again under the team that claimed it, and so is the spelling of the id itself.
 */
export const isSameEvent = (a: string, b: string): boolean => a === b || comparable(a) === comparable(b);

const comparable = (document: string): string => {
  const value: unknown = JSON.parse(document);
  if (typeof value !== 'object' || value === null) return canonicalJson(value);
  return canonicalJson({ ...value, team_slug: undefined, event_id: undefined });
};
