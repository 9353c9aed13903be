import type { HubAddress } from '../outbox/account.js';

/** A hub's id and the addresses at which it may be believed to be that hub. */
export interface KnownHub {
  readonly id: string;
  /** Where it was first seen, and where a person said that it has moved to since. */
  readonly urls: readonly string[];
}

/**
 * Whether a text can be the id of a hub: one printable word, and no address, so that no hub can take the name under
 * which one without an id is remembered.
 */
export const isHubId = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) && !/^(https?:|-)/i.test(value);

/**
 * Who a hub is. What it states is a claim: an id that was first seen elsewhere does not make it that hub, until a person
 * says so. One that does not state its id any more is still the hub that was known at its address.
 */
export const recognize = (known: readonly KnownHub[], hub: HubAddress): HubAddress => {
  const { url } = hub;
  const stated = hub.claims ?? hub.id;
  const here = known.filter(({ urls }) => urls.includes(url)).at(-1)?.id;
  const named = stated === undefined ? undefined : known.find(({ id }) => id === stated);
  if (stated !== undefined && (named === undefined || named.urls.includes(url))) return { url, id: stated };
  return {
    url,
    ...(here === undefined ? {} : { id: here }),
    ...(stated === undefined ? {} : { claims: stated }),
  };
};

/** With the id that a hub states bound to its address, when nobody has stated it before. */
export const meet = (known: readonly KnownHub[], { url, id }: HubAddress): readonly KnownHub[] =>
  id === undefined || known.some((hub) => hub.id === id) ? known : [...known, { id, urls: [url] }];

/** A person says that the hub of this id is at this address too. */
export const moveTo = (known: readonly KnownHub[], id: string, url: string): readonly KnownHub[] => {
  const hub = known.find((each) => each.id === id) ?? { id, urls: [] };
  if (hub.urls.includes(url)) return known;
  return [...known.filter((each) => each !== hub), { id, urls: [...hub.urls, url] }];
};
