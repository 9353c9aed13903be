/**
 * What can be derived of a project without its config: always the same for the same origin, else the same path.
 *
 * - `uuid` is for a config that can neither be read nor written: the same in every run, and for everybody who cloned
 *   from the same place by whatever protocol and account. Has the form of a version 4 UUID.
 * - `slug` is the readable name: the last segment of where the project was cloned from, else the name of its directory.
 *   Never empty, and never with anything of a credential in it.
 * - `repoSlug` is `owner/name` of the server it was cloned from, in its own case.
 */
export const deriveIdentity = (
  hash: { sha256(text: string): string },
  projectRoot: string,
  originUrl: string | undefined,
): { readonly uuid: string; readonly slug: string; readonly repoSlug?: string } => {
  const origin = originUrl === undefined ? undefined : parseOrigin(originUrl);
  const directoryName =
    projectRoot
      .split(/[\\/]+/)
      .filter(Boolean)
      .at(-1) ?? '';
  const path = origin?.path.join('/');
  const name = origin === undefined ? `path:${projectRoot}` : `origin:${origin.host}/${path}`;
  return {
    uuid: uuidShaped(hash.sha256(name)),
    slug: slugify(origin?.path.at(-1) ?? '') || slugify(directoryName) || 'project',
    ...(path !== undefined && origin?.host !== '' && path.includes('/') && { repoSlug: path }),
  };
};

/** Whether a text that a person set has the form `owner/name`, possibly with groups between. */
export const isRepoSlug = (text: string): boolean =>
  text.includes('/') && text.split('/').every((part) => part.trim() !== '');

/** Lower case, with `-` for every run of other characters than letters and digits of ASCII. */
const slugify = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const uuidShaped = (hex: string): string => {
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, `$1-$2-4$3-${variant}$4-$5`);
};

/** What makes one node different from another: the machine and the user on it. */
interface NodeTraits {
  readonly machineId?: string | undefined;
  readonly hostname: string;
  readonly username: string;
}

/**
 * A stable, anonymised identifier of machine and user: the first 12 hex characters of the hash of machine id, host
 * and user. It is derived once, when the clock is made, and read from there ever after.
 */
export const deriveNodeId = (
  sha256: (text: string) => string,
  { machineId, hostname, username }: NodeTraits,
): string => sha256([machineId ?? '', hostname, username].join('\n')).slice(0, 12);

/** Where a repository was cloned from, as far as its URL tells. Credentials, ports and queries are gone. */
interface Origin {
  /** Empty for a directory of this machine or of a mounted one. */
  readonly host: string;
  /** At least one segment, without `.git`. */
  readonly path: readonly string[];
}

/**
 * Reads a remote URL in every form that git takes: with a scheme, scp-like, `file:`, a path, a Windows path.
 * `undefined` when it names no repository.
 */
const parseOrigin = (url: string): Origin | undefined => {
  const text = url.trim();
  const schemed = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/\\?#]*)([^?#]*)/.exec(text);
  if (schemed !== null) {
    const [, scheme = '', authority = '', encoded = ''] = schemed;
    const path = percentDecoded(encoded);
    if (scheme.toLowerCase() === 'file') return directory(path);
    return server(withoutUser(authority).replace(/:\d*$/, ''), path);
  }
  if (isPath(text)) return directory(text);
  const scpLike = /^(?:([^/\\]*)@)?(\[[^\]]*\]|[^:/\\@]+):([^]*)$/.exec(text);
  if (scpLike === null) return directory(withoutUser(text));
  const [, user, host = '', path = ''] = scpLike;
  if (user !== undefined || !/^[^/]*@/.test(path)) return server(host, path);
  // What looked like host and path was a user and a password: the host comes behind the @.
  return path.includes('/') ? directory(withoutUser(text)) : undefined;
};

const server = (host: string, path: string): Origin | undefined =>
  origin(host.toLowerCase(), path.split('/'));

const directory = (path: string): Origin | undefined =>
  origin('', path.replace(/^[A-Za-z]:(?=[\\/])/, '').split(/[\\/]/));

const origin = (host: string, segments: readonly string[]): Origin | undefined => {
  const named = segments.map((segment) => segment.trim()).filter((segment) => segment !== '');
  const last = named.pop()?.replace(/\.git$/i, '') ?? '';
  return last === '' ? undefined : { host, path: [...named, last] };
};

const isPath = (text: string): boolean => /^(?:[A-Za-z]:)?[\\/]|^\.\.?(?:[\\/]|$)/.test(text);

/** What stands before the last `@` of the first segment may be a credential and never matters. */
const withoutUser = (text: string): string => text.replace(/^[^/\\]*@/, '');

const percentDecoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};
