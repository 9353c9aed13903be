import { cellKey, cellOf, type BoardEvent } from '../../../src/domain/hub/board-event.js';
import type { CellState, FeatureState, WorkPackageState } from '../../../src/domain/hub/cell-state.js';
import { foldCell, isLate, KEPT_DETAILS } from '../../../src/domain/hub/fold-cell.js';
import { refoldCell } from '../../support/board-projection.js';

let minted = 0;

const event = (
  type: string,
  payload: Readonly<Record<string, unknown>>,
  more: Partial<BoardEvent> = {},
): BoardEvent => ({
  event_id: `01JCX${String(++minted).padStart(21, '0')}`,
  event_type: type,
  aggregate_id: 'WP01',
  payload: { wp_id: 'WP01', feature_slug: '001-login', ...payload },
  node_id: 'aaaaaaaaaaaa',
  lamport_clock: minted,
  timestamp: '2026-01-01T00:00:00Z',
  project_uuid: 'p',
  ...more,
});

const move = (from: string, to: string, more: Partial<BoardEvent> = {}): BoardEvent =>
  event('WPStatusChanged', { previous_status: from, new_status: to }, more);

const fold = (...events: readonly BoardEvent[]): WorkPackageState => {
  const state = refoldCell({ project: 'p', feature: '001-login', workPackage: 'WP01' }, events);
  if (state?.kind !== 'work-package') throw new Error('not a work package');
  return state;
};

const foldFeature = (...events: readonly BoardEvent[]): FeatureState => {
  const state = refoldCell({ project: 'p', feature: '001-login', workPackage: '' }, events);
  if (state?.kind !== 'feature') throw new Error('not a feature');
  return state;
};

const usage = (author: string, day: string, numbers: Readonly<Record<string, number>>): BoardEvent =>
  event(
    'HistoryAdded',
    { entry_type: 'usage', entry_content: 'x', author, ...numbers },
    { timestamp: `${day}T12:00:00Z` },
  );

describe('what runs of agents took for a work package', () => {
  it('is summed by agent and day, and unknown where no run said it', () => {
    const unknown = { input_tokens: null, output_tokens: null, cost_usd_micros: null };
    const state = fold(
      event('HistoryAdded', { entry_type: 'note', entry_content: 'x', turns: 9 }),
      usage('ann', '2026-01-02', { duration_ms: 10, turns: 2 }),
      usage('ann', '2026-01-01', { duration_ms: 5 }),
      usage('ann', '2026-01-02', { duration_ms: 30 }),
      usage('bob', '2026-01-02', { turns: -1 }),
    );
    expect(state.usage).toEqual([
      { agent: 'ann', day: '2026-01-01', runs: 1, duration_ms: { sum: 5, runs: 1 }, turns: null, ...unknown },
      {
        ...{ agent: 'ann', day: '2026-01-02', runs: 2, ...unknown },
        ...{ duration_ms: { sum: 40, runs: 2 }, turns: { sum: 2, runs: 1 } },
      },
      { agent: 'bob', day: '2026-01-02', runs: 1, duration_ms: null, turns: null, ...unknown },
    ]);
    expect(fold(move('planned', 'doing')).usage).toBeUndefined();
  });

  it('is kept for so many agents by name, and of the others in one sum', () => {
    const state = fold(
      ...Array.from({ length: 200 }, (_, at) => usage(`agent ${at}`, '2026-01-01', { turns: 1 })),
    );
    expect(state.usage).toHaveLength(51);
    expect(state.usage?.find(({ agent }) => agent === null)).toMatchObject({
      runs: 150,
      turns: { sum: 150 },
    });
  });
});

