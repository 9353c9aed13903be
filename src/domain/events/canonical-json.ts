/**
 * One text for equal JSON documents: keys sorted by code unit, no white space. What JSON cannot hold is treated as
 * `JSON.stringify` treats it. Meant for documents whose depth was checked before.
 */
export const canonicalJson = (value: unknown): string => stringify(value) ?? 'null';

const stringify = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'bigint' ? undefined : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, (item) => stringify(item) ?? 'null').join(',')}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = stringify((value as Record<string, unknown>)[key]);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${member}`);
  }
  return `{${members.join(',')}}`;
};

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
