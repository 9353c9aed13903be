import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** What the background process is made of. */
export const backgroundModule = ({ part, useCase }: Composing<Parts>): void => {
  part('doorbell', ['stateRoot'], async ({ stateRoot: root }) => {
    const { FsDoorbell } = await import('../../adapters/delivery/fs-doorbell.js');
    return new FsDoorbell(root.file('outbox'));
  });
  part(
    'backgroundProcess',
    ['backgroundPost', 'doorbell', 'backgroundSync', 'timer', 'wallClock', 'stateRoot', 'environment'],
    async ({
      backgroundPost: post,
      doorbell,
      backgroundSync: service,
      timer,
      wallClock,
      stateRoot: root,
      environment: { version, processId },
    }) => {
      const [{ BackgroundProcess }, { BoundedFileLog }] = await Promise.all([
        import('../delivery/background-process.js'),
        import('../../adapters/delivery/bounded-file-log.js'),
      ]);
      const log = new BoundedFileLog(root.file('sync', 'background.log'), wallClock);
      return new BackgroundProcess({ post, doorbell, service, timer, wallClock, log, version, processId });
    },
  );
  useCase(
    'deliverBeside',
    ['environment', 'showIdentity', 'getAccountStatus', 'backgroundProcess'],
    () => import('../delivery/deliver-beside.js'),
  );
};
