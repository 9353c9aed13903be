import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { facts, PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();

const ROOM = { maxWaiting: 1000 };

describe('a clock file from an older backup', () => {
  it.each([1, 2, 3, 4])(
    'is overtaken by the journal, whatever part of a segment is filled (%i)',
    async (count) => {
      const outbox = () => outboxesOf(scratch.path, { segmentRecords: 3 }).open(PROJECT);
      await outbox().capture(facts(1, count), ROOM);
      const path = join(scratch.path, 'clock.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"value":\d+/, '"value":0'));
      const [captured] = await outbox().capture(facts(100, 1), ROOM);
      expect(captured?.outcome === 'captured' && captured.event.lamport_clock).toBe(count + 1);
    },
  );
});
