import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** What the background process is made of. */
export const backgroundModule = (register: Registrar): void => {
  register.single(TOKENS.doorbell, [TOKENS.stateRoot], async (root) => {
    const { FsDoorbell } = await import('../../adapters/delivery/fs-doorbell.js');
    return new FsDoorbell(root.file('outbox'));
  });
  register.single(
    TOKENS.backgroundProcess,
    [
      TOKENS.backgroundPost,
      TOKENS.doorbell,
      TOKENS.backgroundSync,
      TOKENS.timer,
      TOKENS.wallClock,
      TOKENS.stateRoot,
      TOKENS.environment,
    ],
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
