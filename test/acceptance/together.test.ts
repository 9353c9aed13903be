import { readFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { smallFeature } from '../support/planning-documents.js';
import { ask, inParallel, makeProject, makeRepository } from '../support/project.js';
import { idsOf, journalOf } from '../support/recount.js';
import { runCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const rises = (clocks: readonly number[]): boolean =>
  clocks.every((clock, index) => index === 0 || clock > clocks[index - 1]!);

describe('many processes in one repository', () => {
  it(
    'scenario 2: 8 processes at a time add 200 notes: 200 events, none twice, clocks rising, one project, every note in its file once',
    () =>
      inSandbox(async (sandbox) => {
        const uuid = await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
        const results = await inParallel(range(200), 8, async (n) => {
          const wp = n % 2 === 0 ? 'WP01' : 'WP02';
          // A few of them also commit, as commands usually do.
          const commit = n % 25 === 0 ? [] : ['--no-commit'];
          const words = ['agent', 'tasks', 'add-history', wp, '--note', `note-${n}-end`, ...commit];
          return ask(sandbox, words, {}, runCli);
        });
        expect(results.filter(({ code }) => code !== 0).map(({ stdout }) => stdout)).toEqual([]);
        const journal = await journalOf(sandbox);
        expect(journal).toHaveLength(200);
        expect(new Set(idsOf(journal)).size).toBe(200);
        expect(new Set(journal.map(({ project_uuid: project }) => project as string))).toEqual(
          new Set([uuid]),
        );
        expect(new Set(journal.map(({ node_id: node }) => node as string)).size).toBe(1);
        expect(rises(journal.map(({ lamport_clock: clock }) => clock as number))).toBe(true);
        const told = journal.map(({ payload }) => payload.entry_content as string).sort();
        expect(told).toEqual(
          range(200)
            .map((n) => `note-${n}-end`)
            .sort(),
        );
        const files = await Promise.all(
          ['WP01', 'WP02'].map((wp) =>
            readFile(join(sandbox.project, 'kitty-specs', '001-alpha', 'tasks', `${wp}-work.md`), 'utf8'),
          ),
        );
        const lines = files.join('\n').match(/note-\d+-end/g) ?? [];
        expect(new Set(lines).size).toBe(200);
        expect(lines).toHaveLength(200);
      }),
    120_000,
  );

  it(
    'scenario 2: 16 first runs at once from two homes agree on one project uuid, on disk and in every event',
    () =>
      inSandbox(async (sandbox) => {
        const workPackages = range(8).map((n) => `WP0${n + 1}`);
        await makeRepository(sandbox, smallFeature(Object.fromEntries(workPackages.map((wp) => [wp, {}]))));
        const homes = ['one', 'two'].map((name) => join(sandbox.directory, name));
        await Promise.all(homes.map((home) => mkdir(home)));
        const env = (n: number): Record<string, string> => {
          const home = homes[n % 2]!;
          return { HOME: home, SPEC_KITTY_HOME: join(home, '.spec-kitty') };
        };
        const results = await Promise.all(
          range(16).map((n) =>
            n < 8
              ? ask(sandbox, ['init'], { env: env(n) }, runCli)
              : ask(
                  sandbox,
                  ['agent', 'tasks', 'move-task', workPackages[n - 8]!, '--to', 'doing'],
                  { env: env(n) },
                  runCli,
                ),
          ),
        );
        expect(results.filter(({ code }) => code !== 0).map(({ stdout }) => stdout)).toEqual([]);
        const config = await readFile(join(sandbox.project, '.kittify', 'config.yaml'), 'utf8');
        const uuids = [...config.matchAll(/uuid: *"?([0-9a-f-]{36})/g)].map(([, uuid]) => uuid);
        expect(uuids).toHaveLength(1);
        const told = results.flatMap(
          ({ document }) => (document['project_uuid'] as string | undefined) ?? [],
        );
        expect(new Set(told)).toEqual(new Set(uuids));
        const journals = await Promise.all(
          homes.map((home) => journalOf({ ...sandbox, stateRoot: join(home, '.spec-kitty') })),
        );
        expect(journals.map((journal) => journal.length)).toEqual([4, 4]);
        expect(new Set(journals.flat().map(({ project_uuid: uuid }) => uuid as string))).toEqual(
          new Set(uuids),
        );
        // Two homes on one machine are two nodes only if their users are; each keeps a clock of its own.
        for (const journal of journals)
          expect(rises(journal.map(({ lamport_clock: clock }) => clock as number))).toBe(true);
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
        const commits = await sandbox.git(['log', '--format=%H', '--', '.kittify/config.yaml']);
        expect(commits.split('\n')).toHaveLength(1);
      }),
    60_000,
  );
});
