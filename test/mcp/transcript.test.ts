import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mcpWorld, type McpWorld } from '../support/mcp-world.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { scratchGit, type ScratchGit } from '../support/scratch-git.js';
import { whatWasDone } from '../support/what-was-done.js';

const PAGE = 'docs/agents.md';
const [BEGIN, END] = ['<!-- transcript: begin -->', '<!-- transcript: end -->'];

const seed = smallFeature(
  {
    WP01: { title: 'The model' },
    WP02: { title: 'Read', dependencies: '["WP01"]' },
    WP03: { title: 'Write', dependencies: '["WP01"]' },
    WP04: { title: 'Documents', dependencies: '["WP02", "WP03"]' },
  },
  { 'tasks.md': [1, 2, 3, 4].map((at) => `## WP0${at}\n\n- [ ] T00${at} Do it\n`).join('\n') },
);

let git: ScratchGit;
const hosts: McpWorld[] = [];

beforeEach(() => {
  git = scratchGit();
  for (const [path, text] of Object.entries(seed)) git.write(path, text);
  git.commitAll('seed');
});

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  git.remove();
});

/** What of an answer a reader wants to see. */
const told = (answer: any): string => {
  if (answer.error !== undefined) return `${answer.error.code}: ${answer.error.message}`;
  const { ready, to_review: toReview, work_package_id: id, outcome, to, base, unblocked, tasks } = answer;
  if (tasks !== undefined) return tasks.map((each: any) => `${each.task_id} ${each.outcome}`).join(' ');
  if (ready !== undefined) {
    const ids = (list: readonly any[]): string =>
      list.map((each) => each.work_package_id).join(' ') || 'none';
    return `ready: ${ids(ready)}, to_review: ${ids(toReview)}`;
  }
  const more = [
    ...(base === undefined ? [] : [`from ${base}`]),
    ...(unblocked?.length > 0 ? [`one dependency less for ${unblocked.join(' ')}`] : []),
    ...(answer.is_feature_completed === true ? ['the feature is complete'] : []),
  ];
  return [id, outcome, ...(to === undefined ? [] : [to]), ...more.map((each) => `(${each})`)]
    .filter((each) => each !== undefined)
    .join(' ');
};

describe('two agents', () => {
  it('finish a feature of four work packages by tools alone, one of them after a rejection; docs/agents.md shows it', async () => {
    const lines: string[] = [];
    const agentOf = async (agent: string) => {
      const host = await mcpWorld(git);
      hosts.push(host);
      const call = async (tool: string, args: Record<string, unknown> = {}): Promise<any> => {
        const answer = await host.call(tool, args);
        const { agent: _, ...shown } = args;
        lines.push(`${agent}  ${tool} ${JSON.stringify(shown)}`, `     ${told(answer)}`);
        return answer;
      };
      /** Reviews what the other one handed over; else works on what is sent back, or takes what may begin. */
      return async (isStrict = false): Promise<string> => {
        const { to_review: toReview, in_work: inWork, ready } = await call('ready_work');
        const others = toReview.find((each: any) => each.agent !== agent);
        if (others !== undefined) {
          const verdict = isStrict
            ? { verdict: 'request_changes', feedback: 'Say what an empty model is.' }
            : { verdict: 'approve' };
          await call('review', { work_package: others.work_package_id, ...verdict, agent });
          return 'reviewed';
        }
        const own = inWork.find((each: any) => each.agent === agent);
        if (own === undefined && ready.length === 0) return 'idle';
        const begun = await call('begin', {
          ...(own === undefined ? {} : { work_package: own.work_package_id }),
          agent,
        });
        const id: string = begun.work_package_id;
        const name = own === undefined ? `${id}.txt` : `${id}-again.txt`;
        git.write(`.worktrees/${FEATURE}-${id}/${name}`, `${id}\n`);
        for (const words of [
          ['add', '-A'],
          ['commit', '-qm', name],
        ])
          git.git('-C', begun.worktree, ...words);
        if (own === undefined)
          await call('mark_task', { tasks: [`T${id.slice(2).padStart(3, '0')}`], status: 'done', agent });
        await call('hand_over', { work_package: id, agent });
        return 'handed over';
      };
    };
    const [ada, bob] = [await agentOf('ada'), await agentOf('bob')];
    await ada();
    await bob(true);
    for (let turns = 0; turns < 12; turns++) {
      const did = turns % 2 === 0 ? [await bob(), await ada()] : [await ada(), await bob()];
      if (did.every((each) => each === 'idle')) break;
    }
    expect(lines.at(-1)).toContain('ready: none, to_review: none');
    const { events } = await whatWasDone(git);
    const done = events.filter((each: any) => each.payload.new_status === 'done');
    expect(done.map((each: any) => each.aggregate_id).sort()).toEqual(['WP01', 'WP02', 'WP03', 'WP04']);
    expect(events.at(-1)).toMatchObject({ event_type: 'FeatureCompleted' });
    for (const id of ['WP01', 'WP02', 'WP03', 'WP04'])
      expect(git.git('show', `main:${id}.txt`)).toBe(`${id}\n`);

    const page = readFileSync(PAGE, 'utf8');
    const transcript = `${BEGIN}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n\n${END}`;
    const from = page.indexOf(BEGIN);
    const written = page.slice(0, from) + transcript + page.slice(page.indexOf(END) + END.length);
    if (process.env['UPDATE_TRANSCRIPT'] === '1') writeFileSync(join(process.cwd(), PAGE), written);
    else expect(page).toBe(written);
    // Some fifty calls with git and disk: a busy machine is given the time.
  }, 120_000);
});
