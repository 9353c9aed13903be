import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line.js';
import { DIFF, plainDiff } from '../../support/plain-diff.js';
import { FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';

const TASKS = '## WP01\n\n- [x] T001 Do it\n\n## WP02\n\nDepends on WP01\n\n- [x] T002 Do it\n';

const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'a BOM': (text) => `\ufeff${text}`,
  'a BOM and CRLF': (text) => `\ufeff${text.replaceAll('\n', '\r\n')}`,
  'no line break at the end': (text) => text.trimEnd(),
  'CRLF and no line break at the end': (text) => text.trimEnd().replaceAll('\n', '\r\n'),
};

/** Lanes, agents and feedback: every command once, and what it must not leave behind. */
const throughEveryCommand = async (cli: CommandLine): Promise<void> => {
  const demand = async (...argv: readonly string[]): Promise<any> => {
    const { outcome, document, err } = await cli.run([...argv, '--json']);
    if (outcome !== 'done') throw new Error(`${argv.join(' ')}: ${JSON.stringify(document)}${err}`);
    return document;
  };
  const review = join(cli.git.place, 'review.md');
  writeFileSync(review, '# No\r\n\r\n```\nnot closed\n');
  await demand('agent', 'feature', 'finalize-tasks');
  expect(await demand('agent', 'feature', 'finalize-tasks')).toMatchObject({ outcome: 'nothing-to-do' });
  const { worktree } = await demand('implement', 'WP01', '--agent', 'claude');
  writeFileSync(join(worktree as string, 'work.txt'), 'work\n');
  cli.git.gitIn(worktree as string, 'add', '--all');
  cli.git.gitIn(worktree as string, 'commit', '--quiet', '-m', 'work');
  await demand(
    'agent',
    'tasks',
    'add-history',
    'WP01',
    '--note',
    'two\r\nlines "and" שלום',
    '--type',
    'review',
  );
  await demand('agent', 'tasks', 'mark-status', 'T001', '--status', 'pending');
  await demand('agent', 'tasks', 'mark-status', 'T001', '--status', 'done');
  await demand('agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review');
  await demand('agent', 'tasks', 'move-task', 'WP01', '--to', 'doing', '--feedback', review);
  await demand('merge');
  expect(await demand('agent', 'tasks', 'list')).toMatchObject({
    work_packages: [{ work_package_id: 'WP01', lane: 'for_review' }, { work_package_id: 'WP02' }],
  });
  expect(await demand('accept', 'WP01')).toMatchObject({ accepted: ['WP01'], refused: [] });
};

describe('documents out of the ordinary', () => {
  it.each(Object.entries(DISGUISES))(
    'scenario 28: files with %s keep it through every command, and only their own lines change',
    async (_, disguise) => {
      const seed = smallFeature({ WP01: {}, WP02: { dependencies: '[]' } }, { 'tasks.md': TASKS });
      const disguised = Object.fromEntries(
        Object.entries(seed).map(([path, text]) => [path, disguise(text)]),
      );
      const cli = new CommandLine(disguised);
      try {
        await cli.run('init');
        const start = cli.git.git('rev-parse', 'HEAD').trim();
        await throughEveryCommand(cli);
        const changes = plainDiff(cli.git.git(...DIFF, start, 'HEAD', '--', `${FOLDER}/tasks`))
          .replaceAll('\r', '')
          .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
          .split('\n')
          .filter((line) => /^[+-]/.test(line));
        // A last line without a line break gets one when another line follows it.
        const last = '- <time> – system – lane=planned – Prompt created.';
        expect(changes.filter((line) => line.slice(1) !== last)).toEqual([
          '-lane: "planned"',
          '-agent: ""',
          '+lane: "done"',
          '+agent: "claude"',
          '+## Review Feedback',
          '+',
          '+**Changes requested** by user at <time>:',
          '+',
          '+> # No',
          '+>',
          '+> ```',
          '+> not closed',
          '+',
          '+- <time> – claude – lane=doing – Started implementation',
          '+- <time> – user – lane=doing – two lines "and" שלום',
          '+- <time> – user – lane=doing – T001 is open again: Do it',
          '+- <time> – user – lane=doing – T001 is done: Do it',
          '+- <time> – user – lane=for_review – Moved to for_review',
          '+- <time> – user – lane=doing – Changes requested',
          '+- <time> – user – lane=for_review – Merged into main',
          '+- <time> – user – lane=done – Accepted',
          '-dependencies: []',
          '+dependencies: [WP01]',
        ]);
        for (const path of [pathOf('WP01'), pathOf('WP02'), `${FOLDER}/meta.json`, `${FOLDER}/tasks.md`]) {
          const [before, text] = [disguised[path]!, cli.git.read(path)];
          expect(text.startsWith('\ufeff')).toBe(before.startsWith('\ufeff'));
          expect(text.slice(1)).not.toContain('\ufeff');
          const [lineFeeds, pairs] = [text.match(/\n/g)?.length, text.match(/\r\n/g)?.length ?? 0];
          expect({ path, pairs }).toEqual({ path, pairs: before.includes('\r\n') ? lineFeeds : 0 });
          expect({ path, isEnded: text.endsWith('\n') }).toEqual({ path, isEnded: before.endsWith('\n') });
        }
        expect(cli.git.read(`${FOLDER}/tasks.md`)).toBe(disguised[`${FOLDER}/tasks.md`]);
        expect(cli.git.git('status', '--porcelain')).toBe('');
      } finally {
        cli.remove();
      }
    },
  );
});
