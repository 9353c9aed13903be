import type { BoardView } from 'spec-kitty-sync/plans';

/** What a board and its page say to each other: two closed lists, and nothing else is listened to. No `vscode`, no Node. */

/** To the page: everything that it shows, as text, with what it is about; or why what was asked for was refused. */
export type ToPage =
  | {
      readonly show: 'board';
      readonly project: string;
      readonly feature: string;
      readonly view: BoardView;
    }
  | { readonly show: 'refusal'; readonly text: string };

/** From the page: which command a person gave to a card; `to` is the lane of a move, which is asked for when it is absent. */
export type FromPage =
  | { readonly did: 'began' }
  | { readonly did: 'move' | 'openFile' | 'showTimeline'; readonly id: string; readonly to?: string };

/** A message as the page must have sent it; anything else is nobody's. */
export const readFromPage = (value: unknown): FromPage | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { did, id, to } = value as Readonly<Record<string, unknown>>;
  if (did === 'began') return { did };
  if (!isShort(id) || (did !== 'move' && did !== 'openFile' && did !== 'showTimeline')) return undefined;
  if (did !== 'move' || to === undefined) return { did, id };
  return isShort(to) ? { did, id, to } : undefined;
};

const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= 100;
