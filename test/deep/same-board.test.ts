import fc from 'fast-check';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlan } from '../../src/app/compose/plans.js';
import { LANES } from '../../src/domain/events/lane.js';
import type { EnvelopeDocument } from '../../src/domain/events/envelope.js';
import { upcast } from '../../src/domain/events/upcast.js';
import type { FeatureBoard } from '../../src/domain/hub/cell-state.js';
import { LiveBoards } from '../../src/domain/hub/live-boards.js';
import { CommandLine } from '../support/command-line.js';
import { openHubStores } from '../support/hub.js';
import { featuresOf, incoming } from '../support/hub-events.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';

const IDS = ['WP01', 'WP02', 'WP03'] as const;
const SEED = smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' }, WP03: { dependencies: '[WP02]' } });

/** What people do to a work package, one after the other; some of it is refused. */
const commands = fc.array(
  fc
    .record({
      id: fc.constantFrom(...IDS),
      lane: fc.constantFrom(...LANES),
      kind: fc.constantFrom('move', 'move', 'mark', 'force', 'note'),
    })
    .map(({ id, lane, kind }): readonly string[] => {
      switch (kind) {
        case 'mark':
          return ['agent', 'tasks', 'mark-status', id, '--status', lane];
        case 'note':
          return ['agent', 'tasks', 'add-history', id, '--note', `about ${lane}`];
        default:
          return [
            ...['agent', 'tasks', 'move-task', id, '--to', lane],
            ...(kind === 'force' ? ['--force'] : []),
          ];
      }
    }),
  { minLength: 4, maxLength: 14 },
);

/** The order in which events reach the hub: any, and some of them twice. */
const arrivals = fc.array(fc.record({ place: fc.nat(), again: fc.boolean() }), {
  minLength: 40,
  maxLength: 40,
});

interface Shown {
  readonly id: string;
  readonly title: string;
  readonly lane: string;
  readonly dependencies: readonly string[];
}

const ofBoards = (features: readonly FeatureBoard[]): readonly Shown[] =>
  features
    .filter(({ feature_slug: slug }) => slug === FEATURE)
    .flatMap(({ work_packages: all }) =>
      all.map(({ wp_id: id, title, lane, dependencies }) => ({
        id,
        title: title ?? '',
        lane: lane ?? '',
        dependencies: dependencies.map((each) => each.wp_id),
      })),
    );

/** The plan as the editor reads it: through a source of its own. */
const ofEditor = async (root: string): Promise<readonly Shown[]> => {
  const plan = await readPlan(
    {
      entries: async (folder) =>
        (await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])).map((entry) => ({
          name: entry.name,
          isFolder: entry.isDirectory(),
        })),
      text: (path) => readFile(join(root, path), 'utf8'),
    },
    FEATURE,
  );
  return (plan?.board?.cards ?? []).map(({ workPackageId: id, title, lane, dependencies }) => ({
    ...{ id, title, lane, dependencies },
  }));
};

const ofCommand = async (cli: CommandLine): Promise<readonly Shown[]> =>
  (await cli.run('agent tasks status --json')).document.work_packages.map((each: any) => ({
    id: each.work_package_id,
    title: each.title,
    lane: each.lane,
    dependencies: each.dependencies,
  }));

const capturedBy = async (cli: CommandLine): Promise<readonly EnvelopeDocument[]> =>
  (await cli.run('events list --limit 1000 --json')).document.events;

describe('one feature, wherever it is looked at', () => {
  it(
    'stands the same in the terminal, in the editor, at the hub, and in a browser that followed it live',
    () =>
      fc.assert(
        fc.asyncProperty(commands, arrivals, async (lines, order) => {
          const cli = new CommandLine(SEED);
          const { stores, remove } = await openHubStores();
          try {
            await cli.run('agent feature finalize-tasks');
            for (const line of lines) await cli.run(line);
            const captured = await capturedBy(cli);
            const arriving = captured
              .flatMap((event, at) => {
                const { place, again } = order[at % order.length] ?? { place: 0, again: false };
                return (again ? [place, place + 7] : [place]).map((key) => ({ event, key: key % 50 }));
              })
              .sort((a, b) => a.key - b.key);
            const team = stores.store.forTeam('acme');
            const browser = new LiveBoards();
            const readStale = async (): Promise<void> => {
              for (const part of browser.stale()) {
                browser.begin(part);
                browser.take(part, await featuresOf(team, part.project, part.feature));
              }
            };
            for (const [at, { event }] of arriving.entries()) {
              const [answer] = await team.append([incoming(event)]);
              if (answer?.answer === 'stored') browser.hear(upcast(event), answer.sequence);
              if (at % 3 === 0) await readStale();
            }
            await readStale();
            const { project_uuid: project } = captured[0] ?? {};
            const terminal = await ofCommand(cli);
            expect(terminal).toHaveLength(IDS.length);
            expect(await ofEditor(cli.git.root)).toEqual(terminal);
            expect(ofBoards(await featuresOf(team, String(project)))).toEqual(terminal);
            expect(ofBoards(browser.board(String(project)))).toEqual(terminal);
          } finally {
            cli.remove();
            await remove();
          }
        }),
        { numRuns: 15 },
      ),
    300_000,
  );
});
