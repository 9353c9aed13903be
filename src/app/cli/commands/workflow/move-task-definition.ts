import { LANES } from '../../../../domain/events/lane.js';
import { defineCommand } from '../../define-command.js';

export const NO_COMMIT = { type: 'boolean', describe: 'leave the commit to you' } as const;
export const AGENT = { type: 'string', describe: 'who does the work', placeholder: 'NAME' } as const;

/** The one command that is called so often that its description is always there; its examples are with the others'. */
export const moveTask = defineCommand({
  path: 'agent tasks move-task <wp>',
  summary: 'move a work package to another lane',
  positionals: { wp: 'work package, such as WP01' },
  options: {
    to: { type: 'string', describe: 'lane to move to', choices: LANES, required: true },
    note: { type: 'string', describe: 'remark for the Activity Log', placeholder: 'TEXT' },
    agent: AGENT,
    feedback: {
      type: 'string',
      describe: "file with the reviewer's words, when changes are requested",
      placeholder: 'FILE',
    },
    force: { type: 'boolean', describe: 'allow a transition that is not in the flow' },
    'no-commit': NO_COMMIT,
  },
  load: () => import('./move-task.js'),
});
