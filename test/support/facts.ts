import type { Fact } from '../../src/ports/outbox.js';

export const PROJECT = '550e8400-e29b-41d4-a716-446655440000';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The n-th of a row of event ids, ascending. */
export const eventId = (n: number): string => {
  let digits = '';
  for (let rest = n; digits.length < 10; rest = Math.floor(rest / 32))
    digits = `${ALPHABET[rest % 32]}${digits}`;
  return `01KH000000000000${digits}`;
};

/** A note on a work package, captured while nobody was signed in unless `hub` says where. */
export const fact = (
  n: number,
  options: { hub?: string; team?: string; issues?: Fact['issues'] } = {},
): Fact => ({
  event: {
    event_id: eventId(n),
    event_type: 'HistoryAdded',
    aggregate_id: 'WP01',
    aggregate_type: 'WorkPackage',
    payload: {
      wp_id: 'WP01',
      entry_type: 'note',
      entry_content: `note ${n}`,
      author: 'user',
      feature_slug: '001-x',
    },
    causation_id: null,
    timestamp: '2026-03-01T09:30:00.123Z',
    team_slug: options.team ?? 'local',
    project_uuid: PROJECT,
    project_slug: 'demo',
    git_branch: 'main',
    head_commit_sha: null,
    repo_slug: null,
    correlation_id: eventId(0),
    schema_version: '1.0',
  },
  ...(options.hub === undefined ? {} : { hub: options.hub }),
  ...(options.issues === undefined ? {} : { issues: options.issues }),
});

export const facts = (from: number, count: number): readonly Fact[] =>
  Array.from({ length: count }, (_, index) => fact(from + index));

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
};
