/** The hub, user and team that are signed in. */
export interface Account {
  readonly hub: HubAddress;
  readonly team: string;
  readonly username?: string;
}

/** Where a hub is and, once it has said so, who it is. */
export interface HubAddress {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** The hub's own id; outlives a change of its URL. */
  readonly id?: string;
  /** An id that it states and that was first seen elsewhere: whose hub it is, nobody has confirmed. */
  readonly claims?: string;
}

/** The name under which a hub is remembered in records and ledgers: its id, else its URL. */
export const hubKey = (hub: HubAddress): string => hub.id ?? hub.url;

/**
 * Whether a hub has said who it is. That announces the calls of the contract that only some hubs have: who the bearer
 * is, ending a session, what is stored. A hub that has not is asked for none of them.
 */
export const hasAnnouncedItself = (hub: HubAddress): boolean =>
  hub.id !== undefined || hub.claims !== undefined;

/** Whether a remembered name means this hub: captures made before the id was known carry the URL. */
export const isSameHub = (key: string, hub: HubAddress): boolean => key === hub.id || key === hub.url;

/** Whether both mean the same team at the same hub, whoever its user is. */
export const isSameAccount = (a: Account, b: Account): boolean =>
  a.team === b.team && (isSameHub(hubKey(a.hub), b.hub) || isSameHub(hubKey(b.hub), a.hub));
