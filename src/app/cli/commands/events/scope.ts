import type { ClientContainer } from '../../../compose/container.js';
import { eventScope, type EventScope } from '../../../reports/event-scope.js';
import type { Outbox } from '../../../../ports/outbox.js';
import type { ClientContext } from '../shared/client.js';
import { featureRequest, given } from '../shared/feature-request.js';

/** The events of a project that a command is about. */
interface ProjectEvents {
  readonly scope: EventScope;
  /** `undefined`: the project has no identity yet, so it has captured nothing. */
  readonly outbox: Outbox | undefined;
}

/** What --feature, SPECIFY_FEATURE and --wp ask for of the project's journal. */
export const projectEvents = async (
  client: ClientContainer,
  context: ClientContext<{ readonly wp: string | undefined }>,
): Promise<ProjectEvents> => {
  const request = await featureRequest(client, context);
  const [showIdentity, outboxes, files, repository] = await Promise.all([
    client.get('showIdentity'),
    client.get('outboxes'),
    client.get('files'),
    client.get('repository'),
  ]);
  const uuid = (await showIdentity.run(context.common.project))?.project.uuid?.value;
  const outbox = uuid === undefined ? undefined : outboxes.open(uuid);
  const named = { ...request, ...given({ workPackage: context.args.wp }) };
  return { outbox, scope: await eventScope(files, repository, named, outbox) };
};
