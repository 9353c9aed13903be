import type { Sha256 } from './node-id.js';
import { parseOrigin } from './origin.js';

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
