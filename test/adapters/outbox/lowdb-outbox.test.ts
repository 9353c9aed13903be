import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outboxContract } from '../../contracts/outbox.contract.js';
import { PROJECT } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';

outboxContract({
  name: 'The outbox on disk, in segments of three records,',
  durable: true,
  setup: async () => {
    const stateRoot = mkdtempSync(join(tmpdir(), 'outbox-'));
    const open = () => outboxesOf(stateRoot, { segmentRecords: 3 }).open(PROJECT);
    return { subject: open(), reopen: open, dispose: () => rmSync(stateRoot, { recursive: true }) };
  },
});
