import { joinUsage, sumOfRuns, usageIn } from '../events/usage.js';
import { fieldOf, textOf, type BoardEvent } from './board-event.js';
import type { AgentUsage, FeatureBoard } from './cell-state.js';

/** The usage of a work package after one more run; its agent is the author of the entry that tells of it. */
export const addUsage = (
  before: readonly AgentUsage[],
  { payload, timestamp }: BoardEvent,
): readonly AgentUsage[] => {
  const key = { agent: textOf(payload, 'author') ?? null, day: timestamp.slice(0, DATE_LENGTH) };
  const isThere = before.some(({ agent, day }) => agent === key.agent && day === key.day);
  const named = isThere || before.length < MOST ? key : { agent: null, day: null };
  return joinRows([...before, { ...named, ...sumOfRuns([usageIn(payload)]) }]);
};

export const isUsage = ({ event_type: type, payload }: BoardEvent): boolean =>
  type === 'HistoryAdded' && fieldOf(payload, 'entry_type') === 'usage';

/** What runs of agents took for a feature, by agent and day. */
export const usageOfFeature = ({
  work_packages: all,
}: Pick<FeatureBoard, 'work_packages'>): readonly AgentUsage[] =>
  joinRows(all.flatMap(({ usage }) => usage ?? []));

/** The rows with those of one agent and day put together, by day and then by agent. */
export const joinRows = (rows: readonly AgentUsage[]): readonly AgentUsage[] => {
  const byKey = new Map<string, AgentUsage>();
  for (const row of rows) {
    const { agent, day } = row;
    const key = JSON.stringify([day, agent]);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? row : { agent, day, ...joinUsage([known, row]) });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
};

/** What is kept by name of a work package: a list without end would make every board as long. */
const MOST = 50;
const DATE_LENGTH = 'YYYY-MM-DD'.length;
