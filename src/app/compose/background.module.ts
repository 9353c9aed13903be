import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** What the background process is made of. */
export const backgroundModule = ({ part, useCase }: Composing<Parts>): void => {
  part('doorbell', ['stateRoot'], async ({ stateRoot }) => {
    const { FsDoorbell } = await import('../../adapters/delivery/fs-doorbell.js');
    return new FsDoorbell(stateRoot.file('outbox'));
  });
  part('backgroundLog', ['stateRoot', 'wallClock'], async ({ stateRoot, wallClock }) => {
    const { BoundedFileLog } = await import('../../adapters/delivery/bounded-file-log.js');
    return new BoundedFileLog(stateRoot.file('sync', 'background.log'), wallClock);
  });
  useCase(
    'backgroundProcess',
    [
      ...(['backgroundPost', 'doorbell', 'backgroundSync', 'timer', 'wallClock'] as const),
      ...(['backgroundLog', 'version', 'processId'] as const),
    ],
    () => import('../delivery/background-process.js'),
  );
  useCase(
    'deliverBeside',
    ['environment', 'showIdentity', 'account', 'backgroundProcess'],
    () => import('../delivery/deliver-beside.js'),
  );
};
