import { MACHINES, NOW, PAGE_QUERY } from '../../domain/hub/api.js';
import { attentionOf, atWorkOf, type WatchedProject } from '../../domain/hub/now.js';
import { MACHINE_REPORT } from '../../domain/wire.js';
import type { TeamEvents } from '../../ports/hub.js';
import type { HubParts } from './hub-parts.js';
import { BOARD_BYTES, BOARD_BEHIND, LISTED_MACHINES, SEEN_AT_ONCE } from './read-api.js';
import { json, jsonOf, NOTHING, type Answer, type Calls } from './route.js';
import { readFields } from './request-body.js';

/** What is to be looked at now, over all projects of the bearer's team, and what machines say of themselves. */
export const nowCalls = ({ store, clock }: HubParts): Calls => ({
  'GET /api/v1/now/': {
    summary:
      'Lists what needs a person, the most urgent first, and which agents are at work; of a team with many work packages `next` leads on.',
    query: PAGE_QUERY,
    answers: jsonOf(NOW),
    bearer: ({ query }, { team }) => readNow(store.forTeam(team), query['after'] ?? '', clock.nowMs()),
  },
  'GET /api/v1/machines/': {
    summary:
      'Lists what machines last said of themselves: what waits there, and since when runs of agents are silent.',
    answers: jsonOf(MACHINES),
    bearer: async (_request, { team }) => json(await store.forTeam(team).reports()),
  },
  'POST /api/v1/machines/report/': {
    summary: 'Takes what a machine says of itself, to be told once a minute or so while that is true.',
    body: MACHINE_REPORT,
    answers: {},
    bearer: async (request, { team }) => {
      await store.forTeam(team).noteReport(await readFields(request, MACHINE_REPORT));
      return NOTHING;
    },
  },
});

const readNow = async (events: TeamEvents, cursor: string, nowMs: number): Promise<Answer> => {
  const [from = '', place = ''] = cursor.split(SEPARATOR);
  const watched: WatchedProject[] = [];
  const [all, told] = await Promise.all([machinesByProject(events), events.reports()]);
  let seen = 0;
  let next: string | undefined;
  for (const { project, machines } of all) {
    if (project < from) continue;
    let after = project === from ? place : '';
    do {
      if (seen >= SEEN_AT_ONCE) {
        next = `${project}${SEPARATOR}${after}`;
        break;
      }
      const page = await events.board({ project, after, bytes: BOARD_BYTES });
      if (page === 'behind') throw BOARD_BEHIND;
      watched.push({ project, features: page.features, machines, told });
      seen += page.features.reduce((sum, { work_packages: all }) => sum + all.length, 0);
      after = page.next ?? '';
    } while (after !== '');
    if (next !== undefined) break;
  }
  return json({
    as_of: new Date(nowMs).toISOString(),
    attention: attentionOf(watched, nowMs),
    at_work: atWorkOf(watched),
    next,
  });
};

/** No part of a project's id, nor of a cursor of its board. */
const SEPARATOR = ':';

/** Every project by its id, with all of its machines. */
const machinesByProject = async (
  events: TeamEvents,
): Promise<readonly Pick<WatchedProject, 'project' | 'machines'>[]> => {
  const machines = new Map<string, WatchedProject['machines']>();
  for (let after: string | undefined = ''; after !== undefined;) {
    const page: Awaited<ReturnType<TeamEvents['projects']>> = await events.projects({
      after,
      limit: LISTED_MACHINES,
    });
    for (const { project_uuid: uuid, nodes } of page.projects)
      machines.set(uuid, [...(machines.get(uuid) ?? []), ...nodes]);
    after = page.next;
  }
  return [...machines]
    .map(([project, own]) => ({ project, machines: own }))
    .sort((a, b) => (a.project < b.project ? -1 : 1));
};
