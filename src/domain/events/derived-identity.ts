/** What can be derived of a project without its config: always the same for the same origin, else the same path. */
export const deriveIdentity = (
  hash: { sha256(text: string): string },
  projectRoot: string,
  originUrl: string | undefined,
): { readonly uuid: string; readonly slug: string; readonly repoSlug?: string } => {
  const repoSlug = deriveRepoSlug(originUrl);
  const names = projectRoot.split(/[\\/]/).filter((name) => name !== '');
  return {
    uuid: deriveProjectUuid((text) => hash.sha256(text), { originUrl, realPath: projectRoot }),
    slug: deriveProjectSlug(originUrl, names.at(-1) ?? ''),
    ...(repoSlug !== undefined && { repoSlug }),
  };
};

/**
 * The readable name of a project: the last segment of where it was cloned from, else the name of its directory.
 * Lower case, with `-` for every run of other characters than letters and digits of ASCII; never empty, and never
 * with anything of a credential in it.
 */
export const deriveProjectSlug = (originUrl: string | undefined, directoryName: string): string => {
  const origin = originUrl === undefined ? undefined : parseOrigin(originUrl);
  return slugify(origin?.path.at(-1) ?? '') || slugify(directoryName) || LAST_RESORT;
};

/** `owner/name` of the server the project was cloned from, in its own case; `undefined` for anything else. */
export const deriveRepoSlug = (originUrl: string | undefined): string | undefined => {
  const origin = originUrl === undefined ? undefined : parseOrigin(originUrl);
  return origin?.at === 'server' && origin.path.length >= 2 ? origin.path.join('/') : undefined;
};

/** Whether a text that a person set has the form `owner/name`, possibly with groups between. */
export const isRepoSlug = (text: string): boolean =>
  text.includes('/') && text.split('/').every((part) => part.trim() !== '');

const LAST_RESORT = 'project';

const slugify = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** What a project is recognised by when its config cannot tell. */
interface ProjectTraits {
  readonly originUrl: string | undefined;
  /** Real path of the project root. */
  readonly realPath: string;
}

/**
 * A project uuid for a config that can neither be read nor written: the same in every run, and for everybody who
 * cloned from the same place by whatever protocol and account. Has the form of a version 4 UUID.
 */
export const deriveProjectUuid = (sha256: Sha256, traits: ProjectTraits): string =>
  uuidShaped(sha256(nameOf(traits)));

const nameOf = ({ originUrl, realPath }: ProjectTraits): string => {
  const origin = originUrl === undefined ? undefined : parseOrigin(originUrl);
  if (origin === undefined) return `path:${realPath}`;
  return origin.at === 'server'
    ? `origin:${origin.host}/${origin.path.join('/')}`
    : `origin:/${origin.path.join('/')}`;
};

const uuidShaped = (hex: string): string => {
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};

/** Lower-case hex of the SHA-256 of a text. */
type Sha256 = (text: string) => string;

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
export const deriveNodeId = (sha256: Sha256, { machineId, hostname, username }: NodeTraits): string =>
  sha256([machineId ?? '', hostname, username].join('\n')).slice(0, 12);

/** Where a repository was cloned from, as far as its URL tells. Credentials, ports and queries are gone. */
type Origin =
  /** A repository on a server; `path` has at least one segment, without `.git`. */
  | { readonly at: 'server'; readonly host: string; readonly path: readonly string[] }
  /** A directory of this machine or of a mounted one. */
  | { readonly at: 'directory'; readonly path: readonly string[] };

/**
 * Reads a remote URL in every form that git takes: with a scheme, scp-like, `file:`, a path, a Windows path.
 * `undefined` when it names no repository.
 */
const parseOrigin = (url: string): Origin | undefined => {
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
