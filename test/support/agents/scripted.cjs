// An agent that follows a script. Called as: node scripted.cjs NAME PLAN PROMPT_FILE WORKTREE WP_ID
// PLAN is a JSON file that maps "WP01 review 1", "WP01 review", "review" (the first that is there counts) to what is
// done: for an implementation one of commit, leave, nothing, fail, die, hang, move; for a review one of approve, reject,
// mumble, fail, hang. What it did is appended to PLAN.log, one line each.
const { execFileSync } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const [name, planFile, promptFile, worktree, wp] = process.argv.slice(2);
const [, phase = '', round = ''] = /-(implementation|review)-(\d+)\.md$/.exec(basename(promptFile)) ?? [];
const plan = JSON.parse(readFileSync(planFile, 'utf8'));
const what =
  plan[`${wp} ${phase} ${round}`] ??
  plan[`${wp} ${phase}`] ??
  plan[phase] ??
  (phase === 'review' ? 'approve' : 'leave');
const word = () => /`VERDICT: approved (\w+)`/.exec(readFileSync(promptFile, 'utf8'))?.[1];
const say = (text) => process.stdout.write(`${text}\n`);
const note = (text) => appendFileSync(`${planFile}.log`, `${text}\n`);
const git = (...args) => execFileSync('git', args, { cwd: worktree, stdio: ['ignore', 'pipe', 'pipe'] });

const main = () => {
  if (!readFileSync(promptFile, 'utf8').includes(wp)) throw new Error('The prompt is about something else.');
  if (process.cwd() !== worktree) throw new Error(`At work in ${process.cwd()} instead of ${worktree}.`);
  note(`${wp} ${phase} ${round} ${name} ${what}`);
  say(`${name}: ${phase} of ${wp}, round ${round}`);
  switch (what) {
    case 'hang':
      say('Thinking about it.');
      setInterval(() => undefined, 1000);
      return;
    case 'fail':
      say('I cannot do this.');
      process.exitCode = 1;
      return;
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'nothing':
      return;
    case 'approve':
      say(`VERDICT: approved ${word()}`);
      return;
    case 'reject':
      say('FEEDBACK:');
      say(`Say more in ${wp}.txt, round ${round}.`);
      say(`VERDICT: changes requested ${word()}`);
      return;
    case 'mumble':
      say('It looks fine.');
      return;
    default:
      edit();
  }
};

const edit = () => {
  const path = join(worktree, `${wp}.txt`);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  writeFileSync(path, `${before}${name}, round ${round}\n`);
  if (what === 'commit') {
    git('add', '--', `${wp}.txt`);
    git('commit', '--quiet', '-m', `${wp}: by ${name}`);
  }
  if (what === 'move') {
    const [program, ...args] = JSON.parse(process.env.SPEC_KITTY_PROGRAM);
    execFileSync(program, [...args, 'agent', 'tasks', 'move-task', wp, '--to', 'for_review'], {
      cwd: worktree,
      stdio: 'inherit',
    });
  }
};

main();
