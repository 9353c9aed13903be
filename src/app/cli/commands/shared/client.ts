import type { ClientContainer } from '../../../compose/container.js';
import { SyncError } from '../../../../domain/errors.js';
import type { Checkout } from '../../../../ports/events.js';
import type { CommandContext } from '../../define-command.js';

/** What a command of the client gets. */
export type ClientContext<A> = CommandContext<A, ClientContainer>;

/** The checkout that the command is about; fails with `not-a-repository` outside every project. */
export const checkoutOf = async (client: ClientContainer, directory: string): Promise<Checkout> => {
  const repository = await client.get('repository');
  const checkout = await repository.locate(directory);
  if (checkout !== undefined) return checkout;
  throw new SyncError('not-a-repository', `${directory} is not inside a git repository or a project.`, {
    hint: 'Go to your project, or name it with --project DIR.',
  });
};
