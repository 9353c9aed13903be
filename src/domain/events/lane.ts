/** The lanes of a work package, in the order in which work flows through them. */
export const LANES = ['planned', 'doing', 'for_review', 'done'] as const;

export type Lane = (typeof LANES)[number];

export const isLane = (text: unknown): text is Lane => (LANES as readonly unknown[]).includes(text);

/** The lanes of older clients, as the lane of ours that says the same about the work. */
export const OLDER_LANES: ReadonlyMap<string, Lane> = new Map<string, Lane>([
  ['claimed', 'planned'],
  ['in_progress', 'doing'],
  ['blocked', 'doing'],
  ['in_review', 'for_review'],
  ['approved', 'for_review'],
  ['canceled', 'planned'],
]);

/** Our lane for a lane of older clients; `undefined` when the text is none of theirs. */
export const fromOlderLane = (text: string): Lane | undefined => OLDER_LANES.get(text);

/** The finer lanes of a status log, in the order in which work flows through them, each with its column on the board. */
const COLUMNS = {
  planned: 'planned',
  claimed: 'doing',
  in_progress: 'doing',
  for_review: 'for_review',
  in_review: 'for_review',
  approved: 'for_review',
  done: 'done',
  blocked: 'doing',
  canceled: 'canceled',
} as const satisfies Readonly<Record<string, Lane | 'canceled'>>;

export type StatusLane = keyof typeof COLUMNS;

export const STATUS_LANES = Object.keys(COLUMNS) as readonly StatusLane[];

/** A status lane, or that nothing has been said of the work package yet. */
export type LoggedLane = StatusLane | 'uninitialized';

/** Where a work package stands: in one of our lanes, given up, or nowhere until its tasks are finalized. */
export type WorkPackageLane = Lane | 'canceled' | 'uninitialized';

/** A work package as far as its lane goes. */
export interface Placed {
  readonly lane: WorkPackageLane;
  /** The finer lane within ours, where it has a name of its own. */
  readonly detail?: StatusLane | undefined;
}

/** The status lane that a word of any client means; `undefined` when nobody uses it. */
export const loggedLaneFromText = (text: string): LoggedLane | undefined => {
  const word = text.trim().toLowerCase();
  return ALIASES.get(word) ?? STATUS_LANES.find((lane) => lane === word);
};

/** The place on the board of a status lane. */
export const placeOf = (logged: LoggedLane): Placed => {
  if (logged === 'uninitialized') return { lane: logged };
  const lane = COLUMNS[logged];
  return lane === logged ? { lane } : { lane, detail: logged };
};

/** The status lane of a place on the board. */
export const loggedLaneOf = ({ lane, detail }: Placed): LoggedLane =>
  detail ?? (lane === 'doing' ? 'in_progress' : lane);

/** Our lane on the wire, which has no word for what is given up or not begun to be planned. */
export const wireLane = (lane: WorkPackageLane): Lane => (isLane(lane) ? lane : 'planned');

/** The lane as people read it: by its own name where it has one. */
export const laneName = ({ lane, detail }: Placed): string =>
  lane === 'uninitialized' ? 'no lane' : (detail ?? lane);

/** Where a work package was before it moved; nothing of one that had no lane. */
export interface Origin {
  readonly from?: Lane | 'canceled' | undefined;
  /** The finer lane, where it has a name of its own. */
  readonly detail?: StatusLane | undefined;
}

export const originOf = ({ lane, detail }: Placed): Origin =>
  lane === 'uninitialized' ? {} : { from: lane, detail };

/** The origin as people read it. */
export const originName = ({ from, detail }: Origin): string => detail ?? from ?? 'no lane';

/** Whether a work package is where it shall go: only what is claimed or blocked is in `doing` and not at work. */
export const isAt = (place: Placed, to: Lane): boolean =>
  place.lane === to && (to !== 'doing' || loggedLaneOf(place) === 'in_progress');

/**
 * The status lanes that work goes through on its way to one of ours without being forced, the last one included;
 * `undefined` when there is no such way.
 */
export const wayTo = (from: LoggedLane, to: Lane): readonly StatusLane[] | undefined =>
  from === 'uninitialized' ? undefined : WAYS[to][from];

/** The status lane in which work is that comes into one of ours. */
export const arrivalIn = (to: Lane): StatusLane => (to === 'doing' ? 'in_progress' : to);

/** Whether work may go to a lane without being forced. */
export const isLegalTransition = (from: Placed, to: Lane): boolean =>
  wayTo(loggedLaneOf(from), to) !== undefined;

/** The lanes that can be reached from `from` without force, the nearest to the end first. */
export const reachableLanes = (from: Placed): readonly Lane[] =>
  [...LANES].reverse().filter((to) => isLegalTransition(from, to));

const ALIASES: ReadonlyMap<string, LoggedLane> = new Map<string, LoggedLane>([
  ['doing', 'in_progress'],
  ['genesis', 'uninitialized'],
  ['uninitialized', 'uninitialized'],
]);

const WAYS: Readonly<Record<Lane, Partial<Record<StatusLane, readonly StatusLane[]>>>> = {
  planned: { claimed: ['in_progress', 'planned'], in_progress: ['planned'] },
  doing: {
    planned: ['claimed', 'in_progress'],
    claimed: ['in_progress'],
    blocked: ['in_progress'],
    for_review: ['in_progress'],
    in_review: ['in_progress'],
    approved: ['in_progress'],
  },
  for_review: { claimed: ['in_progress', 'for_review'], in_progress: ['for_review'] },
  done: { for_review: ['done'], in_review: ['approved', 'done'], approved: ['done'] },
};
