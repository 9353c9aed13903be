import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { monotonicFactory } from 'ulid';
import { PASSWORD, signIn, startHub } from './hub.mjs';
import { EVENT_LINE } from './ours.mjs';
import { makeScratch } from './scratch.mjs';

const PROJECTS = 50;
export const WORK_PACKAGES = 40;
const PER_BATCH = 1000;
/** Access tokens of a hub hold for longer. */
const TOKEN_MS = 5 * 60_000;
const LANES = ['planned', 'doing', 'for_review', 'done'];
const FEATURE = '032-identity-aware-cli-event-sync';
const CHROMIUM = '/usr/bin/chromium';

/** A team of 2,000 work packages in 50 projects, at a hub of its own, with its board open in Debian's Chromium; `undefined` without it. */
export const openDashboard = async () => {
  if (!existsSync(CHROMIUM)) return undefined;
  const scratch = makeScratch();
  const hub = await startHub(scratch);
  const send = senderTo(hub.url);
  await send(
    places.map((place) =>
      makeEvent(place, 'WPCreated', {
        title: `Part ${place.wp} of project ${place.project}`,
        status: 'planned',
      }),
    ),
  );
  await send(movesOf(places.length / 2));

  const browser = await chromium.launchPersistentContext(scratch.makeUser('browser').stateRoot, {
    executablePath: CHROMIUM,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(120_000);
  await page.setViewportSize({ width: 1440, height: 900 });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const metric = async (name) => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find((each) => each.name === name)?.value ?? Number.NaN;
  };
  await page.goto(`${hub.url}/board`);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('2000 of 2000 work packages').waitFor();
  return {
    ...{ url: hub.url, send, page, devtools, metric },
    /** What the page's scripts hold after a collection of garbage. */
    heapMib: async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      return (await metric('JSHeapUsedSize')) / 2 ** 20;
    },
    close: async () => {
      await browser.close();
      await hub.stop();
      scratch.remove();
    },
  };
};

const newId = monotonicFactory();
const template = JSON.parse(EVENT_LINE);
let clock = 0;
export const makeEvent = (place, event_type, payload) => {
  const { project, wp } = place;
  const wp_id = `WP${String(wp + 1).padStart(2, '0')}`;
  return {
    ...template,
    event_id: newId(),
    event_type,
    aggregate_id: wp_id,
    node_id: `aaaaaaaaaa${String(project % 8).padStart(2, '0')}`,
    lamport_clock: (clock += 1),
    timestamp: new Date().toISOString(),
    project_uuid: `0b54a1a2-6c1e-4d3a-9b1f-${String(project).padStart(12, '0')}`,
    project_slug: `project-${project}`,
    payload: { wp_id, feature_slug: FEATURE, ...payload },
  };
};

export const places = Array.from({ length: PROJECTS * WORK_PACKAGES }, (_, at) => ({
  project: at % PROJECTS,
  wp: Math.floor(at / PROJECTS),
}));
const steps = new Map(places.map((place) => [place, 0]));

/** The next move of a work package through its lanes, around and around. */
export const moveOf = (place) => {
  const step = steps.get(place);
  steps.set(place, step + 1);
  const lane = (at) => LANES[at % LANES.length];
  const payload = { previous_status: lane(step), new_status: lane(step + 1), changed_by: 'agent-claude' };
  return makeEvent(place, 'WPStatusChanged', payload);
};
export const movesOf = (count, from = 0) =>
  Array.from({ length: count }, (_, at) => moveOf(places[(from + at) % places.length]));

const senderTo = (url) => {
  let token;
  let signedInAtMs = -Infinity;
  return async (events) => {
    if (Date.now() - signedInAtMs > TOKEN_MS) {
      signedInAtMs = Date.now();
      token = await signIn(url);
    }
    for (let at = 0; at < events.length; at += PER_BATCH) {
      const response = await fetch(`${url}/api/v1/events/batch/`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-encoding': 'gzip',
        },
        body: gzipSync(JSON.stringify({ events: events.slice(at, at + PER_BATCH) }), { level: 1 }),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    }
  };
};
