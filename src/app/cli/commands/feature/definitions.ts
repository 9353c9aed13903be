import { defineCommand, type CommandDefinition } from '../../define-command.js';
import { NO_COMMIT } from '../workflow/move-task-definition.js';

export const featureCommands: readonly CommandDefinition[] = [
  defineCommand({
    path: 'feature new <title>',
    summary: 'make a feature with everything that belongs to it',
    details:
      'Writes and commits spec.md, plan.md, tasks.md and the work packages under the next free number. Each work package depends on the one before it, unless --independent is given. docs/features.md says how all of it is written by hand.',
    positionals: { title: 'what the feature is about, in a few words' },
    options: {
      wp: {
        type: 'string',
        describe:
          'title of a work package; may be given several times; one called like the feature when not given',
        list: 'whole',
        placeholder: 'TITLE',
      },
      independent: { type: 'boolean', describe: 'no work package depends on another' },
      target: {
        type: 'string',
        describe: 'branch that the feature is merged into; the one that is checked out when not given',
        placeholder: 'BRANCH',
      },
      'no-commit': NO_COMMIT,
    },
    examples: [
      ['spec-kitty feature new "Parcel labels"', 'one work package'],
      [
        'spec-kitty feature new "Parcel labels" --wp "The model" --wp "Print, and print again"',
        'two, the second after the first',
      ],
    ],
    load: () => import('./new.js'),
  }),
  defineCommand({
    path: 'feature check',
    summary: 'say of a plan what is read and what is passed over, line by line',
    details: 'Ends with exit code 1 when the feature cannot be finalized as it is. Changes nothing.',
    examples: [['spec-kitty feature check --feature 028-sync', 'before it is announced']],
    load: () => import('./check.js'),
  }),
  defineCommand({
    path: 'feature clean',
    summary: 'remove work trees and branches of work packages that are done',
    details:
      'Says what can go and asks. What is not committed or not merged stays and is named; nothing is removed by force.',
    options: { yes: { type: 'boolean', describe: 'remove without asking' } },
    examples: [['spec-kitty feature clean --feature 028-sync', 'when a feature is complete']],
    load: () => import('./clean.js'),
  }),
];
