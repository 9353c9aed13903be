import { resolve } from 'node:path';
import { TOKENS } from '../../../container/tokens.js';
import type { Report } from '../../define-command.js';
import { snakeKeys } from '../../render/snake-keys.js';
import { lines } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';

interface Args {
  readonly fromQueueDb: string;
}

export const run = async ({ args, container, io }: ClientContext<Args>): Promise<Report> => {
  const importQueue = await (await container()).get(TOKENS.importQueue);
  const report = await importQueue.run(resolve(io.cwd, args.fromQueueDb));
  const { rows, adopted, known, invalid, refused, unusable } = report;
  return {
    outcome: refused > 0 ? 'failed' : 'done',
    data: { version: 2, ...snakeKeys(report) },
    text: lines([
      `${rows} rows: ${adopted} taken over, ${known} known already, ${unusable.length} unusable.`,
      ...(invalid === 0 ? [] : [`${invalid} have issues and are never sent; see: spec-kitty sync diagnose`]),
      ...(refused === 0 ? [] : [`${refused} found no room. Deliver what waits, then import again.`]),
      ...unusable.map(({ eventId, reason }) => `  ${eventId}: ${reason}`),
    ]),
  };
};
