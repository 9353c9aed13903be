import { attentionOf, SILENT_AFTER_MS } from '../../../src/domain/hub/now.js';
import type { MachinesDocument } from '../../../src/domain/hub/api.js';
import { BoardProjection } from '../../support/board-projection.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { FEATURE, makeEvent, PROJECT } from '../../support/hub-events.js';

const NODE = 'aaaaaaaaaaaa';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('what needs a person', () => {
  const reasonsAfter = (...events: readonly ReturnType<typeof makeEvent>[]) => {
    const hub = new BoardProjection();
    events.forEach((event, at) => hub.add(upcast({ ...event, lamport_clock: event.lamport_clock + at })));
    const machines = [{ node_id: NODE, last_received_at: iso(0) }];
    return (nowMs: number, told: MachinesDocument = { machines: [], runs: [] }) =>
      attentionOf([{ project: PROJECT, features: hub.board(PROJECT), machines, told }], nowMs).map(
        ({ reason }) => reason,
      );
  };
  const move = (from: string, to: string) => makeEvent({}, { previous_status: from, new_status: to });
  const assign = (phase: string, retries = 0) =>
    makeEvent({ event_type: 'WPAssigned' }, { agent_id: 'claude', phase, retry_count: retries });

  it('is a review that no agent does', () => {
    expect(reasonsAfter(move('planned', 'for_review'))(0)).toEqual(['review']);
    expect(reasonsAfter(move('planned', 'for_review'), assign('review'))(0)).toEqual([]);
  });

  it('is what came back again and again, until it is done', () => {
    expect(reasonsAfter(assign('implementation', 2))(0)).toEqual(['rejected']);
    expect(reasonsAfter(assign('implementation', 2), move('for_review', 'done'))(0)).toEqual([]);
  });

  it('is an error after which nothing happened', () => {
    const error = makeEvent({ event_type: 'ErrorLogged' }, { error_type: 'agent', error_message: 'No.' });
    expect(reasonsAfter(move('planned', 'doing'), error)(0)).toEqual(['error']);
    expect(reasonsAfter(error, move('planned', 'doing'))(0)).toEqual([]);
  });

  it('is an orchestration that waits for a person, until something happens to the work package', () => {
    const pause = makeEvent(
      { event_type: 'ErrorLogged' },
      { error_type: 'runtime', error_message: 'WP01 does not merge.', pause_reason: 'merge-conflict' },
    );
    expect(reasonsAfter(move('planned', 'for_review'), pause)(0)).toEqual(['paused']);
    expect(reasonsAfter(pause, assign('implementation'))(0)).toEqual([]);
  });

  it('is a machine that fell silent with work in doing', () => {
    const reasons = reasonsAfter(move('planned', 'doing'));
    expect(reasons(SILENT_AFTER_MS)).toEqual([]);
    expect(reasons(SILENT_AFTER_MS + 1)).toEqual(['silent']);
    const heard = { node_id: NODE, told_at: iso(1), waiting: 0, oldest_waiting: null };
    expect(reasons(SILENT_AFTER_MS + 1, { machines: [heard], runs: [] })).toEqual([]);
  });

  it('is a program at work that printed nothing for so long, however often its machine is heard', () => {
    const began = assign('implementation');
    const reasons = reasonsAfter(began, move('planned', 'doing'));
    const run = {
      ...{ project: PROJECT, feature: FEATURE, wp_id: 'WP01', agent: 'claude', node_id: NODE },
      ...{ told_at: began.timestamp, last_output: iso(0) },
    };
    const heard = { node_id: NODE, told_at: iso(SILENT_AFTER_MS + 1), waiting: 0, oldest_waiting: null };
    const after = (changes: Partial<typeof run>) =>
      reasons(SILENT_AFTER_MS + 1, { machines: [heard], runs: [{ ...run, ...changes }] });
    expect(after({})).toEqual(['silent']);
    expect(after({ last_output: iso(1) })).toEqual([]);
    // What was told of an earlier run says nothing about this one.
    expect(after({ told_at: iso(0) })).toEqual([]);
    expect(after({ agent: 'codex' })).toEqual([]);
    expect(after({ feature: 'another' })).toEqual([]);
  });
});
