import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ulid } from 'ulid';
import { PASSWORD, signIn, startHub } from '../bench/lib/hub.mjs';
import { EVENT_LINE } from '../bench/lib/ours.mjs';
import { makeScratch } from '../bench/lib/scratch.mjs';
import { ROOT } from './bundle.mjs';

/**
 * Takes pictures of every page of the dashboard at three widths in both themes, for somebody to look at, and the four of
 * the documentation. The team in them is made up; the hub is a real one.
 *
 *     node scripts/dashboard-pictures.mjs             the four pictures of `docs/images`
 *     node scripts/dashboard-pictures.mjs /tmp/look   every page and state, there
 */
const [look] = process.argv.slice(2);
const template = JSON.parse(EVENT_LINE);
const now = Date.now();
const ago = (minutes) => new Date(now - minutes * 60_000).toISOString();

const SHOP = { project_uuid: '0b54a1a2-6c1e-4d3a-9b1f-2f6c1d9e8a77', project_slug: 'shop' };
const DEPOT = { project_uuid: '1c65b2b3-7d2f-4e4b-8c2a-3a7d2e0f9b88', project_slug: 'depot' };
const LAPTOP = 'a1b2c3d4e5f6';
const SERVER = 'b7e8d9f0a1b2';
const LABELS = '031-parcel-labels';
const PLACES = { [LABELS]: SHOP, '032-returns': SHOP, '007-stock-count': DEPOT };

let clock = 0;
const event = (feature, wp_id, minutes, event_type, payload, { node = LAPTOP, at } = {}) => ({
  ...template,
  ...PLACES[feature],
  ...{ event_id: ulid(), event_type, aggregate_id: wp_id, node_id: node, timestamp: ago(minutes) },
  ...{ lamport_clock: at ?? (clock += 1), team_slug: 'local', git_branch: `${feature}-${wp_id}` },
  payload: { wp_id, feature_slug: feature, ...payload },
});
const create = (feature, all) =>
  all.map(([wp, title, ...dependencies]) =>
    event(feature, wp, 4 * 1440, 'WPCreated', { title, dependencies, status: 'planned' }),
  );
const move = (feature, wp, minutes, from, to, by, how) =>
  event(
    feature,
    wp,
    minutes,
    'WPStatusChanged',
    { previous_status: from, new_status: to, changed_by: by },
    how,
  );
const assign = (feature, wp, minutes, agent, phase, retry = 0, how) =>
  event(feature, wp, minutes, 'WPAssigned', { agent_id: agent, phase, retry_count: retry }, how);
const took = (feature, wp, minutes, agent, duration_ms, turns, cost_usd_micros) =>
  event(feature, wp, minutes, 'HistoryAdded', {
    ...{ entry_type: 'usage', entry_content: `${agent} was at work`, author: agent, phase: 'implementation' },
    ...{ duration_ms, ...(turns && { turns }), ...(cost_usd_micros && { cost_usd_micros }) },
  });
/** The whole life of a work package, ending so many minutes ago. */
const done = (feature, wp, minutes, agent = 'claude', reviewer = 'codex') => [
  assign(feature, wp, minutes + 300, agent, 'implementation'),
  move(feature, wp, minutes + 299, 'planned', 'doing', agent),
  took(feature, wp, minutes + 121, agent, 178 * 60_000, 41, 1_830_000),
  move(feature, wp, minutes + 120, 'doing', 'for_review', agent),
  assign(feature, wp, minutes + 119, reviewer, 'review'),
  move(feature, wp, minutes, 'for_review', 'done', reviewer),
];

const story = () => {
  const events = [
    ...create(LABELS, [
      ['WP01', 'Model a label'],
      ['WP02', 'Ask the carrier for a number', 'WP01'],
      ['WP03', 'Draw the label as PDF', 'WP01'],
      ['WP04', 'Print from the packing page', 'WP02', 'WP03'],
      ['WP05', 'Say what a refused label costs', 'WP02'],
      ['WP06', 'Move old orders over', 'WP04'],
    ]),
    ...create('032-returns', [
      ['WP01', 'Returns have a reason'],
      ['WP02', 'Refund when the parcel is scanned', 'WP01'],
      ['WP03', 'Letter to the customer', 'WP01'],
    ]),
    ...create('007-stock-count', [
      ['WP01', 'Count by shelf'],
      ['WP02', 'Find what two people counted', 'WP01'],
    ]),
    ...done(LABELS, 'WP01', 3 * 1440),
    ...done(LABELS, 'WP02', 1500, 'codex', 'claude'),
    ...done('007-stock-count', 'WP01', 2000, 'gemini', 'claude'),
    assign('032-returns', 'WP01', 700, 'gemini', 'implementation'),
    move('032-returns', 'WP01', 699, 'planned', 'doing', 'gemini', { node: SERVER }),
    move('032-returns', 'WP01', 95, 'doing', 'for_review', 'gemini', { node: SERVER }),
    assign(LABELS, 'WP03', 190, 'claude', 'implementation'),
    move(LABELS, 'WP03', 189, 'planned', 'doing', 'claude'),
    event(LABELS, 'WP03', 150, 'HistoryAdded', {
      ...{ entry_type: 'note', author: 'claude' },
      entry_content: 'Fonts are embedded; the barcode is drawn as paths, so that every printer takes it.',
    }),
    took(LABELS, 'WP03', 61, 'claude', 128 * 60_000, 33, 1_240_000),
    move(LABELS, 'WP03', 60, 'doing', 'for_review', 'claude'),
    assign(LABELS, 'WP03', 59, 'codex', 'review'),
    event(LABELS, 'WP03', 41, 'HistoryAdded', {
      ...{ entry_type: 'review', author: 'codex' },
      entry_content: 'A name of 60 letters runs over the edge of the label.',
    }),
    move(LABELS, 'WP03', 40, 'for_review', 'doing', 'codex'),
    assign(LABELS, 'WP03', 39, 'claude', 'implementation', 1),
    assign(LABELS, 'WP05', 90, 'gemini', 'implementation'),
    move(LABELS, 'WP05', 89, 'planned', 'doing', 'gemini'),
    event(LABELS, 'WP05', 12, 'ErrorLogged', {
      ...{ error_type: 'runtime', agent_id: 'gemini', pause_reason: 'no-agent-left' },
      error_message: 'No agent is left that could do the implementation. gemini did not end in time.',
    }),
    assign('007-stock-count', 'WP02', 50, 'codex', 'implementation', 0, { node: SERVER }),
  ];
  const both = clock + 1;
  events.push(
    move('007-stock-count', 'WP02', 49, 'planned', 'doing', 'codex', { node: SERVER, at: both }),
    move('007-stock-count', 'WP02', 48, 'planned', 'doing', 'ada', { at: both }),
  );
  clock = both;
  events.push(
    assign('032-returns', 'WP02', 30, 'codex', 'implementation', 0, { node: SERVER }),
    move('032-returns', 'WP02', 29, 'planned', 'doing', 'codex', { node: SERVER }),
  );
  // It was kept on a laptop without network, and comes after what follows it.
  const late = event(LABELS, 'WP03', 170, 'HistoryAdded', {
    ...{ entry_type: 'note', author: 'ada', entry_content: 'Labels of 10 × 15 cm first; A4 can wait.' },
  });
  events.push({ ...late, lamport_clock: clock - 20, node_id: SERVER });
  return events;
};

