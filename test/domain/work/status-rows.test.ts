import fc from 'fast-check';
import {
  LANES,
  loggedLaneFromText,
  placeOf,
  STATUS_LANES,
  type Lane,
  type LoggedLane,
} from '../../../src/domain/events/lane.js';
import { hasRow, readStatusLog } from '../../../src/domain/work/status-log.js';
import {
  annotationRow,
  seedRows,
  transitionRows,
  withRows,
  type Row,
} from '../../../src/domain/work/status-rows.js';
import { snapshotAfter } from '../../../src/domain/work/status-rows.js';

const NOW = '2026-05-01T10:00:00.000Z';

const order = {
  feature: '001-alpha',
  workPackageId: 'WP01',
  path: 'kitty-specs/001-alpha/tasks/WP01-a.md',
  by: 'claude',
  timestamp: NOW,
  eventId: 'Z1',
};

const APPROVAL = { review: { reviewer: 'claude', verdict: 'approved', reference: order.path } };

const rowsTo = (log: string, from: LoggedLane, to: Lane, note = 'why'): readonly Row[] => {
  let next = 0;
  const ids = { nextId: () => `Y${++next}` };
  return transitionRows(readStatusLog(log), { ...order, ...ids, from: placeOf(from), to, note });
};

const line = (to: string, at: string, more: object = {}): string =>
  `${JSON.stringify({ at, event_id: 'A', from_lane: 'x', mission_slug: 'm', to_lane: to, wp_id: 'WP01', ...more })}\n`;

const standing = (log: string): string | undefined =>
  readStatusLog(log).workPackages.get('WP01')?.standing?.to;

