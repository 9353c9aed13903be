import { ProtocolError, ProtocolErrorCode, type GetPromptResult } from '@modelcontextprotocol/server';

const ARGUMENTS = [
  { name: 'work_package', description: 'such as WP01; without it the first that may begin, or be reviewed' },
  { name: 'feature', description: 'slug or number, where there are several' },
  { name: 'agent', description: 'what you call yourself' },
];

/** What a person may start an agent with. */
export const PROMPTS = [
  {
    name: 'implement_work_package',
    title: 'Implement a work package',
    description: 'Take a work package, do it in its work tree, and hand it over.',
    arguments: ARGUMENTS,
  },
  {
    name: 'review_work_package',
    title: 'Review a work package',
    description: 'Look at work that was handed over, and approve it or say what has to change.',
    arguments: ARGUMENTS,
  },
] as const;

/** Fails with the protocol's own error for a prompt that is not there. */
export const promptText = (name: string, args: Readonly<Record<string, string>>): GetPromptResult => {
  const prompt = PROMPTS.find((each) => each.name === name);
  if (prompt === undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${name}.`);
  const { work_package: named, feature, agent } = args;
  const where = feature === undefined ? '' : ` of feature ${feature}`;
  const as = agent === undefined ? '' : ` Call yourself ${agent} in every call.`;
  const text = name === 'implement_work_package' ? implementing(named, where) : reviewing(named, where);
  return {
    description: prompt.description,
    messages: [{ role: 'user', content: { type: 'text', text: `${text}${as}` } }],
  };
};

const implementing = (id: string | undefined, where: string): string =>
  [
    `Implement ${id ?? 'the first work package that may begin'}${where} with the tools of spec-kitty.`,
    `Call begin${id === undefined ? '' : ` for ${id}`}; if somebody else has it, say so and stop.`,
    'Read show_task: its text, its tasks, and the feedback of a reviewer if there is any.',
    'Work only in the work tree that begin named. Test your work and commit it there.',
    'Mark each task with mark_task when it is done, then call hand_over.',
  ].join('\n');

const reviewing = (id: string | undefined, where: string): string =>
  [
    `Review ${id ?? 'the first work package under to_review in ready_work'}${where} with the tools of spec-kitty.`,
    'Read show_task, then the changes on its branch against the target branch, and run the tests in its work tree.',
    'Change nothing. Do not review what you implemented yourself.',
    'Call review: approve it, or request changes and say in feedback everything that has to change.',
  ].join('\n');
