import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { monotonicFactory } from 'ulid';
import { ROOT } from '../scripts/bundle.mjs';
import { PASSWORD, signIn, startHub } from './lib/hub.mjs';
import { EVENT_LINE } from './lib/ours.mjs';
import { makeScratch } from './lib/scratch.mjs';

/**
 * The dashboard in a real browser (Debian's Chromium) with 2,000 work packages of 50 projects: how long until the board
 * is there and a click is answered, from sending an event to seeing it, a burst of 10,000 events, how large the script
 * is, and how much memory an hour of events leaves behind, at `RATE` events a second (default 5) sent as fast as they are
 * taken. `PROFILE=name` keeps processor profiles of
 * the first view, of single events and of the burst in files that begin so.
 */
const PROJECTS = 50;
const WORK_PACKAGES = 40;
const VIEWS = 5;
const SEEN = 60;
const BURST = 10_000;
const RATE = Number(process.env.RATE ?? 5);
const HOUR = 3600 * RATE;
const PER_BATCH = 1000;

const CHROMIUM = '/usr/bin/chromium';
if (!existsSync(CHROMIUM)) {
  process.stdout.write(`${CHROMIUM} is not there: the dashboard was not measured.\n`);
  process.exit(0);
}

const scratch = makeScratch();
const newId = monotonicFactory();
const template = JSON.parse(EVENT_LINE);
const LANES = ['planned', 'doing', 'for_review', 'done'];
const FEATURE = '032-identity-aware-cli-event-sync';

