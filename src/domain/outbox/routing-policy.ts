import { unreachable } from '../errors.js';
import { isSameHub, type Account } from './account.js';

/** Whether the events of a project may leave this machine. */
export type Sharing = 'on' | 'off' | 'unreadable';

/** What one checkout of a project says. */
export interface CheckoutSharing {
  /** `sync.share` of its config; absent when it says nothing. */
  readonly share?: boolean;
  /** Whether its config could be read. */
  readonly readable: boolean;
}

/** Hub and team that a record belongs to. */
export interface RecordOwner {
  /** The hub's id, else its URL. */
  readonly hub: string;
  readonly team: string;
}

/** Why an event is kept back. Each reason can go away, and then the event leaves from where it is. */
export type HoldReason =
  | { readonly hold: 'no-identity' }
  | { readonly hold: 'sharing-off' }
  | { readonly hold: 'config-unreadable' }
  | { readonly hold: 'not-signed-in' }
  | { readonly hold: 'elsewhere'; readonly hub: string; readonly team: string }
  | { readonly hold: 'not-consented' }
  /** Whose `local` events are cannot be known until the decisions can be read. */
  | { readonly hold: 'decisions-unreadable' }
  /** The hub's own refusal, in its words. */
  | { readonly hold: 'refused'; readonly detail: string };

/** What decides whether a captured event may leave. */
export interface RoutableEvent {
  /** Absent: the checkout has no identity. */
  readonly projectUuid: string | undefined;
  readonly sharing: Sharing;
  /** Absent: nobody is signed in. */
  readonly account: Account | undefined;
  /** Absent: captured as `local` and not yet claimed for anybody, so that it belongs to who delivers it first. */
  readonly owner: RecordOwner | undefined;
  /** Captured before somebody could be asked whether it may leave, and not answered yet. */
  readonly needsConsent: boolean;
  /** The hub refused this event with these words, and it is not due again. */
  readonly refusal?: string;
}

/** The reason to hold an event, if there is one; it does not depend on the connection. */
export const holdReason = (input: RoutableEvent): HoldReason | undefined => {
  const { account, owner } = input;
  if (input.projectUuid === undefined) return { hold: 'no-identity' };
  if (input.sharing === 'off') return { hold: 'sharing-off' };
  if (input.sharing === 'unreadable') return { hold: 'config-unreadable' };
  if (account === undefined) return { hold: 'not-signed-in' };
  if (owner !== undefined && !belongsTo(owner, account))
    return { hold: 'elsewhere', hub: owner.hub, team: owner.team };
  if (input.needsConsent) return { hold: 'not-consented' };
  if (input.refusal !== undefined) return { hold: 'refused', detail: input.refusal };
  return undefined;
};

/** Whether a record of this owner may go out under this account. A team exists at one hub only. */
export const belongsTo = (owner: RecordOwner, account: Account): boolean =>
  isSameHub(owner.hub, account.hub) && owner.team === account.team;

/**
 * One answer from all known checkouts of a project and the user's preference. Any refusal counts for the whole
 * project, and a config that cannot be read might hold one; a preference can only restrict.
 */
export const sharingOf = (checkouts: readonly CheckoutSharing[], preference?: 'on' | 'off'): Sharing => {
  if (preference === 'off' || checkouts.some((checkout) => checkout.share === false)) return 'off';
  return checkouts.some((checkout) => !checkout.readable) ? 'unreadable' : 'on';
};

/** The exact words for people and for the counts of held events. */
export const holdSentence = (reason: HoldReason): string => {
  switch (reason.hold) {
    case 'no-identity':
      return 'no project identity';
    case 'sharing-off':
      return 'sharing is off';
    case 'config-unreadable':
      return 'config unreadable';
    case 'not-signed-in':
      return 'not signed in';
    case 'elsewhere':
      return `belongs to team ${reason.team} at hub ${reason.hub}`;
    case 'not-consented':
      return 'not consented';
    case 'decisions-unreadable':
      return 'decisions unreadable';
    case 'refused':
      return `refused by the hub: ${reason.detail}`;
    default:
      return unreachable(reason);
  }
};
