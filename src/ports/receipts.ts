import type { HubAddress } from '../domain/delivery/account.js';

export interface ReceiptRequest {
  readonly hub: HubAddress;
  readonly accessToken: string;
  readonly projectUuid: string;
  /** The cursor: where the page before said to go on; 0 for the beginning. */
  readonly after: number;
}

/** What a hub said when it was asked which events it has. */
export type ReceiptAnswer =
  | {
      readonly answer: 'page';
      /** Ids of events that the hub has on disk for the token's team and this project, in the order of their arrival. */
      readonly eventIds: readonly string[];
      /** Where to go on. */
      readonly next: number;
      /** Whether there is another page. */
      readonly more: boolean;
    }
  /** The access token is not accepted. */
  | { readonly answer: 'unauthorized' }
  /** This hub cannot say what it has: it keeps to the base contract. */
  | { readonly answer: 'unsupported' }
  /** No usable answer: nothing is known. */
  | { readonly answer: 'unavailable'; readonly reason: string };

/** Asks a hub which events it has. */
export interface ReceiptReader {
  /**
   * One page. Never throws for anything the network or the hub can do. Bounded in time and memory; changes nothing at
   * the hub. Throws `insecure-server`, before anything is sent, for a hub that is neither https nor on this machine.
   */
  read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer>;
}
