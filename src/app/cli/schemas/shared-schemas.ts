import { choice, integer, list, map, orNull, object, text, versionOf } from './schema.js';

export const projectUuid = orNull(text('`null`: events without a project identity'));

export const counts = (description: string) => map(integer(), description);

/** Both sides of the accounting identity of a project. */
export const accounting = object(
  {
    captured: integer('the sum of all that follow'),
    delivered: integer('the hub has confirmed them by their ids'),
    duplicate: integer('the hub had them before'),
    pending: integer('wait, and may go'),
    held: counts('wait and may not go, by reason'),
    dead_letters: counts('given up on, by reason'),
    discarded: integer('dead letters that a person threw away'),
  },
  {},
  'captured = delivered + duplicate + pending + held + dead_letters + discarded',
);

/** What one pass over all projects did. */
export const passCounts = {
  delivered: integer('receipts of this pass'),
  duplicate: integer('the hub had them before'),
  rejected: integer('refused, and due again later'),
  dead_letters: integer('given up on in this pass'),
};

export const passEnd = object(
  {
    end: choice([
      'complete',
      'busy',
      'interrupted',
      'nothing-moved',
      'unavailable',
      'signed-out',
      'forbidden',
      'protocol-mismatch',
      'unexpected',
      'storage-failed',
      'too-many-exceptions',
    ]),
  },
  { reason: text(), retry_after_ms: integer() },
  'why nothing more moved',
);

export const account = object(
  {
    hub: object(
      { url: text() },
      { id: text(), claims: text('the id that it states, which another hub was known by before') },
    ),
    team: text(),
  },
  { username: text() },
);

/** What a workflow command tells beside its own result. */
export const work = {
  version: versionOf(2),
  commit: orNull(text('the commit that was made, if any')),
  events: list(
    object(
      {
        event_id: text(),
        outcome: choice(['captured', 'waiting', 'unconfirmed', 'refused', 'kept']),
      },
      { event_type: text() },
    ),
    'what became of the events of this command',
  ),
};

export const fault = object({
  error: object({
    code: text('stable; never parse the message'),
    message: text(),
    hint: text('what to do next'),
  }),
});
