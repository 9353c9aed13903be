import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** What the background process is made of. */
export const backgroundModule = (register: Registrar<Parts>): void => {
  register.single('doorbell', ['stateRoot'], async (root) => {
    const { FsDoorbell } = await import('../../adapters/delivery/fs-doorbell.js');
    return new FsDoorbell(root.file('outbox'));
  });
  register.single(
    'backgroundProcess',
    ['backgroundPost', 'doorbell', 'backgroundSync', 'timer', 'wallClock', 'stateRoot', 'environment'],
    async (post, doorbell, service, timer, wallClock, root, { version, processId }) => {
      const [{ BackgroundProcess }, { BoundedFileLog }] = await Promise.all([
        import('../delivery/background-process.js'),
        import('../../adapters/delivery/bounded-file-log.js'),
      ]);
      const log = new BoundedFileLog(root.file('sync', 'background.log'), wallClock);
      return new BackgroundProcess({ post, doorbell, service, timer, wallClock, log, version, processId });
    },
  );
};
