import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** The background process: what it is made of, and what a short command needs to see to it that it runs. */
export const backgroundModule = (register: Registrar): void => {
  register.single(TOKENS.backgroundPost, [TOKENS.stateRoot], async (root) => {
    const { FileBackgroundPost } = await import('../../adapters/background/file-background-post.js');
    return new FileBackgroundPost(root);
  });
  register.single(TOKENS.doorbell, [TOKENS.stateRoot], async (root) => {
    const { FsDoorbell } = await import('../../adapters/background/fs-doorbell.js');
    return new FsDoorbell(root.file('outbox'));
  });
  register.single(
    TOKENS.backgroundStarter,
    [TOKENS.environment, TOKENS.stateRoot],
    async ({ program, env }, root) => {
      const { DetachedStarter } = await import('../../adapters/background/detached-starter.js');
      const { command, args } = program;
      return new DetachedStarter({
        command,
        args: [...args, 'sync', 'run', '--background'],
        directory: root.path,
        environment: { ...env, SPEC_KITTY_HOME: root.path },
      });
    },
  );
  register.single(
    TOKENS.summons,
    [TOKENS.backgroundPost, TOKENS.backgroundStarter, TOKENS.wallClock, TOKENS.environment],
    async (post, starter, clock, { version }) => {
      const { Summons } = await import('../sync/summons.js');
      return new Summons(post, starter, clock, version);
    },
  );
  register.single(
    TOKENS.backgroundProcess,
    [
      TOKENS.backgroundPost,
      TOKENS.doorbell,
      TOKENS.backgroundSync,
      TOKENS.timer,
      TOKENS.wallClock,
      TOKENS.environment,
    ],
    async (post, doorbell, service, timer, wallClock, { version, processId }) => {
      const { BackgroundProcess } = await import('../sync/background-process.js');
      return new BackgroundProcess({ post, doorbell, service, timer, wallClock, version, processId });
    },
  );
};