/** Two hundred more work packages in the feature that is shown, with names that do not end. */
const hugeFeature = () =>
  Array.from({ length: 200 }, (_, at) => at + 10).flatMap((number) => {
    const title = `Part ${number}, which has a name that goes on ${'and on '.repeat(number)}`;
    const depends = number < 14 ? [] : [`WP${number - 1 - (number % 3)}`, `WP${number - 4}`];
    const lane = ['planned', 'doing', 'for_review', 'done'][number % 4];
    return [
      ...create(LABELS, [[`WP${number}`, title, ...new Set(depends)]]),
      move(
        LABELS,
        `WP${number}`,
        5,
        'planned',
        lane,
        number % 2 === 0 ? 'claude' : `agent-${'x'.repeat(90)}`,
      ),
    ];
  });

const IN_FEATURE = `/projects/${SHOP.project_uuid}/features/${LABELS}`;
const PAGES = {
  ...{ now: '/', board: '/board', project: `/projects/${SHOP.project_uuid}`, feature: IN_FEATURE },
  ...{ timeline: `${IN_FEATURE}/work-packages/WP03`, machines: '/machines', activity: '/activity' },
  ...{ account: '/account', empty: '/board?q=nothing+is+called+so', device: '/device' },
};
/** What is in the documentation: name, height. */
const SHOWN = { now: 560, feature: 1110, timeline: 660, board: 620 };

const scratch = makeScratch();
try {
  const hub = await startHub(scratch);
  const token = await signIn(hub.url);
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${hub.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  await post('/api/v1/events/batch/', { events: story() });
  const minutes = 60_000;
  const sign = { project_uuid: SHOP.project_uuid, feature_slug: LABELS, wp_id: 'WP03', agent: 'claude' };
  await post('/api/v1/machines/report/', {
    ...{ node_id: LAPTOP, waiting: { events: 3, oldest_ms: 7 * minutes } },
    runs: [{ ...sign, silent_ms: 20 * minutes }],
  });
  await post('/api/v1/machines/report/', { node_id: SERVER, waiting: { events: 0 } });
  const browser = await chromium.launchPersistentContext(scratch.makeUser('browser').stateRoot, {
    ...{ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu'] },
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  await page.goto(hub.url);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  if (look !== undefined) {
    await mkdir(look, { recursive: true });
    await page.screenshot({ path: join(look, 'sign-in.png') });
  }
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('live, as of').waitFor();
  const open = async (name) => {
    await page.goto(`${hub.url}${PAGES[name]}`);
    if (name !== 'device') await page.getByText('live, as of').waitFor();
    await page.waitForLoadState('networkidle');
  };
  if (look === undefined) {
    for (const [name, height] of Object.entries(SHOWN)) {
      await page.setViewportSize({ width: 1200, height });
      await open(name);
      await page.screenshot({ path: join(ROOT, 'docs', 'images', `dashboard-${name}.png`) });
    }
  } else {
    /** What is open, whole, at every width in both themes. */
    const takeAll = async (name) => {
      for (const colorScheme of ['light', 'dark'])
        for (const width of [360, 1280, 2560]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          await page.screenshot({ path: join(look, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
    };
    for (const name of Object.keys(PAGES)) {
      await open(name);
      await takeAll(name);
    }
    await page.route('**/api/v1/me/', () => undefined);
    await page.goto(hub.url);
    await page.getByText('Reading the boards').waitFor();
    await takeAll('loading');
    await page.unroute('**/api/v1/me/');
    await page.route('**/api/v1/projects/?*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.goto(hub.url);
    await page.getByRole('alert').waitFor();
    await takeAll('error');
    await page.unroute('**/api/v1/projects/?*');
    await post('/api/v1/events/batch/', { events: hugeFeature() });
    for (const name of ['now', 'board', 'feature']) {
      await open(name);
      await takeAll(`huge-${name}`);
    }
    await hub.stop();
    await page.getByText('The connection to the hub is lost').waitFor();
    await takeAll('disconnected');
  }
  await browser.close();
  await hub.stop();
} finally {
  scratch.remove();
}
