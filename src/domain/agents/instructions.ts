/** The file in which each agent host looks for what a project tells it, relative to the project. */
export const HOST_FILES = {
  claude: 'CLAUDE.md',
  codex: 'AGENTS.md',
  copilot: '.github/copilot-instructions.md',
  cursor: 'AGENTS.md',
  gemini: 'GEMINI.md',
  opencode: 'AGENTS.md',
  qwen: 'QWEN.md',
} as const;

export type AgentHost = keyof typeof HOST_FILES;

/** The page that teaches an agent the workflow, as Markdown. `name`: what the agent calls itself. */
export const instructionsFor = (name: string): string => `## Work packages (spec-kitty)

The plan of this project is in \`kitty-specs/\`: features with work packages, which go
\`planned → doing → for_review → done\`. If you have the MCP tools of spec-kitty, use them; else
the commands below do the same. \`--json\` gives a document instead of text.

To implement:

1. \`spec-kitty agent tasks ready\` says what may begin. With several features, add \`--feature SLUG\`
   to every command.
2. \`spec-kitty agent tasks next --agent ${name}\` takes the first one, or
   \`spec-kitty implement WP01 --agent ${name}\` a named one. If somebody else has it, take another.
3. Work only in the work tree that it names. \`spec-kitty agent tasks show WP01\` has the task, what
   it builds upon, and what a reviewer wants changed. Commit your work there, on its branch.
4. \`spec-kitty agent tasks mark-status T001 --status done\` for each task that is done.
   \`spec-kitty agent tasks add-history WP01 --note "…" --author ${name}\` for what others should know.
5. When all of it is done, tested and committed:
   \`spec-kitty agent tasks move-task WP01 --to for_review --agent ${name} --note "…"\`

To review a work package that somebody else implemented: read the task and the changes on its
branch, and change nothing. If something has to change, write it to a file outside of the
repository and run \`spec-kitty agent tasks move-task WP01 --to doing --feedback FILE\`. Else
\`spec-kitty merge WP01\`, then \`spec-kitty agent tasks move-task WP01 --to done\`.

Rules:

- Never edit lanes, the Activity Log or \`status.events.jsonl\` by hand, and never use \`--force\`.
- A message names what to do next; do that, or ask a person. Messages are not errors to work around.
- What a message calls captured is safe. Nothing has to be sent, and nothing waits for the network.
`;

/**
 * What `text` reads like with the page in the place of an earlier one, else at its end; without a page, with none in it.
 * `undefined`: only one of the marks is there, or one of them twice, or they are in the wrong order, and nobody knows what
 * is ours.
 */
export const withPage = (text: string, page: string | undefined): string | undefined => {
  const [above = '', ours, ...more] = text.split(BEGIN);
  const [, below, ...rest] = ours?.split(END) ?? ['', ''];
  if (below === undefined || more.length + rest.length > 0 || above.includes(END)) return undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (page !== undefined) {
    const block = [BEGIN, '', page.trimEnd(), '', END].join('\n').replaceAll('\n', eol);
    return ours === undefined ? paragraphs([above.trimEnd(), block], eol) : above + block + below;
  }
  return ours === undefined ? text : paragraphs([above.trimEnd(), below.trim()], eol);
};

const BEGIN = '<!-- spec-kitty: begin (written by "spec-kitty agent instructions --install") -->';
const END = '<!-- spec-kitty: end -->';

const paragraphs = (parts: readonly string[], eol: string): string =>
  parts
    .filter((part) => part !== '')
    .map((part) => part + eol)
    .join(eol);
