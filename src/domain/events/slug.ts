import { parseOrigin } from './origin.js';

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