describe('a work package on the board', () => {
  it('stands in the lane of its last transition', () => {
    const state = fold(
      event('WPCreated', { title: 'Sign in', dependencies: ['WP02'], status: 'planned' }),
      move('planned', 'doing'),
      move('doing', 'for_review'),
    );
    expect(state).toMatchObject({
      lane: 'for_review',
      title: 'Sign in',
      dependencies: [{ wp_id: 'WP02', resolution: null }],
      transitions: 2,
      conflicting: 0,
      concurrent: 0,
      marked: [],
    });
  });

  it('has the finer lane of the event that set the lane, and of no other one', () => {
    const created = event('WPCreated', { title: 'a', status: 'for_review', detail: 'approved' });
    const begun = event('WPStatusChanged', {
      previous_status: 'for_review',
      new_status: 'doing',
      detail: 'in_progress',
    });
    const again = event('WPCreated', { title: 'b', status: 'planned', detail: 'blocked' });
    expect(fold(created)).toMatchObject({ lane: 'for_review', detail: 'approved' });
    expect(fold(created, begun, again)).toMatchObject({ lane: 'doing', detail: 'in_progress' });
    expect(fold(created, begun, move('doing', 'done'))).toMatchObject({ lane: 'done', detail: null });
  });

  it('marks a transition that does not start where the fold stands, and still makes it', () => {
    const before = [move('planned', 'doing'), move('doing', 'done')];
    const conflicting = move('planned', 'doing');
    const state = fold(...before, conflicting);
    expect(state).toMatchObject({ lane: 'doing', conflicting: 1, concurrent: 0 });
    expect(state.marked).toMatchObject([
      { event_id: conflicting.event_id, conflicting: true, concurrent: false },
    ]);
  });

  it('marks both sides of concurrent transitions', () => {
    const left = move('doing', 'for_review', { lamport_clock: 7, node_id: 'aaaaaaaaaaaa' });
    const right = move('doing', 'planned', { lamport_clock: 7, node_id: 'bbbbbbbbbbbb' });
    const state = fold(move('planned', 'doing', { lamport_clock: 6 }), right, left);
    expect(state).toMatchObject({ lane: 'planned', concurrent: 2, conflicting: 1 });
    expect(state.marked.map(({ event_id, concurrent }) => [event_id, concurrent])).toEqual([
      [left.event_id, true],
      [right.event_id, true],
    ]);
  });

  it('does not call the transitions of one node concurrent', () => {
    const state = fold(
      move('planned', 'doing', { lamport_clock: 7 }),
      move('doing', 'for_review', { lamport_clock: 7 }),
    );
    expect(state.concurrent).toBe(0);
  });

  it('takes a lane from a creation only when it has none', () => {
    expect(fold(event('WPCreated', { title: 'a', status: 'done' })).lane).toBe('done');
    expect(fold(event('WPCreated', { title: 'a', status: 'nowhere' })).lane).toBe('planned');
    const renamed = fold(move('planned', 'doing'), event('WPCreated', { title: 'b', status: 'planned' }));
    expect(renamed).toMatchObject({ lane: 'doing', title: 'b', conflicting: 0 });
  });

  it('keeps what is resolved when dependencies are declared anew', () => {
    const resolved = event('DependencyResolved', { dependency_wp_id: 'WP03', resolution_type: 'merged' });
    const state = fold(
      event('WPCreated', { dependencies: ['WP02', 'WP03', 'WP02'] }),
      resolved,
      event('WPCreated', { dependencies: ['WP04'] }),
      event('DependencyResolved', { dependency_wp_id: 'WP05', resolution_type: 'skipped' }),
    );
    expect(state.dependencies).toEqual([
      { wp_id: 'WP04', resolution: null },
      { wp_id: 'WP03', resolution: 'merged' },
      { wp_id: 'WP05', resolution: 'skipped' },
    ]);
  });

  it('names the agent that was assigned last', () => {
    const first = event('WPAssigned', { agent_id: 'ann', phase: 'implementation', retry_count: 0 });
    const second = event('WPAssigned', { agent_id: 'bob', phase: 'review', retry_count: 2 });
    expect(fold(first, second).agent).toEqual({
      ...{ agent_id: 'bob', phase: 'review', retry_count: 2, since: second.timestamp },
    });
    expect(fold(event('WPAssigned', { agent_id: 'ann', phase: 'x' })).agent).toEqual({
      agent_id: 'ann',
      phase: null,
      retry_count: 0,
      since: first.timestamp,
    });
  });

  it('names whoever took planned work up, and nobody who only sent it back or was not named', () => {
    const by = (who: string, from: string, to: string) =>
      event('WPStatusChanged', { previous_status: from, new_status: to, changed_by: who });
    const taken = by('ann', 'planned', 'doing');
    const agent = { agent_id: 'ann', phase: 'implementation', retry_count: 0, since: taken.timestamp };
    expect(fold(taken).agent).toEqual(agent);
    expect(fold(taken, by('bob', 'for_review', 'doing')).agent).toEqual(agent);
    expect(fold(taken, by('user', 'planned', 'doing')).agent).toEqual(agent);
    expect(fold(by('user', 'planned', 'doing')).agent).toBeNull();
    const assigned = event('WPAssigned', { agent_id: 'ann', phase: 'implementation', retry_count: 2 });
    expect(fold(assigned, taken).agent).toMatchObject({ retry_count: 2 });
  });

  it('counts what it cannot read and is not moved by it', () => {
    const state = fold(
      move('planned', 'doing'),
      move('doing', 'elsewhere'),
      event('WPAssigned', {}),
      event('DependencyResolved', { dependency_wp_id: 'WP02' }),
      event('GatePassed', {}),
      event('HistoryAdded', { entry_content: 'x' }),
    );
    expect(state).toMatchObject({ lane: 'doing', events: 6, unknown: 4, agent: null });
    expect(state.last_event.event_type).toBe('HistoryAdded');
  });

  it('keeps the latest errors and marks by name and counts all of them', () => {
    const errors = Array.from({ length: 30 }, (_, at) => event('ErrorLogged', { error_message: `e${at}` }));
    const conflicts = Array.from({ length: 30 }, () => move('done', 'planned'));
    const state = fold(...errors, ...conflicts);
    expect(state.errors).toBe(30);
    expect(state.recent_errors.map((error) => error.error_message)).toEqual(
      errors.slice(-KEPT_DETAILS).map((_, at) => `e${30 - KEPT_DETAILS + at}`),
    );
    expect(state.conflicting).toBe(29);
    expect(state.marked).toHaveLength(KEPT_DETAILS);
  });
});

