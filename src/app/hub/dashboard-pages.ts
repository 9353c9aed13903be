import type { DashboardFiles } from '../../ports/hub.js';
import { text } from '../../domain/document.js';
import { html, PAGE } from './page.js';
import { Refusal } from './problem.js';
import type { Answer, Calls } from './route.js';

/** The pages of the dashboard. All of them are one document; its script shows what the address says. */
export const dashboardCalls = (files: DashboardFiles): Calls => ({
  ...Object.fromEntries(
    Object.entries(PAGES).map(([path, summary]) => [
      `GET ${path}`,
      { summary, answers: PAGE, open: () => html(files.page, ALLOWED) },
    ]),
  ),
  'GET /assets/{name}': {
    summary: 'A file of the dashboard; its name changes with its contents.',
    answers: { '*/*': text() },
    open: ({ params }) => assetOf(files, params['name'] ?? ''),
  },
});

const PAGES = {
  '/': 'What needs a person, and what is at work.',
  '/board': 'The board of all projects.',
  '/machines': 'When each machine was last heard.',
  '/activity': 'What happened last, as it happens.',
  '/account': 'Devices and tokens of the person who is signed in.',
  '/projects/{uuid}': 'The board of one project.',
  '/projects/{uuid}/features/{slug}': 'One feature: board, graph, flow.',
  '/projects/{uuid}/features/{slug}/work-packages/{id}': 'What happened to one work package.',
};

const assetOf = (files: DashboardFiles, name: string): Answer => {
  const asset = files.assets.get(name);
  if (asset === undefined) throw new Refusal('not-found');
  return { status: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable' }, ...asset };
};

/** Own files and own calls, nothing else; no text becomes markup, nor a script but the worker that lays graphs out. */
const ALLOWED = [
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types layout',
];
