import { integer as integerFrom, text as said, type Description } from '../../domain/document.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import { LANES } from '../../domain/events/lane.js';
import { jsonSchemaOf, type JsonSchema } from '../../domain/json-schema.js';
import type { Client } from '../library/client.js';
import { boardAt, type FeatureCards } from '../work/read-board.js';
import { DOCUMENTS, toDocument } from '../documents/all.js';
import { choice, countsOf, integer, items, object, text } from '../documents/words.js';
import { defineTool, type Tool } from './tool.js';

export const FEATURE = text('slug or number of the feature; may be left out where there is only one');

/** Text that has to be there. */
export const needed = (description?: string) =>
  said(
    'must not be empty',
    (value) => value.trim() !== '',
    description === undefined ? {} : { description },
    'must be text',
  );

/** What a command prints with `--json`, and what a tool adds to it. */
export const documentOfCommand = (
  command: string,
  more: Readonly<Record<string, Description>> = {},
): JsonSchema => {
  const found = DOCUMENTS.find((each) => each.command === command);
  if (found === undefined) throw new Error(`No document is described for ${command}.`);
  const schema = jsonSchemaOf(found.schema);
  const added = Object.entries(more).map(([name, each]) => [name, jsonSchemaOf(each)] as const);
  return { ...schema, properties: { ...(schema['properties'] as object), ...Object.fromEntries(added) } };
};

const count = (description: string) => integerFrom(0, undefined, { description });
const limitOf = (what: string) => count(`at most so many ${what}`);
const LEFT_OUT = integer('how many entries this page leaves out');

/** What only looks. */
export const READ_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'list_features',
    title: 'List features',
    description: 'The features of the project, and how many work packages each has in which lane.',
    changes: 'nothing',
    input: object({
      'after?': text('the last feature of the page before'),
      'limit?': limitOf('features; 50 unless given'),
    }),
    outputSchema: jsonSchemaOf(
      object({
        features: items({
          feature: text(),
          'lanes?': object({ ...countsOf(LANES), 'canceled?': integer() }),
          'problem?': text('why the feature cannot be read'),
        }),
        left_out: integer('how many features follow; ask again with `after`'),
      }),
    ),
    run: async ({ after = '', limit = 50 }, { client, request, signal }) => {
      const { page, left } = await featuresAfter(client, after, limit);
      const features: object[] = [];
      for (const feature of page) {
        signal.throwIfAborted();
        features.push(
          await client.work.readBoard.run({ ...request, feature }).then(
            (board) => ({ feature, lanes: board.counts }),
            (error: unknown) => ({ feature, problem: messageOf(error) }),
          ),
        );
      }
      return { features, left_out: left };
    },
  }),
  defineTool({
    name: 'ready_work',
    title: 'What may begin',
    description:
      'What may begin now, in the order in which it should be taken; what is in work; what waits for a reviewer or for other work packages; what a person has to decide. Call it when you want work.',
    changes: 'nothing',
    input: object({
      'feature?': FEATURE,
      'limit?': limitOf('entries of each list; 40 unless given'),
    }),
    outputSchema: documentOfCommand('agent tasks ready', { left_out: LEFT_OUT }),
    run: async ({ limit = 40 }, { client, request }) => {
      const ahead = await client.work.readWorkAhead.run(request);
      const document = toDocument('agent tasks ready', ahead);
      let left = 0;
      const cut = Object.entries(document).map(([name, value]) => {
        if (!Array.isArray(value)) return [name, value] as const;
        left += Math.max(0, value.length - limit);
        return [name, value.slice(0, limit)] as const;
      });
      return { ...Object.fromEntries(cut), left_out: left };
    },
  }),
  defineTool({
    name: 'show_task',
    title: 'Show a work package',
    description:
      'Everything that is needed to begin or review a work package: its text, tasks, dependencies with their lanes, work tree, branch, feedback of reviewers and history.',
    changes: 'nothing',
    input: object({
      work_package: needed('such as WP01'),
      'feature?': FEATURE,
      'from?': count('character at which the text begins, when it is too long for one answer'),
    }),
    outputSchema: documentOfCommand('agent tasks show', {
      text_left: integer('how many characters of the text follow; ask again with `from`'),
    }),
    run: async ({ work_package: workPackageId, from = 0 }, { client, request }) => {
      const shown = await client.work.showWorkPackage.run({ ...request, workPackageId });
      const end = from + MAX_TEXT;
      return {
        ...toDocument('agent tasks show', {
          ...shown,
          text: shown.text.slice(from, end),
          feedback: shown.feedback.slice(-MAX_TEXT / 2),
          // The youngest tell where the work stands.
          history: shown.history
            .slice(-MAX_HISTORY)
            .map((entry) => ({ ...entry, note: entry.note.slice(0, 500) })),
        }),
        text_left: Math.max(0, shown.text.length - end),
      };
    },
  }),
  defineTool({
    name: 'board',
    title: 'Board of a feature',
    description: 'All work packages of a feature with lane, agent, dependencies and tasks.',
    changes: 'nothing',
    input: object({
      'feature?': FEATURE,
      'lane?': choice(LANES, 'only those in this lane'),
      'after?': text('the last work package of the page before'),
      'limit?': limitOf('work packages; 60 unless given'),
    }),
    outputSchema: documentOfCommand('agent tasks status', { left_out: LEFT_OUT }),
    run: async ({ lane, after, limit = 60 }, { client, request }) => {
      const board = await client.work.readBoard.run(request);
      const wanted = board.cards.filter((card) => lane === undefined || card.lane === lane);
      const first = wanted.findIndex(({ workPackageId }) => workPackageId === after) + 1;
      if (after !== undefined && first === 0) throw unknownPlace(after);
      const cards = wanted.slice(first, first + limit);
      const document = await documentOfBoard(client, { ...board, cards });
      return { ...document, left_out: wanted.length - first - cards.length };
    },
  }),
  defineTool({
    name: 'sync_status',
    title: 'Where captured events are',
    description:
      'What of this project was delivered to the hub, what waits and why. Nothing has to be done about it.',
    changes: 'nothing',
    input: object({}),
    outputSchema: documentOfCommand('sync status'),
    run: async (_args, { client }) => {
      const [status, identity] = await Promise.all([
        client.reports.getSyncStatus.run(),
        client.events.showIdentity.run(client.directory),
      ]);
      const uuid = identity?.project.uuid?.value;
      return toDocument('sync status', {
        ...status,
        projects: status.projects.filter(({ projectUuid }) => projectUuid === uuid),
      });
    },
  }),
];

/** The features behind one of them, and how many come after these. */
export const featuresAfter = async (client: Client, after: string, limit: number) => {
  const { projectRoot } = await client.checkout();
  const all = await (await client.port('files')).features(projectRoot);
  const rest = all.filter((slug) => slug > after);
  return { page: rest.slice(0, limit), left: Math.max(0, rest.length - limit) };
};

export const documentOfBoard = async (client: Client, board: FeatureCards): Promise<object> =>
  toDocument('agent tasks status', boardAt(board, (await client.port('wallClock')).nowMs()));

/** A third of what hosts take: most of an answer is the text. */
const MAX_TEXT = 24_000;
const MAX_HISTORY = 30;

const unknownPlace = (after: string): SyncError =>
  new SyncError('input-invalid', `${JSON.stringify(after)} is not on this board.`, {
    hint: 'Give the last work package of the page before, or leave "after" out.',
  });
