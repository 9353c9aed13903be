import { BOARD_QUERY, USAGE } from '../../domain/hub/api.js';
import type { AgentUsage } from '../../domain/hub/cell-state.js';
import { joinRows, usageOfFeature } from '../../domain/hub/usage-of.js';
import type { EventStore } from '../../ports/hub.js';
import { BOARD_BYTES, boardBehind, SEEN_AT_ONCE } from './read-api.js';
import { json, jsonOf, type Route } from './route.js';

/** What runs of agents took, as they reported; every answer is of the bearer's team alone. */
export const usageRoutes = (store: EventStore): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/v1/projects/{uuid}/usage/',
    summary:
      'Sums what runs of agents took, as they report it, by feature, agent and day; `feature` asks for one. What no run said is `null`. Of a large project `next` leads on, and a feature may go on there.',
    query: BOARD_QUERY,
    answers: jsonOf(USAGE),
    refuses: ['board-behind'],
    bearer: async (request, { team }) => {
      const project = (request.params['uuid'] ?? '').toLowerCase();
      const feature = request.query.get('feature') ?? undefined;
      const about = { project, ...(feature === undefined ? {} : { feature }) };
      const events = store.forTeam(team);
      const byFeature = new Map<string, readonly AgentUsage[]>();
      let after = request.query.get('after') ?? '';
      for (let seen = 0; seen < SEEN_AT_ONCE;) {
        const page = await events.board({ ...about, after, bytes: BOARD_BYTES });
        if (page === 'behind') return boardBehind();
        for (const each of page.features) {
          seen += 1 + each.work_packages.length;
          const rows = [...(byFeature.get(each.feature_slug) ?? []), ...usageOfFeature(each)];
          byFeature.set(each.feature_slug, joinRows(rows));
        }
        after = page.next ?? '';
        if (after === '') break;
      }
      return json({
        project_uuid: project,
        usage: [...byFeature].flatMap(([slug, rows]) => rows.map((row) => ({ feature_slug: slug, ...row }))),
        ...(after === '' ? {} : { next: after }),
      });
    },
  },
];
