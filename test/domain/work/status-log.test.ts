import fc from 'fast-check';
import { STATUS_LANES } from '../../../src/domain/events/lane.js';
import { readStatusLog } from '../../../src/domain/work/status-log.js';

const at = (minute: number, rest = ''): string =>
  `2026-05-01T10:${String(minute).padStart(2, '0')}:00${rest}+00:00`;

const row = (id: string, minute: number, from: string, to: string, more: object = {}): string =>
  JSON.stringify({
    actor: 'a',
    at: at(minute),
    event_id: id,
    force: false,
    from_lane: from,
    mission_slug: '001-alpha',
    to_lane: to,
    wp_id: 'WP01',
    ...more,
  });

const annotation = (id: string, minute: number, delta: object): string =>
  JSON.stringify({ at: at(minute), delta, event_id: id, kind: 'annotation', wp_id: 'WP01' });

const log = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;

const laneOf = (text: string, id = 'WP01'): string | undefined =>
  readStatusLog(text).workPackages.get(id)?.standing?.to;

describe('reading a status log', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['nothing', [], undefined],
    ['the last of two', [row('A', 1, 'genesis', 'planned'), row('B', 2, 'planned', 'claimed')], 'claimed'],
    ['time before line', [row('B', 2, 'planned', 'claimed'), row('A', 1, 'genesis', 'planned')], 'claimed'],
    [
      'id at equal time',
      [row('B', 1, 'claimed', 'in_progress'), row('A', 1, 'planned', 'claimed')],
      'in_progress',
    ],
    ['the first of a repeated id', [row('A', 1, 'x', 'planned'), row('A', 2, 'x', 'done')], 'planned'],
    [
      'a rollback after a step forward at equal time',
      [row('A', 1, 'in_review', 'approved'), row('B', 1, 'in_review', 'in_progress')],
      'in_progress',
    ],
    [
      'a rollback before a step forward at equal time',
      [row('B', 1, 'in_review', 'approved'), row('A', 1, 'in_review', 'in_progress')],
      'in_progress',
    ],
    [
      'a rollback of an older writer, told by its review',
      [row('A', 1, 'for_review', 'in_progress', { review_ref: 'r' }), row('B', 1, 'for_review', 'done')],
      'in_progress',
    ],
    [
      'no rollback without a review',
      [row('A', 1, 'for_review', 'in_progress', { review_ref: null }), row('B', 1, 'for_review', 'done')],
      'done',
    ],
    [
      'a later step forward after a rollback',
      [row('A', 1, 'in_review', 'in_progress'), row('B', 2, 'in_progress', 'for_review')],
      'for_review',
    ],
    ['rows of the life cycle', ['{"event_type":"MissionCreated","payload":{}}'], undefined],
    ['rows of a kind to come', ['{"kind":"weather"}'], undefined],
    ['annotations', [annotation('A', 1, { note: 'x' })], undefined],
    ['blank lines', ['', row('A', 1, 'genesis', 'planned'), '  ', ''], 'planned'],
  ])('%s', (_what, rows, lane) => {
    const read = readStatusLog(log(...rows));
    expect(read.faults).toEqual([]);
    expect(laneOf(log(...rows))).toBe(lane);
  });

  it('reads a byte order mark, line ends of Windows and a last line without an end', () => {
    const text = `\ufeff${row('A', 1, 'genesis', 'planned')}\r\n${row('B', 2, 'planned', 'claimed')}`;
    expect(readStatusLog(text).faults).toEqual([]);
    expect(laneOf(text)).toBe('claimed');
  });

  it('orders times as texts, as every client does', () => {
    const early = row('A', 1, 'planned', 'claimed', { at: at(1, '.500000') });
    const late = row('B', 1, 'genesis', 'planned', { at: at(1) });
    expect(laneOf(log(early, late))).toBe('claimed');
  });

  it('folds annotations field by field, tasks one by one', () => {
    const read = readStatusLog(
      log(
        annotation('C', 3, { subtasks: { T002: 'done' }, note: 'x' }),
        annotation('A', 1, { subtasks: { T001: 'done', T002: 'planned' }, agent: 'claude' }),
        annotation('B', 2, { agent: 'codex' }),
      ),
    );
    const known = read.workPackages.get('WP01');
    expect(Object.fromEntries(known?.subtasks ?? [])).toEqual({ T001: 'done', T002: 'done' });
    expect(known).toMatchObject({ agent: 'codex', lastAt: at(3) });
    expect(known?.standing).toBeUndefined();
  });

  it('folds nothing of a row of a kind to come, whatever it has in common with annotations', () => {
    const row = {
      at: at(1),
      delta: { subtasks: { T001: 'done' } },
      event_id: 'A',
      kind: 'weather',
      wp_id: 'WP01',
    };
    const read = readStatusLog(log(JSON.stringify(row)));
    expect([read.faults, read.workPackages.size]).toEqual([[], 0]);
  });

  it('counts what was forced, and keeps how rows name the feature', () => {
    const forced = row('B', 2, 'planned', 'done', { force: true, mission_id: '01X' });
    const read = readStatusLog(log(row('A', 1, 'genesis', 'planned'), forced));
    expect(read.workPackages.get('WP01')?.forced).toBe(1);
    expect(read.names).toEqual({ mission_slug: '001-alpha', mission_id: '01X' });
  });

  it.each<[string, string, string]>([
    ['{"to_lane":', 'a line that was torn', 'is not JSON'],
    ['<<<<<<< HEAD', 'a conflict marker', 'is a conflict marker'],
    ['=======', 'the middle of a conflict', 'is a conflict marker'],
    ['>>>>>>> main', 'the end of a conflict', 'is a conflict marker'],
    ['||||||| base', 'the base of a conflict', 'is a conflict marker'],
    ['[1]', 'a list', 'is no JSON object'],
    [row('', 1, 'x', 'planned'), 'no id', 'has no event_id'],
    [row('A', 1, 'x', 'planned', { wp_id: null }), 'no work package', 'names no work package in wp_id'],
    [row('A', 1, 'x', 'planned', { to_lane: null }), 'no lane', 'names no lane in to_lane'],
    [row('A', 1, 'x', 'planned', { at: 'today' }), 'no time', 'has no time in at, such as'],
  ])('%s is a fault by its line: %s', (line, _what, reason) => {
    const { faults } = readStatusLog(log(row('Z', 1, 'genesis', 'planned'), '', line));
    expect(faults).toEqual([{ line: 3, reason: expect.stringContaining(reason) as string }]);
  });

  const anyRow = fc
    .record({
      id: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'),
      minute: fc.integer({ min: 0, max: 3 }),
      from: fc.constantFrom(...STATUS_LANES),
      to: fc.constantFrom(...STATUS_LANES),
      review: fc.constantFrom(null, 'r'),
    })
    .map(({ id, minute, from, to, review }) => row(id, minute, from, to, { review_ref: review }));

  it('comes to the same whichever side of a merge stands first, with lines in common or not', () => {
    const unique = fc.uniqueArray(anyRow, {
      selector: (text) => (JSON.parse(text) as { event_id: string }).event_id,
    });
    fc.assert(
      fc.property(unique, fc.integer({ min: 0, max: 6 }), (rows, cut) => {
        const one = laneOf(log(...rows));
        expect(laneOf(log(...rows.slice(cut), ...rows.slice(0, cut)))).toBe(one);
        expect(laneOf(log(...rows, ...rows))).toBe(one);
      }),
    );
  });

  it('takes any text, and has a fault for every line that is no object', () => {
    fc.assert(
      fc.property(fc.array(fc.string().map((text) => text.replaceAll('\n', ' '))), (lines) => {
        const { faults } = readStatusLog(lines.join('\n'));
        expect(faults.length).toBeLessThanOrEqual(lines.length);
        const last = readStatusLog(`${lines.join('\n')}\nnot json`).faults.at(-1);
        expect(last).toEqual({ line: lines.length === 0 ? 2 : lines.length + 1, reason: 'is not JSON' });
      }),
    );
  });
});
