/** The lanes of a work package, in the order in which work flows through them. */
export const LANES = ['planned', 'doing', 'for_review', 'done'] as const;

export type Lane = (typeof LANES)[number];

export const isLane = (text: unknown): text is Lane => (LANES as readonly unknown[]).includes(text);

const LEGAL: Readonly<Record<Lane, readonly Lane[]>> = {
  planned: ['doing'],
  doing: ['for_review', 'planned'],
  for_review: ['done', 'doing'],
  done: [],
};

/** Whether work may go from one lane to another without being forced. */
export const isLegalTransition = (from: Lane, to: Lane): boolean => LEGAL[from].includes(to);

/** The lanes that can be reached from `from` without force. */
export const reachableLanes = (from: Lane): readonly Lane[] => LEGAL[from];
