import type { HubAddress } from '../domain/delivery/account.js';

export interface ReadRequest {
  readonly hub: HubAddress;
  readonly accessToken: string;
  /** The cursor: the sequence number or the id of the last event that is known already; 0 for the beginning. */
  readonly after: number | string;
  /** Only events of this project. */
  readonly projectUuid?: string;
}

/** An event as the hub has it, with its place in the team's log. */
export interface ReadEvent {
  readonly sequence: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What a hub said when it was asked for events. */
export type ReadAnswer =
  | {
      readonly answer: 'page';
      /** In the order of their arrival. */
      readonly events: readonly ReadEvent[];
      /** Where to go on. */
      readonly next: number;
      /** Whether there is another page now. */
      readonly more: boolean;
    }
  /** The access token is not accepted. */
  | { readonly answer: 'unauthorized' }
  /** The team has no event of the id that was given as cursor. */
  | { readonly answer: 'unknown-event' }
  /** This hub shows nobody what it has: it keeps to the base contract. */
  | { readonly answer: 'unsupported' }
  /** No usable answer: nothing is known. */
  | { readonly answer: 'unavailable'; readonly reason: string };

/** Reads the events that a hub has stored for the team of a token. */
export interface EventReader {
  /**
   * One page. Never throws for anything the network or the hub can do. Bounded in time and memory; changes nothing at
   * the hub. Throws `insecure-server`, before anything is sent, for a hub that is neither https nor on this machine.
   */
  read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer>;
}
