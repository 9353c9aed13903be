import { backgroundEnvironment } from '../../domain/child-environment.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** What a short command needs to see to it that the background process runs. */
export const summonsModule = ({ part }: Composing<Parts>): void => {
  part('backgroundPost', ['stateRoot'], async ({ stateRoot: root }) => {
    const { FileBackgroundPost } = await import('../../adapters/delivery/file-background-post.js');
    return new FileBackgroundPost(root);
  });
  part(
    'backgroundStarter',
    ['environment', 'stateRoot'],
    async ({ environment: { program, env }, stateRoot: root }) => {
      const { DetachedStarter } = await import('../../adapters/delivery/detached-starter.js');
      const { command, args } = program;
      return new DetachedStarter({
        command,
        args: [...args, 'sync', 'run', '--background'],
        directory: root.path,
        environment: { ...backgroundEnvironment(env), SPEC_KITTY_HOME: root.path },
      });
    },
  );
  part(
    'summons',
    ['backgroundPost', 'backgroundStarter', 'wallClock', 'environment'],
    async ({
      backgroundPost: post,
      backgroundStarter: starter,
      wallClock: clock,
      environment: { version },
    }) => {
      const { Summons } = await import('../delivery/summons.js');
      return new Summons(post, starter, clock, version);
    },
  );
};
