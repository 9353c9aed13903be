import fc from 'fast-check';
import {
  findEvidence,
  holdsEvidence,
  pathsOf,
  planRepair,
  type Intent,
  type IntendedEvent,
} from '../../../src/domain/work/intent.js';

const eventOf = (id: string, path: string, line: string): IntendedEvent => ({
  event: { event_id: id } as IntendedEvent['event'],
  evidence: { evidence: 'line', path, line },
});

const intent: Intent = {
  version: 1,
  nextRecord: 1,
  events: [eventOf('1', 'a', 'proof a'), eventOf('2', 'b', 'proof b')],
  changes: [
    { path: 'a', before: 'a', after: 'proof a' },
    { path: 'b', after: 'proof b' },
  ],
};

const texts = (entries: Readonly<Record<string, string>>) => new Map(Object.entries(entries));
const ids = (events: readonly IntendedEvent[]): readonly string[] =>
  events.map(({ event }) => event.event_id);

describe('evidence', () => {
  it('is a whole line, whatever the line ending', () => {
    const evidence = { evidence: 'line', path: 'a', line: '- x' } as const;
    expect(holdsEvidence(evidence, 'a\r\n- x\r\n')).toBe(true);
    expect(holdsEvidence(evidence, '- x')).toBe(true);
    expect(holdsEvidence(evidence, '- x and more')).toBe(false);
    expect(holdsEvidence(evidence, undefined)).toBe(false);
  });

  it('is the id of the very event under its key', () => {
    const evidence = { evidence: 'announced', path: 'm', key: 'WP01', eventId: '1' } as const;
    expect(holdsEvidence(evidence, '{"announced":{"WP01":"1"}}')).toBe(true);
    expect(holdsEvidence(evidence, '{"announced":{"WP01":"2"}}')).toBe(false);
    expect(holdsEvidence(evidence, '{"announced":{}}')).toBe(false);
  });

  it('is found in any text without a crash', () => {
    const announced = { evidence: 'announced', path: 'm', key: '__proto__', eventId: '1' } as const;
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => !holdsEvidence(announced, text)));
  });

  it('counts in any of the places, and what is captured needs none', () => {
    const findings = findEvidence(intent, new Set(['1']), [texts({}), texts({ b: 'proof b' })]);
    expect([findings.captured, findings.proven, findings.unproven].map(ids)).toEqual([['1'], ['2'], []]);
    const none = findEvidence(intent, new Set(), [texts({ a: 'proof b' })]);
    expect([none.captured, none.proven, none.unproven].map(ids)).toEqual([[], [], ['1', '2']]);
  });
});

describe('files that were caught half-way', () => {
  it('are finished when anything of the work can be seen', () => {
    const present = texts({ a: 'proof a' });
    const findings = findEvidence(intent, new Set(), [present]);
    expect(planRepair(intent, findings, present)).toEqual({
      repair: 'finish',
      changes: [intent.changes?.[1]],
    });
  });

  it('are undone when nothing of it can be seen', () => {
    const silent = { ...intent, events: [eventOf('1', 'c', 'proof')] };
    const present = texts({ a: 'proof a', b: 'somebody else' });
    const findings = findEvidence(silent, new Set(), [present]);
    expect(planRepair(silent, findings, present)).toEqual({ repair: 'undo', changes: [intent.changes?.[0]] });
  });

  it('are none when there was one file only', () => {
    const { changes, ...single } = intent;
    expect(changes).toHaveLength(2);
    const findings = findEvidence(single, new Set(), []);
    expect(planRepair(single, findings, new Map()).changes).toEqual([]);
    expect(pathsOf(single)).toEqual(['a', 'b']);
  });

  it('never include one that reads like neither end', () => {
    const text = fc.constantFrom('a', 'proof a', 'proof b', 'other');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b'), text), (entries) => {
        const present = texts(entries);
        const { repair, changes } = planRepair(intent, findEvidence(intent, new Set(), [present]), present);
        for (const { path, before, after } of changes) {
          expect(present.get(path)).toBe(repair === 'finish' ? before : after);
        }
      }),
    );
  });
});