describe('a feature on the board', () => {
  it('knows its creation and completion, and the errors of no work package', () => {
    const feature = { wp_id: undefined };
    const completed = event('FeatureCompleted', { ...feature, total_wps: 3, total_duration: 'PT5M' });
    const state = foldFeature(
      event('FeatureCreated', { ...feature, feature_number: '001', target_branch: 'main', wp_count: 3 }),
      event('ErrorLogged', {
        wp_id: null,
        error_type: 'network',
        error_message: 'x'.repeat(900),
        agent_id: 'ann',
      }),
      completed,
      event('GatePassed', feature),
    );
    expect(state).toMatchObject({
      feature_slug: '001-login',
      feature_number: '001',
      target_branch: 'main',
      wp_count: 3,
      created_at: '2026-01-01T00:00:00Z',
      completed: { event_id: completed.event_id, total_wps: 3, total_duration: 'PT5M' },
      errors: 1,
      unknown: 1,
    });
    expect(state.recent_errors[0]?.error_message).toHaveLength(500);
  });

  it('says null where no event said anything', () => {
    expect(foldFeature(event('FeatureCompleted', { total_wps: 'three' }))).toMatchObject({
      wp_count: null,
      completed: { total_wps: null, total_duration: null },
    });
  });
});

describe('the cell of an event', () => {
  it('is named by the payload, else by the aggregate', () => {
    expect(cellOf(event('X', {}))).toEqual({ project: 'p', feature: '001-login', workPackage: 'WP01' });
    expect(cellOf(event('X', { wp_id: 'nonsense', feature_slug: 7 }))).toEqual({
      project: 'p',
      feature: '',
      workPackage: 'WP01',
    });
    const feature = event(
      'FeatureCreated',
      {},
      { aggregate_id: '002-pay', payload: null, project_uuid: 'ABC' },
    );
    expect(cellOf(feature)).toEqual({ project: 'abc', feature: '002-pay', workPackage: '' });
    const error = event('ErrorLogged', {}, { aggregate_id: 'error', payload: {}, project_uuid: null });
    expect(cellOf(error)).toEqual({ project: '', feature: '', workPackage: '' });
  });

  it('has a key of its own', () => {
    const cells = [
      { project: 'a', feature: 'b', workPackage: '' },
      { project: 'a', feature: '', workPackage: 'b' },
      { project: '', feature: 'a', workPackage: 'b' },
    ];
    expect(new Set(cells.map(cellKey)).size).toBe(3);
  });

  it('calls late what belongs before something folded', () => {
    const [first, second] = [move('planned', 'doing'), move('doing', 'done')];
    const cell = cellOf(first);
    const state: CellState = foldCell(undefined, cell, second);
    expect(isLate(undefined, first)).toBe(false);
    expect(isLate(state, first)).toBe(true);
    expect(isLate(foldCell(undefined, cell, first), second)).toBe(false);
    expect(refoldCell(cell, [])).toBeUndefined();
  });
});
