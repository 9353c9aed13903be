import fc from 'fast-check';
import { facts, table } from '../../src/app/cli/render/table.js';
import { green, toTerminal } from '../../src/app/cli/render/text.js';
import { stringWidth } from '../../src/app/cli/render/width.js';

const columns = [
  { header: 'id' },
  { header: 'title', flexible: true },
  { header: 'events', align: 'right' },
] as const;

describe('table', () => {
  it('puts columns under each other, numbers to the right', () => {
    const shown = toTerminal(
      table(
        columns,
        [
          ['WP01', 'Foundation', '7'],
          ['WP02', '日本', '12'],
        ],
        80,
      ),
      false,
    );
    expect(shown.split('\n')).toEqual([
      'id    title       events',
      '────  ──────────  ──────',
      'WP01  Foundation       7',
      'WP02  日本            12',
    ]);
  });

  it('cuts the flexible column first', () => {
    const shown = toTerminal(table(columns, [['WP01', 'A very long title indeed', '7']], 24), false);
    expect(shown.split('\n')[2]).toBe('WP01  A very lo…       7');
  });

  it('cuts the others when that is not enough', () => {
    const shown = toTerminal(
      table([{ header: 'a' }, { header: 'b' }], [['x'.repeat(20), 'y'.repeat(20)]], 20),
      false,
    );
    expect(shown.split('\n')[2]).toBe('xxxxxxxx…  yyyyyyyy…'.slice(0, 20));
  });

  it('keeps the style of a cell that was cut', () => {
    const shown = toTerminal(table([{ header: 'lane', flexible: true }], [[green('for_review')]], 5), true);
    expect(shown).toContain('\x1b[32mfor_…\x1b[39m');
  });

  it('shows a missing cell as nothing, and ends no line in blanks', () => {
    expect(toTerminal(table(columns, [['WP01']], 80), false).split('\n')[2]).toBe('WP01');
  });

  it('scenario 32: never lets a cell begin a line or exceed the width', () => {
    const cell = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), (rows) => {
        const shown = toTerminal(table(columns, rows, 80), false).split('\n');
        expect(shown).toHaveLength(rows.length + 2);
        for (const line of shown) expect(stringWidth(line)).toBeLessThanOrEqual(80);
      }),
    );
  });
});

describe('facts', () => {
  it('puts values under each other', () => {
    expect(
      toTerminal(
        facts([
          ['server', 'none'],
          ['waiting events', '3'],
        ]),
        false,
      ),
    ).toBe('server          none\nwaiting events  3');
  });

  it('is nothing without entries', () => {
    expect(toTerminal(facts([]), false)).toBe('');
  });
});
