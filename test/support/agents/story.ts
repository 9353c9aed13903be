import { running } from '../background.js';
import type { HubProcess } from '../hub-process.js';
import { ask } from '../project.js';
import { expectAccounted, idsOf, journalOf } from '../recount.js';
import type { CliResult } from '../run-cli.js';
import type { Sandbox } from '../sandbox.js';
import { chronicleOf, edgesOf, type Chronicle, type Graph } from './orchestration.js';

/**
 * Delivers what is left and reads the project's story from the hub, where every event that was captured is stored, once.
 * Nothing runs any more and git has nothing to say.
 */
export const told = async (
  hub: Pick<HubProcess, 'events'>,
  sandbox: Sandbox,
  project: string,
): Promise<Chronicle> => {
  expect(running(sandbox)).toEqual([]);
  expect(await ask(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { left: 0 } });
  const stored = (await hub.events(project)).map(({ event }) => event);
  expect([...idsOf(stored)].sort()).toEqual([...idsOf(await journalOf(sandbox, project))].sort());
  await expectAccounted(sandbox, { atHub: idsOf(stored) }, project);
  expect(await sandbox.git(['status', '--porcelain'])).toBe('');
  return chronicleOf(stored);
};

/** What has to be the case when a run is through, whatever happened on its way. `runs`: with the agents' own commands. */
export const expectThrough = (story: Chronicle, graph: Graph, runs = 1): void => {
  const ids = Object.keys(graph);
  expect(story.created).toEqual(ids);
  expect(story.resolved).toEqual(edgesOf(graph));
  expect({ completed: story.completed, runs: story.runs.length }).toEqual({ completed: 1, runs });
  for (const id of ids) {
    expect(`${id} ${story.lanes[id]}`).toMatch(
      new RegExp(`^${id} planned doing for_review( doing for_review)* done$`),
    );
    for (const phase of ['implementation', 'review']) {
      const rounds = (story.assigned[id] ?? []).filter((each) => each.startsWith(phase));
      expect(`${id} ${rounds.map((each) => each.split(' ')[2]).join()}`).toBe(
        `${id} ${rounds.map((_, round) => round).join()}`,
      );
    }
  }
};

export const succeeded = ({ code, stdout, stderr }: CliResult): string => {
  if (code !== 0) throw new Error(`It ended with ${code}: ${stdout}${stderr}`);
  return stdout + stderr;
};
