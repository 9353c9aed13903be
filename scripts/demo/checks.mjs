/** What must hold at the end; each check says what it looked at. */
export const judge = ({ captured, stored, offlineIds, backAt, status }) => {
  const ids = stored.map(({ event }) => event.event_id);
  const [project] = status.projects;
  const { accounting } = project;
  const checks = [
    [
      'every captured event is at the hub',
      captured.every(({ event_id: id }) => ids.includes(id)),
      `${captured.length} captured`,
    ],
    [
      'each is there exactly once',
      new Set(ids).size === ids.length && ids.length === captured.length,
      `${ids.length} stored`,
    ],
    [
      'in causal order',
      isRising(stored.map(({ event }) => event.lamport_clock)),
      `clock ${stored[0].event.lamport_clock} to ${stored.at(-1).event.lamport_clock}`,
    ],
    ['with project, node, team and branch', hasIdentity(stored), describe(stored)],
    [
      'what happened offline arrived after it',
      offlineIds.length > 0 && offlineIds.every((id) => arrivedAt(stored, id) >= backAt),
      `${offlineIds.length} events`,
    ],
    [
      'the accounting identity holds',
      accounting.captured === rightSide(accounting) && project.balanced,
      numbersOf(accounting).join(' + ').replace(' + ', ' = '),
    ],
  ];
  return checks.map(([name, holds, seen]) => ({ name, holds, seen }));
};

/** The numbers of the identity in its order: captured, delivered, duplicate, pending, held, dead letters, discarded. */
export const numbersOf = ({
  captured,
  delivered,
  duplicate,
  pending,
  held,
  dead_letters: deadLetters,
  discarded,
}) => [captured, delivered, duplicate, pending, sum(held), sum(deadLetters), discarded];

const rightSide = (accounting) =>
  numbersOf(accounting)
    .slice(1)
    .reduce((total, count) => total + count, 0);

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

const isRising = (values) => values.every((value, index) => index === 0 || value > values[index - 1]);

const arrivedAt = (stored, id) =>
  Date.parse(stored.find(({ event }) => event.event_id === id)?.received_at ?? 0);

const SAME_ON_ALL = ['project_uuid', 'node_id', 'team_slug'];

const hasIdentity = (stored) =>
  stored.every(({ event }) => event.git_branch !== null) &&
  SAME_ON_ALL.every((key) => {
    const values = new Set(stored.map(({ event }) => event[key]));
    return values.size === 1 && !values.has(null);
  });

const describe = (stored) => {
  const { project_slug: slug, node_id: node, team_slug: team } = stored[0].event;
  const branches = new Set(stored.map(({ event }) => event.git_branch));
  return `${slug} · ${node} · ${team} · ${branches.size} branches`;
};
