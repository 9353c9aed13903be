import fc from 'fast-check';
import {
  activityEntries,
  appendActivityLine,
  formatActivityLine,
  parseActivityLine,
  uniqueActivityLine,
} from '../../../src/domain/work/activity-log.js';
import { LANES } from '../../../src/domain/events/lane.js';
import { asOneLine } from '../../../src/domain/work/markdown.js';
import { corpusText, corpusWorkPackagePaths } from '../../support/corpus.js';
import { changedLines } from '../../support/line-diff.js';

const LINE = '- 2026-02-03T12:00:00Z – claude – lane=doing – Started';

describe('an Activity Log line', () => {
  it('is written with en dashes and read back', () => {
    expect(formatActivityLine('2026-02-03T12:00:00Z', 'claude', 'doing', 'Started')).toBe(LINE);
    expect(parseActivityLine(LINE)).toEqual({
      timestamp: '2026-02-03T12:00:00Z',
      agent: 'claude',
      lane: 'doing',
      note: 'Started',
    });
  });

  it.each(['–', '-', '--'])('is read with %s between its fields, and with a shell pid', (dash) => {
    const line = ['- 2026-02-03T12:00:00Z', 'a-b', 'shell_pid=77', 'lane=in_progress', `x ${dash} y`].join(
      ` ${dash} `,
    );
    expect(parseActivityLine(line)).toEqual({
      timestamp: '2026-02-03T12:00:00Z',
      agent: 'a-b',
      shellPid: '77',
      lane: 'in_progress',
      note: `x ${dash} y`,
    });
  });

  it('becomes one line, whatever the note holds', () => {
    const line = formatActivityLine(
      '2026-02-03T12:00:00Z',
      'a\nb',
      'done',
      ' one\r\n\n## two\u2028three\u0007 ',
    );
    expect(line).toBe('- 2026-02-03T12:00:00Z – a b – lane=done – one ## two three');
  });

  it('names an unknown agent and needs no note', () => {
    const line = formatActivityLine('2026-02-03T12:00:00Z', ' – ', 'done', '');
    expect(line).toBe('- 2026-02-03T12:00:00Z – unknown – lane=done');
    expect(parseActivityLine(line)?.note).toBe('');
  });

  it('is no entry without timestamp, agent or lane', () => {
    expect(parseActivityLine('- [2026] claude: note')).toBeUndefined();
    expect(parseActivityLine('- 2026-02-03T12:00:00Z – claude – note')).toBeUndefined();
    expect(parseActivityLine('- 2026-02-03T12:00:00Z – lane=done – note')).toBeUndefined();
  });

  it('says after reading what it was told to say', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...LANES),
        fc.string({ unit: 'binary' }),
        (agent, lane, note) => {
          const line = formatActivityLine('2026-02-03T12:00:00Z', agent, lane, note);
          const read = parseActivityLine(line);
          expect(line).not.toMatch(/[\r\n]/);
          expect(read).toMatchObject({ timestamp: '2026-02-03T12:00:00Z', lane, note: asOneLine(note) });
          expect(formatActivityLine('2026-02-03T12:00:00Z', read?.agent ?? '', lane, note)).toBe(line);
        },
      ),
    );
  });

  it('never makes the reader fail', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void parseActivityLine(`- 2026-02-03T12:00Z - ${text}`),
      ),
    );
  });

  it('gets a number when the same line stands in the file', () => {
    expect(uniqueActivityLine('', LINE)).toBe(LINE);
    expect(uniqueActivityLine(`x\r\n${LINE}\r\n`, LINE)).toBe(`${LINE} (2)`);
    expect(uniqueActivityLine(`${LINE}\n${LINE} (2)`, LINE)).toBe(`${LINE} (3)`);
  });
});

