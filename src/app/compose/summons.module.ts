import { backgroundEnvironment } from '../../domain/child-environment.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** What a short command needs to see to it that the background process runs. */
export const summonsModule = ({ part }: Composing<Parts>): void => {
  part('backgroundPost', ['stateRoot'], async ({ stateRoot }) => {
    const { FileBackgroundPost } = await import('../../adapters/delivery/file-background-post.js');
    return new FileBackgroundPost(stateRoot);
  });
  part('backgroundStarter', ['environment', 'stateRoot'], async ({ environment, stateRoot }) => {
    const { DetachedStarter } = await import('../../adapters/delivery/detached-starter.js');
    const { command, args } = environment.program;
    return new DetachedStarter({
      command,
      args: [...args, 'sync', 'run', '--background'],
      directory: stateRoot.path,
      environment: { ...backgroundEnvironment(environment.env), SPEC_KITTY_HOME: stateRoot.path },
    });
  });
  part('summons', ['backgroundPost', 'backgroundStarter', 'wallClock', 'version'], async (needs) => {
    const { Summons } = await import('../delivery/summons.js');
    return new Summons(needs);
  });
};