describe('the rows of a transition', () => {
  it.each<[LoggedLane, Lane, readonly string[], object]>([
    ['planned', 'doing', ['planned>claimed', 'claimed>in_progress'], { execution_mode: 'worktree' }],
    ['claimed', 'doing', ['claimed>in_progress'], { force: false }],
    ['blocked', 'doing', ['blocked>in_progress'], { review_ref: null }],
    ['in_progress', 'for_review', ['in_progress>for_review'], { evidence: null, reason: null }],
    ['claimed', 'for_review', ['claimed>in_progress', 'in_progress>for_review'], { force: false }],
    ['for_review', 'done', ['for_review>done'], { evidence: APPROVAL }],
    ['approved', 'done', ['approved>done'], { evidence: APPROVAL }],
    ['in_review', 'done', ['in_review>approved', 'approved>done'], { evidence: APPROVAL }],
    ['for_review', 'doing', ['for_review>in_progress'], { review_ref: order.path }],
    ['in_review', 'doing', ['in_review>in_progress'], { review_ref: order.path }],
    ['approved', 'doing', ['approved>in_progress'], { review_ref: order.path }],
    ['in_progress', 'planned', ['in_progress>planned'], { reason: 'why', force: false }],
    ['done', 'doing', ['done>in_progress'], { force: true, reason: 'why' }],
    ['canceled', 'planned', ['canceled>planned'], { force: true, reason: 'why' }],
    ['blocked', 'done', ['blocked>done'], { force: true, reason: 'why', evidence: APPROVAL }],
    ['uninitialized', 'doing', ['genesis>in_progress'], { force: true }],
  ])('from %s to %s carry what other clients ask for', (from, to, lanes, last) => {
    const rows = rowsTo('', from, to);
    expect(rows.map((row) => `${String(row['from_lane'])}>${String(row['to_lane'])}`)).toEqual(lanes);
    expect(rows.at(-1)).toMatchObject({ actor: 'claude', event_id: 'Z1', wp_id: 'WP01', ...last });
  });

  it.each([
    ['an hour ahead', '2026-05-01T11:00:00+00:00'],
    ['in microseconds', '2026-05-01T11:00:00.123456+00:00'],
    ['of another zone', '2026-05-01T12:00:00+02:00'],
    ['with a Z', '2026-05-01T10:00:00Z'],
    ['without seconds', '2026-05-01T10:00Z'],
    ['of a leap second', '2026-06-30T23:59:60Z'],
    ['of a day', '2026-05-01'],
    ['of a small t', '2026-05-01t10:00:00Z'],
  ])('come after a row whose time is %s', (_what, at) => {
    const log = line('planned', at);
    expect(standing(withRows(log, rowsTo(log, 'planned', 'doing')))).toBe('in_progress');
  });

  it('name the feature as the log does, else as version 3 does', () => {
    const older = line('planned', '2026-01-01T00:00:00Z', { mission_slug: undefined, feature_slug: 'f' });
    expect(rowsTo(older, 'planned', 'doing')[0]).toMatchObject({ feature_slug: 'f' });
    expect(rowsTo(older, 'planned', 'doing')[0]).not.toHaveProperty('mission_slug');
    expect(rowsTo('', 'planned', 'doing')[0]).toMatchObject({ mission_slug: '001-alpha' });
  });

  it('are lines of their own with sorted keys; what stood there stays byte for byte', () => {
    const damaged = `\ufeff{"b":1, "a":2}\r\n\r\n{"torn":`;
    const after = withRows(damaged, rowsTo('', 'for_review', 'done'));
    expect(after.startsWith(`${damaged}\n`)).toBe(true);
    expect(after.slice(damaged.length + 1)).toBe(
      '{"actor":"claude","at":"2026-05-01T10:00:00.000+00:00","event_id":"Z1","evidence":{"review":{"reference":' +
        '"kitty-specs/001-alpha/tasks/WP01-a.md","reviewer":"claude","verdict":"approved"}},"execution_mode":"worktree",' +
        '"force":false,"from_lane":"for_review","mission_slug":"001-alpha","policy_metadata":null,"reason":null,' +
        '"review_ref":null,"to_lane":"done","wp_id":"WP01"}\n',
    );
    expect([hasRow(after, 'Z1'), hasRow(after, 'Z'), hasRow(damaged, 'Z1')]).toEqual([true, false, false]);
  });

  it('bring any work package of any log to the lane that was asked for', () => {
    const anyLog = fc.array(
      fc.record({
        to: fc.constantFrom(...STATUS_LANES),
        from: fc.constantFrom(...STATUS_LANES),
        minute: fc.integer({ min: 0, max: 59 }),
        id: fc.string({ minLength: 1, maxLength: 2 }),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(anyLog, fc.constantFrom(...LANES), (entries, to) => {
        const log = entries
          .map(({ to: lane, from, minute, id }) =>
            line(lane, `2026-05-01T10:${String(minute).padStart(2, '0')}:00Z`, {
              event_id: id,
              from_lane: from,
            }),
          )
          .join('');
        const now = loggedLaneFromText(standing(log) ?? 'genesis') ?? 'uninitialized';
        const after = withRows(log, rowsTo(log, now, to));
        expect(after.startsWith(log)).toBe(true);
        expect(placeOf(loggedLaneFromText(standing(after) ?? '') ?? 'uninitialized').lane).toBe(to);
      }),
    );
  });

  it('seed a work package as planned, and mark a task without touching lanes', () => {
    const log = withRows('', seedRows(readStatusLog(''), order));
    expect(log).toContain('"force":false,"from_lane":"genesis"');
    const row = annotationRow(readStatusLog(log), {
      ...order,
      eventId: 'B',
      delta: { subtasks: { T002: 'done' } },
    });
    const after = readStatusLog(withRows(log, [row])).workPackages.get('WP01');
    expect([after?.standing?.to, after?.subtasks.get('T002')]).toEqual(['planned', 'done']);
  });
});

describe('the snapshot of other clients', () => {
  it('says what the log says, and keeps what is not about lanes', () => {
    const before = JSON.stringify({
      retrospective: { a: 1 },
      work_packages: { WP01: { shell_pid: 7, lane: 'done' } },
    });
    const log = withRows('', rowsTo('', 'uninitialized', 'doing'));
    expect(JSON.parse(snapshotAfter(before, readStatusLog(log)) ?? '')).toMatchObject({
      event_count: 1,
      last_event_id: 'Z1',
      retrospective: { a: 1 },
      summary: { in_progress: 1, done: 0 },
      work_packages: { WP01: { shell_pid: 7, lane: 'in_progress', last_event_id: 'Z1', force_count: 1 } },
    });
  });

  it('stays as it is when it is none', () => {
    expect(snapshotAfter('{', readStatusLog(''))).toBeUndefined();
    expect(snapshotAfter('[]', readStatusLog(''))).toBeUndefined();
  });
});