let clock = 0;
const makeEvent = (place, event_type, payload) => {
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

const places = Array.from({ length: PROJECTS * WORK_PACKAGES }, (_, at) => ({
  project: at % PROJECTS,
  wp: Math.floor(at / PROJECTS),
}));
const steps = new Map(places.map((place) => [place, 0]));

/** The next move of a work package through its lanes, around and around. */
const moveOf = (place) => {
  const step = steps.get(place);
  steps.set(place, step + 1);
  const lane = (at) => LANES[at % LANES.length];
  const payload = { previous_status: lane(step), new_status: lane(step + 1), changed_by: 'agent-claude' };
  return makeEvent(place, 'WPStatusChanged', payload);
};
const movesOf = (count, from = 0) =>
  Array.from({ length: count }, (_, at) => moveOf(places[(from + at) % places.length]));

const hub = await startHub(scratch);
const token = await signIn(hub.url);
const send = async (events) => {
  for (let at = 0; at < events.length; at += PER_BATCH) {
    const response = await fetch(`${hub.url}/api/v1/events/batch/`, {
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

await send(
  places.map((place) =>
    makeEvent(place, 'WPCreated', {
      title: `Part ${place.wp} of project ${place.project}`,
      status: 'planned',
    }),
  ),
);
await send(movesOf(places.length / 2));

const profile = scratch.makeUser('browser').stateRoot;
const browser = await chromium.launchPersistentContext(profile, {
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

/** Says, by the page's own clock, when a text was first there; looked at whenever the document has changed. */
await page.addInitScript(() => {
  window.whenSeen = (selector, text) =>
    new Promise((resolve) => {
      const look = () => {
        const found = [...document.querySelectorAll(selector)].some((each) =>
          each.textContent.includes(text),
        );
        if (found) resolve(performance.timeOrigin + performance.now());
        return found;
      };
      if (!look()) {
        const seeing = new MutationObserver(() => look() && seeing.disconnect());
        seeing.observe(document, { subtree: true, childList: true, characterData: true });
      }
    });
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) window.longTasks.push({ duration, startTime });
  }).observe({ type: 'longtask', buffered: true });
});

const isProfiled = process.env.PROFILE !== undefined;
const startProfile = async () => {
  if (!isProfiled) return;
  await devtools.send('Profiler.enable');
  await devtools.send('Profiler.start');
};
const stopProfile = async (name) => {
  if (!isProfiled) return;
  const { profile: taken } = await devtools.send('Profiler.stop');
  writeFileSync(`${process.env.PROFILE}-${name}.cpuprofile`, JSON.stringify(taken));
};

const nowMs = () => performance.timeOrigin + performance.now();
const figures = { view: [], scripting: [], answered: [], seen: [] };
for (let view = 0; view < VIEWS; view++) {
  if (view === 0) await startProfile();
  const busy = await metric('TaskDuration');
  const start = nowMs();
  await page.goto(`${hub.url}/board`, { waitUntil: 'commit' });
  const there = await page.evaluate(() => window.whenSeen('.filters', '2000 of 2000 work packages'));
  figures.view.push(there - start);
  const done = await metric('TaskDuration');
  // A page in a process of its own counts from nothing.
  figures.scripting.push(1000 * (done >= busy ? done - busy : done));
  if (view === 0) await stopProfile('view');
  // Interaction: from a letter in the filter to the cards that it leaves.
  const typed = await page.evaluate(async () => {
    const input = document.querySelector('input[type=search]');
    const begun = performance.timeOrigin + performance.now();
    input.value = 'Part 7 of project 7';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    return (await window.whenSeen('.filters', '1 of 2000')) - begun;
  });
  figures.answered.push(typed);
}

await page.goto(`${hub.url}/activity`);
await page.getByText('live, as of').waitFor();
await page.evaluate(() => (window.longTasks.length = 0));
await startProfile();
for (let at = 0; at < SEEN; at++) {
  const event = moveOf(places[at]);
  const mark = `mark ${at} of this run`;
  event.payload.changed_by = mark;
  const seeing = page.evaluate((text) => window.whenSeen('.timeline', text), mark);
  const start = nowMs();
  await send([event]);
  figures.seen.push((await seeing) - start);
}
await stopProfile('seen');
const longest = async () =>
  Math.max(0, ...(await page.evaluate(() => window.longTasks.map((each) => each.duration))));
const longestLive = await longest();

await page.goto(`${hub.url}/board`);
await page.getByText('2000 of 2000 work packages').waitFor();
await page.evaluate(() => (window.longTasks.length = 0));
const taskBefore = await metric('TaskDuration');
await startProfile();
const begun = nowMs();
await send(movesOf(BURST));
const last = makeEvent(places[0], 'WPCreated', { title: 'The last of the burst' });
await page.getByRole('searchbox').fill('The last of the burst');
const end = page.evaluate(() => window.whenSeen('.card', 'The last of the burst'));
await send([last]);
const burstMs = (await end) - begun;
await stopProfile('burst');
const burstTaskMs = 1000 * ((await metric('TaskDuration')) - taskBefore);
const longestBurst = await longest();

await page.goto(`${hub.url}/`);
await page.getByText('live, as of').waitFor();
const heap = async () => {
  await devtools.send('HeapProfiler.collectGarbage');
  return (await metric('JSHeapUsedSize')) / 2 ** 20;
};
const heapBefore = await heap();
await send(movesOf(HOUR));
const settled = makeEvent(places[1], 'ErrorLogged', {
  error_type: 'runtime',
  error_message: 'The hour is over',
});
const over = page.evaluate(() => window.whenSeen('main', 'The hour is over'));
await send([settled]);
await over;
const heapAfter = await heap();
await browser.close();
await hub.stop();

const assets = join(ROOT, 'dist', 'dashboard');
const script = readdirSync(assets).find((name) => name.endsWith('.js'));
const gzipKb = gzipSync(readFileSync(join(assets, script)), { level: 9 }).length / 1000;

const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.ceil(share * list.length) - 1];
const row = (work, unit, value, goal) => ({
  work,
  unit,
  value: Number(value.toFixed(1)),
  ...(goal && { goal }),
});
const rows = [
  row('first view of the board, median', 'ms', percentile(figures.view, 0.5), 1000),
  row('first view, work of the main thread, median', 'ms', percentile(figures.scripting, 0.5)),
  row('filter typed to cards shown, median', 'ms', percentile(figures.answered, 0.5)),
  row('event sent to seen, p50', 'ms', percentile(figures.seen, 0.5)),
  row('event sent to seen, p95', 'ms', percentile(figures.seen, 0.95), 150),
  row('longest task while single events come', 'ms', longestLive, 100),
  row(`burst of ${BURST} events, sent to seen`, 'ms', burstMs),
  row('burst, work of the main thread', 'ms', burstTaskMs),
  row('burst, longest task', 'ms', longestBurst, 100),
  row('script with gzip', 'kB', gzipKb, 130),
  row('heap before the hour', 'MiB', heapBefore),
  row(`heap after an hour at ${RATE} events/s`, 'MiB', heapAfter),
];
console.table(rows);
scratch.remove();
