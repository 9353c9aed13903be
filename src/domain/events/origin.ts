/** Where a repository was cloned from, as far as its URL tells. Credentials, ports and queries are gone. */
export type Origin =
  /** A repository on a server; `path` has at least one segment, without `.git`. */
  | { readonly at: 'server'; readonly host: string; readonly path: readonly string[] }
  /** A directory of this machine or of a mounted one. */
  | { readonly at: 'directory'; readonly path: readonly string[] };

/**
 * Reads a remote URL in every form that git takes: with a scheme, scp-like, `file:`, a path, a Windows path.
 * `undefined` when it names no repository.
 */
export const parseOrigin = (url: string): Origin | undefined => {
  const text = url.trim();
  const schemed = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/\\?#]*)([^?#]*)/.exec(text);
  if (schemed !== null) return fromScheme(schemed[1] ?? '', schemed[2] ?? '', schemed[3] ?? '');
  if (isPath(text)) return directory(text);
  const scpLike = /^(?:([^/\\]*)@)?(\[[^\]]*\]|[^:/\\@]+):([^]*)$/.exec(text);
  if (scpLike === null) return directory(withoutUser(text));
  const [, user, host = '', path = ''] = scpLike;
  if (user !== undefined || !/^[^/]*@/.test(path)) return server(host, path);
  // What looked like host and path was a user and a password: the host comes behind the @.
  return path.includes('/') ? directory(withoutUser(text)) : undefined;
};

const fromScheme = (scheme: string, authority: string, path: string): Origin | undefined => {
  const decoded = percentDecoded(path);
  return scheme.toLowerCase() === 'file'
    ? directory(decoded)
    : server(withoutUser(authority).replace(/:\d*$/, ''), decoded);
};

const server = (host: string, path: string): Origin | undefined => {
  const segments = segmentsOf(path, /\/+/);
  return segments.length === 0 ? undefined : { at: 'server', host: host.toLowerCase(), path: segments };
};

const directory = (path: string): Origin | undefined => {
  const segments = segmentsOf(path.replace(/^[A-Za-z]:(?=[\\/])/, ''), /[\\/]+/);
  return segments.length === 0 ? undefined : { at: 'directory', path: segments };
};

const isPath = (text: string): boolean => /^(?:[A-Za-z]:)?[\\/]|^\.\.?(?:[\\/]|$)/.test(text);

/** What stands before the last `@` of the first segment may be a credential and never matters. */
const withoutUser = (text: string): string => text.replace(/^[^/\\]*@/, '');

const segmentsOf = (path: string, separator: RegExp): readonly string[] => {
  const segments = path.split(separator).map((segment) => segment.trim());
  const named = segments.filter((segment) => segment !== '');
  const last = named.pop()?.replace(/\.git$/i, '') ?? '';
  return last === '' ? [] : [...named, last];
};

const percentDecoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};
