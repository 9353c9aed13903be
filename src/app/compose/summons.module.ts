import { backgroundEnvironment } from '../../domain/child-environment.js';
import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** What a short command needs to see to it that the background process runs. */
export const summonsModule = (register: Registrar<Parts>): void => {
  register.single('backgroundPost', ['stateRoot'], async (root) => {
    const { FileBackgroundPost } = await import('../../adapters/delivery/file-background-post.js');
    return new FileBackgroundPost(root);
  });
  register.single('backgroundStarter', ['environment', 'stateRoot'], async ({ program, env }, root) => {
    const { DetachedStarter } = await import('../../adapters/delivery/detached-starter.js');
    const { command, args } = program;
    return new DetachedStarter({
      command,
      args: [...args, 'sync', 'run', '--background'],
      directory: root.path,
      environment: { ...backgroundEnvironment(env), SPEC_KITTY_HOME: root.path },
    });
  });
  register.single(
    'summons',
    ['backgroundPost', 'backgroundStarter', 'wallClock', 'environment'],
    async (post, starter, clock, { version }) => {
      const { Summons } = await import('../delivery/summons.js');
      return new Summons(post, starter, clock, version);
    },
  );
};
