import { MemoryBatchTransport, MemoryNetwork } from '../../src/adapters/memory/index.js';
import {
  createClient,
  withSyncContext,
  type Client,
  type FeatureCards,
  type MoveResult,
  type PerformedWork,
  type SyncStatus,
} from '../../src/app/index.js';

/**
 * What the compiler holds a user of the package to. It is never run: that it compiles is the test, and each line after
 * an expected error fails to compile when the error does not come.
 */
export const useOfTheDoor = async (signal: AbortSignal): Promise<void> => {
  const overrides = {
    batchTransport: new MemoryBatchTransport(new MemoryNetwork()),
    wallClock: { nowMs: () => 0 },
  };
  const client: Client = createClient({ directory: '.', overrides, stateRoot: '/tmp/state' });
  const request = await client.feature('001-sync');
  const board: FeatureCards = await client.work.readBoard.run(request);
  const moved: PerformedWork<MoveResult> = await client.work.moveWorkPackage.run(
    { ...request, workPackageId: board.cards[0]?.workPackageId ?? 'WP01', to: 'doing' },
    signal,
  );
  const status: SyncStatus = await client.reports.getSyncStatus.run();
  const nowMs: number = (await client.port('wallClock')).nowMs();
  await withSyncContext(async () => [moved, status, nowMs], { overrides });

  // @ts-expect-error the project has to be said
  createClient({});
  // @ts-expect-error no port has this name
  createClient({ directory: '.', overrides: { transport: {} } });
  // @ts-expect-error a clock tells the time
  createClient({ directory: '.', overrides: { wallClock: {} } });
  // @ts-expect-error use cases are not swapped, their ports are
  createClient({ directory: '.', overrides: { readBoard: {} } });
  // @ts-expect-error there is no such lane
  await client.work.moveWorkPackage.run({ ...request, workPackageId: 'WP01', to: 'elsewhere' });
  // @ts-expect-error reports do not move work packages
  client.reports.moveWorkPackage;
  // @ts-expect-error what is composed for the use cases is nobody's port
  await client.port('perform');
};
