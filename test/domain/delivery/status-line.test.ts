import { statusLine } from '../../../src/domain/delivery/status-line.js';

const project = (
  pending: number,
  held: Record<string, number> = {},
  deadLetters: Record<string, number> = {},
) => ({
  accounting: { pending, held, deadLetters },
});
const background = { state: 'running', connection: 'Connected' } as const;
const account = { team: 'acme', username: 'ada' };

describe('delivery in one line', () => {
  it('is local when nobody is signed in, whatever connection there was', () => {
    const line = statusLine({ projects: [project(0, { 'nobody is signed in': 2 })], background });
    expect(line).toMatchObject({ text: 'Local only · 2 held', isTrouble: false });
    expect(line.details).toContain('2 held: nobody is signed in');
  });

  it.each([
    ['Connected', 'Connected'],
    ['Reconnecting', 'Reconnecting'],
    ['Offline', 'Offline'],
    ['OfflineBatchMode', 'Offline - Batch Mode'],
  ] as const)('says %s in the words that every command uses', (connection, words) => {
    expect(statusLine({ account, projects: [], background: { ...background, connection } }).text).toBe(words);
  });

  it('counts all projects, and how long the oldest event has waited', () => {
    const projects = [
      { ...project(2), oldestWaitingAgeMs: 1000 },
      { ...project(1), oldestWaitingAgeMs: 180_000 },
    ];
    expect(statusLine({ account, projects, background }).text).toBe('Connected · 3 waiting · oldest 3 min');
  });

  it('asks for a person when something was given up, or a background process does not answer', () => {
    const dead = statusLine({ account, projects: [project(0, {}, { 'not valid': 1 })], background });
    expect(dead).toMatchObject({ text: 'Connected · 1 given up', isTrouble: true });
    const silent = { ...background, state: 'silent' };
    expect(statusLine({ account, projects: [], background: silent }).isTrouble).toBe(true);
  });
});
