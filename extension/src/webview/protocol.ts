import type { TimelineEntry } from 'spec-kitty-sync/domain';
import type { BoardView } from 'spec-kitty-sync/plans';

/** What a view and its page say to each other: two closed lists, and nothing else is listened to. No `vscode`, no Node. */

/** To the page: everything that it shows, as text. */
export type ToPage =
  | (BoardView & { readonly show: 'board' })
  | {
      readonly show: 'timeline';
      readonly title: string;
      readonly entries: readonly TimelineEntry[];
      readonly empty: string;
    }
  /** How something went that was asked for here. */
  | { readonly show: 'told'; readonly text: string; readonly isRefusal: boolean };

/** From the page: what a person did. */
export type FromPage =
  | { readonly did: 'began' }
  | { readonly did: 'move'; readonly id: string; readonly to: string }
  | { readonly did: 'choose' | 'open' | 'timeline'; readonly id: string };

/** A message as the page must have sent it; anything else is nobody's. */
export const readFromPage = (value: unknown): FromPage | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { did, id, to } = value as Readonly<Record<string, unknown>>;
  if (did === 'began') return { did };
  if (typeof id !== 'string' || id.length > LONGEST) return undefined;
  if (did === 'move') return typeof to === 'string' && to.length <= LONGEST ? { did, id, to } : undefined;
  return did === 'choose' || did === 'open' || did === 'timeline' ? { did, id } : undefined;
};

const LONGEST = 100;
