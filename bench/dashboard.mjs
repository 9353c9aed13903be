import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../scripts/bundle.mjs';
import { makeEvent, moveOf, movesOf, openDashboard, places, WORK_PACKAGES } from './lib/dashboard.mjs';
import { watchMemory } from './lib/dashboard-hour.mjs';

/**
 * The dashboard in a real browser (Debian's Chromium) with 2,000 work packages of 50 projects: how long until the board
 * is there and a click is answered, from sending an event to seeing it, a burst of 10,000 events, how large the script
 * is, and how much memory an hour of events leaves behind, at `RATE` events a second (default 5) sent as fast as they are
 * taken. `PROFILE=name` keeps processor profiles of
 * the first view, of single events and of the burst in files that begin so. `MINUTES=60` measures something else: the
 * memory of a page that stays open for so long, in real time.
 */
const VIEWS = 5;
const SEEN = 60;
const BURST = 10_000;
const RATE = Number(process.env.RATE ?? 5);
const HOUR = 3600 * RATE;

const dashboard = await openDashboard();
if (dashboard === undefined) {
  process.stdout.write('There is no Chromium: the dashboard was not measured.\n');
  process.exit(0);
}
if (process.env.MINUTES !== undefined) {
  console.table(await watchMemory(dashboard, Number(process.env.MINUTES), RATE));
  await dashboard.close();
  process.exit(0);
}
const { url, send, page, devtools, metric, heapMib } = dashboard;

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
  await page.goto(`${url}/board`, { waitUntil: 'commit' });
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

await page.goto(`${url}/activity`);
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

await page.goto(`${url}/board`);
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

await page.goto(`${url}/`);
await page.getByText('live, as of').waitFor();
const heapBefore = await heapMib();
await send(movesOf(HOUR));
// Of a work package that nothing else moves: one that is done needs nobody, whatever failed.
const settled = makeEvent({ project: 0, wp: WORK_PACKAGES }, 'ErrorLogged', {
  error_type: 'runtime',
  error_message: 'The hour is over',
});
const over = page.evaluate(() => window.whenSeen('main', 'The hour is over'));
await send([settled]);
await over;
const heapAfter = await heapMib();
await dashboard.close();

const assets = join(ROOT, 'dist', 'dashboard');
const gzipKb = readdirSync(assets)
  .filter((name) => name.endsWith('.js'))
  .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name)), { level: 9 }).length / 1000, 0);

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
  row('scripts with gzip', 'kB', gzipKb, 130),
  row('heap before the hour', 'MiB', heapBefore),
  row(`heap after an hour at ${RATE} events/s`, 'MiB', heapAfter),
];
console.table(rows);
