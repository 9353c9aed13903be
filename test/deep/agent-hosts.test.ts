import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { call, HELLO, messages, startServer } from '../support/mcp-process.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { runJson } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

const SERVERS = 50;
const COMMANDS = 20;
const KILLS = 24;
const IDS = Array.from({ length: 150 }, (_, at) => `WP${String(at + 1).padStart(2, '0')}`);

/** Each transition is some ten processes, and they wait for each other. */
const LONG_MS = 1_800_000;

let box: Sandbox;
let isOver: boolean;

beforeEach(async () => {
  isOver = false;
  box = await createSandbox();
  for (const [path, text] of Object.entries(smallFeature(Object.fromEntries(IDS.map((id) => [id, {}]))))) {
    await mkdir(join(box.project, path, '..'), { recursive: true });
    await writeFile(join(box.project, path), text);
  }
  await box.git(['init', '-q', '-b', 'main']);
  await box.git(['add', '-A']);
  await box.git(['commit', '-qm', 'seed']);
  await runJson(box, ['init']);
});

afterEach(async () => {
  // What failed must not go on.
  isOver = true;
  await box.dispose();
}, LONG_MS);

describe('many servers of agent hosts and commands at once', () => {
  it(
    'take each work package once, through kills, and nobody starves',
    async () => {
      const taken = new Map<string, string[]>();
      let kills = 0;
      let calls = 0;
      const take = (agent: string, id: string): void =>
        void taken.set(agent, [...(taken.get(agent) ?? []), id]);

      // Which server the machine starts last says nothing of whether it would starve: all begin when all are there.
      let missing = SERVERS;
      let letBegin: () => void = () => undefined;
      const allAreThere = new Promise<void>((resolve) => (letBegin = resolve));

      /** An agent in a host: it begins and hands over until nothing is left; its server may be killed at any moment. */
      const byServer = async (agent: string): Promise<void> => {
        for (let isFirst = true; !isOver; isFirst = false) {
          const server = startServer(box);
          const { answer, end } = messages(server);
          server.stdin.on('error', () => undefined);
          server.stdin.write(HELLO);
          if (isFirst) {
            await answer(0);
            if (--missing === 0) letBegin();
            await allAreThere;
          }
          for (let id = 1; ; id += 2) {
            server.stdin.write(call(id, 'begin', { agent }));
            // Of those that have had work, at every fourth call, and so spread over all steps of one, a server is killed.
            if (taken.has(agent) && ++calls % 4 === 0 && kills < KILLS) {
              kills++;
              setTimeout(() => server.kill('SIGKILL'), (kills * 37) % 400);
            }
            const begun = await Promise.race([answer(id), end]);
            if (begun === undefined) break;
            const { isError, _meta, structuredContent } = begun.result;
            if (isError === true) {
              expect(_meta['spec-kitty/error'].code).toBe('nothing-ready');
              server.stdin.end();
              await once(server, 'exit');
              return;
            }
            take(agent, structuredContent.work_package_id);
            server.stdin.write(
              call(id + 1, 'hand_over', { agent, work_package: structuredContent.work_package_id }),
            );
            if ((await Promise.race([answer(id + 1), end])) === undefined) break;
          }
        }
      };

      const byCommand = async (agent: string): Promise<void> => {
        const { code, document } = await runJson(box, ['agent', 'tasks', 'next', '--agent', agent]);
        expect(code).toBe(0);
        take(agent, (document as { work_package_id: string }).work_package_id);
      };

      const agents = [
        ...Array.from({ length: COMMANDS }, (_, at) => byCommand(`command-${at}`)),
        ...Array.from({ length: SERVERS }, (_, at) => byServer(`server-${at}`)),
      ];
      await Promise.all(agents);
      expect(kills).toBe(KILLS);

      // Whoever was killed last left its work to the next command.
      await runJson(box, ['agent', 'tasks', 'add-history', 'WP01', '--note', 'the last one']);
      const board = (await runJson(box, ['agent', 'tasks', 'status'])).document as any;
      expect(board.lanes).toMatchObject({ planned: 0, done: 0 });
      expect(taken.size).toBe(SERVERS + COMMANDS);
      const answers = [...taken.values()].flat();
      expect(new Set(answers).size).toBe(answers.length);

      const { events } = (await runJson(box, ['events', 'list', '--limit', '100000'])).document as any;
      const ids = events.map((event: any) => event.event_id);
      expect(new Set(ids).size).toBe(ids.length);
      const moves = events.filter((event: any) => event.event_type === 'WPStatusChanged');
      for (const { work_package_id: id, lane, agent } of board.work_packages) {
        const own = moves.filter((event: any) => event.aggregate_id === id);
        const ways = own.map(({ payload }: any) => `${payload.previous_status} ${payload.new_status}`);
        expect(ways).toEqual(lane === 'doing' ? ['planned doing'] : ['planned doing', 'doing for_review']);
        expect(new Set([agent, ...own.map(({ payload }: any) => payload.changed_by)]).size).toBe(1);
      }
      const status = (await runJson(box, ['sync', 'status'])).document as any;
      expect(status.projects).toMatchObject([{ balanced: true, accounting: { captured: events.length } }]);
      expect(await box.git(['status', '--porcelain', 'kitty-specs'])).toBe('');
      expect(
        (await box.git(['log', '--format=%s'])).split('\n').filter((each) => /start WP/.test(each)).length,
      ).toBe(IDS.length);
      expect(board.feature).toBe(FEATURE);
    },
    LONG_MS,
  );
});