describe('appending to the Activity Log', () => {
  it('adds the line behind the last one', () => {
    expect(appendActivityLine('# T\n\n## Activity Log\n\n- a\n', '- b')).toBe(
      '# T\n\n## Activity Log\n\n- a\n- b\n',
    );
  });

  it('stops at the next heading of the same level, and not at those in fences or of other levels', () => {
    const body = '## Activity Log\n\n- a\n# one\n```\n## fenced\n```\n### three\n\n## Next\n- c\n';
    expect(appendActivityLine(body, '- b')).toBe(
      '## Activity Log\n\n- a\n# one\n```\n## fenced\n```\n### three\n- b\n\n## Next\n- c\n',
    );
  });

  it('leaves a blank line behind the heading of an empty section', () => {
    expect(appendActivityLine('## Activity Log\n', '- b')).toBe('## Activity Log\n\n- b\n');
    expect(appendActivityLine('## Activity Log\n\n## Next\n', '- b')).toBe(
      '## Activity Log\n\n- b\n\n## Next\n',
    );
    expect(appendActivityLine('## Activity Log', '- b')).toBe('## Activity Log\n\n- b');
  });

  it('makes a missing section at the end', () => {
    expect(appendActivityLine('', '- b')).toBe('## Activity Log\n\n- b\n');
    expect(appendActivityLine('text\n', '- b')).toBe('text\n\n## Activity Log\n\n- b\n');
    expect(appendActivityLine('text\n\n', '- b')).toBe('text\n\n## Activity Log\n\n- b\n');
    expect(appendActivityLine('text', '- b')).toBe('text\n\n## Activity Log\n\n- b');
    expect(appendActivityLine('```\n## Activity Log\n```\n', '- b')).toBe(
      '```\n## Activity Log\n```\n\n## Activity Log\n\n- b\n',
    );
  });

  it('keeps CRLF and a missing last line ending', () => {
    expect(appendActivityLine('## Activity Log\r\n\r\n- a\r\n', '- b')).toBe(
      '## Activity Log\r\n\r\n- a\r\n- b\r\n',
    );
    expect(appendActivityLine('## Activity Log\r\n\r\n- a', '- b')).toBe('## Activity Log\r\n\r\n- a\r\n- b');
    expect(appendActivityLine('', '- b', '\r\n')).toBe('## Activity Log\r\n\r\n- b\r\n');
  });

  it('takes the last of several sections', () => {
    expect(appendActivityLine('## Activity Log\n- a\n## Activity Log\n- c\n', '- b')).toBe(
      '## Activity Log\n- a\n## Activity Log\n- c\n- b\n',
    );
  });

  it('only inserts, and the line is then the last entry', () => {
    const piece = fc.constantFrom(
      '## Activity Log',
      '## Next',
      '```',
      '- x',
      '',
      'text',
      LINE,
      '# T',
      '~~~~',
    );
    const endings = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(piece), endings, fc.boolean(), (pieces, eol, isEnded) => {
        const body = pieces.join(eol) + (isEnded ? eol : '');
        const added = '- 2026-02-04T12:00:00Z – codex – lane=done – End';
        const after = appendActivityLine(body, added, eol);
        const { removed } = changedLines(body, after);
        expect(removed.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(1);
        expect(after.replace(added, '')).not.toContain(added);
        expect(after.split(/\r?\n/)).toContain(added);
        expect(after.endsWith('\n')).toBe(body === '' || body.endsWith('\n'));
        if (eol === '\r\n') expect(after.replaceAll('\r\n', '')).not.toContain('\n');
      }),
    );
  });

  it('adds exactly one line to every work package of the corpus', () => {
    for (const path of corpusWorkPackagePaths()) {
      const text = corpusText(path);
      expect(changedLines(text, appendActivityLine(text, LINE))).toEqual({ removed: [], added: [LINE] });
    }
  });
});

describe('the entries of a body', () => {
  it('are those of the section, without fences', () => {
    const body = `${LINE}\n## Activity Log\n\n${LINE}\n\`\`\`\n${LINE}\n\`\`\`\nprose\n- 2026-02-04T12:00:00Z - b - lane=done\n## Next\n${LINE}\n`;
    expect(activityEntries(body).map(({ agent }) => agent)).toEqual(['claude', 'b']);
    expect(activityEntries('no log')).toEqual([]);
  });

  it('are found in every work package of the corpus', () => {
    const counts = corpusWorkPackagePaths().map((path) => activityEntries(corpusText(path)).length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(300);
  });
});
