import { shownTime } from '../../../src/app/reports/shown-time.js';

describe('a moment that is shown', () => {
  it.each([
    [0, '1970-01-01 00:00:00Z'],
    ['2026-02-03T10:11:12.500Z', '2026-02-03 10:11:12Z'],
    ['2026-02-03T10:11:12+02:00', '2026-02-03 08:11:12Z'],
    ['2026-02-03T10:11:12', '2026-02-03 10:11:12Z'],
    ['20260203T101112', '20260203T101112'],
    ['yesterday', 'yesterday'],
    [NaN, 'NaN'],
  ])('%j is %s, whatever the zone of the machine is', (moment, shown) => {
    expect(shownTime(moment)).toBe(shown);
  });
});
