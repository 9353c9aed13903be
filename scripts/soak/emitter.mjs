import { openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/**
 * A process that captures until its standard input ends: `node emitter.mjs <library> <oracle file> <seed> <checkout …>`.
 * What was acknowledged goes into the oracle file, after the acknowledgement, in one write a line.
 */
const [library, oraclePath, seed, ...checkouts] = process.argv.slice(2);
const { getEmitter } = await import(pathToFileURL(createRequire(import.meta.url).resolve(library)).href);
const { Randomness } = await import('./randomness.mjs');

const randomness = new Randomness(Number(seed));
const oracle = openSync(oraclePath, 'a');
const note = (line) => writeSync(oracle, `${line}\n`);
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();

const emitter = getEmitter();
for (let n = 1; !isOver; n++) {
  const directory = randomness.pick(checkouts);
  const burst = randomness.between(1, 5);
  const emissions = Array.from({ length: burst }, (_, index) => emitOne(directory, `${seed}-${n}-${index}`));
  for (const outcome of await Promise.all(emissions)) {
    if (outcome.outcome === 'captured') note(`ack ${directory} ${outcome.event.event_id}`);
    else if (outcome.outcome === 'waiting') note(`waiting ${directory} ${outcome.eventId}`);
    else note(`refused ${directory} ${JSON.stringify(outcome.reason ?? outcome)}`);
  }
  await delay(randomness.between(0, 40));
}
await emitter.close();

function emitOne(directory, text) {
  const about = { wp_id: 'WP01', feature_slug: '001-soak' };
  const length = randomness.between(1, 40) === 1 ? 20_000 : randomness.between(0, 300);
  switch (randomness.between(1, 3)) {
    case 1:
      return emitter.emitWpStatusChanged(
        { ...about, previous_status: 'planned', new_status: 'doing' },
        { directory },
      );
    case 2:
      return emitter.emitErrorLogged(
        { error_type: 'runtime', error_message: `${text} ${'x'.repeat(length)}`, wp_id: 'WP01' },
        { directory },
      );
    default:
      return emitter.emitHistoryAdded(
        { ...about, entry_type: 'note', entry_content: `${text} ${'é'.repeat(length)}` },
        { directory },
      );
  }
}
