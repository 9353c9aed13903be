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
