import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Hub } from './hub.mjs';
import { finish, PASSWORD, USER } from './machine.mjs';
import { openProxy } from './proxy.mjs';
import { Counts } from './report.mjs';
import { Randomness } from './randomness.mjs';

const EMITTER = fileURLToPath(new URL('emitter.mjs', import.meta.url));

/** What happens next, and how often in comparison. */
const HAPPENINGS = {
  deliver: 8,
  'deliver and kill': 4,
  'look at the status': 4,
  'work by command': 6,
  'kill a command at work': 4,
  'kill an emitter': 5,
  'stop an emitter': 4,
  'kill the background': 3,
  'stop the background': 2,
  'kill the hub': 2,
  'restart the hub': 1,
  'stop the hub': 2,
  'cut the wire': 3,
  'better wire': 1,
  'worse wire': 4,
  'lose the clock': 2,
  'damage the ledger': 2,
  'lose the mark': 1,
  'tear the tail': 3,
};

/** Emitters, commands and passes at work, and everything that can happen to them. */
export class Chaos {
  counts = new Counts();
  /** What must never happen and was seen on the way. */
  problems = [];
  hub;
  proxy;
  #machine;
  #randomness;
  #emitters = [];
  #background;
  #running = new Set();
  #lock;

  constructor(machine, randomness, emitters) {
    this.#machine = machine;
    this.#randomness = randomness;
    this.#emitters.length = emitters;
  }

  async run(ms) {
    const machine = this.#machine;
    this.hub = new Hub(machine);
    await this.hub.prepare();
    await this.hub.start();
    this.proxy = await openProxy(
      machine.hubPort,
      new Randomness(this.#randomness.between(0, 2 ** 31)),
      this.counts,
    );
    const args = [
      'auth',
      'login',
      '--server',
      this.proxy.url,
      '--username',
      USER,
      '--password-stdin',
      '--yes',
    ];
    const login = await machine.run(args, { input: `${PASSWORD}\n` });
    if (login.code !== 0) throw new Error(`signing in ended with ${login.code}: ${login.out}${login.err}`);
    ({ tryLockFile: this.#lock } = await import(pathToFileURL(machine.lockModule).href));
    for (let index = 0; index < this.#emitters.length; index++) this.#startEmitter(index);
    this.#startBackground();
    this.proxy.worsen();
    for (const end = performance.now() + ms; performance.now() < end;) {
      await delay(this.#randomness.between(20, 700));
      // Two cores carry so many processes at once and not more.
      if (this.#running.size >= 6) await Promise.race(this.#running);
      const happening = this.#randomness.weighed(HAPPENINGS);
      this.counts.add(`happening: ${happening}`);
      this.#keep(this.#let(happening));
    }
    await Promise.all(this.#running);
  }

  /** Lets the emitters and the background process end in order. */
  async endWorkers() {
    for (const child of [...this.#emitters, this.#background]) {
      child.kill('SIGCONT');
      child.stdin.end();
    }
    await Promise.all(this.#emitters.map((child) => goneOf(child)));
    this.#background.kill('SIGTERM');
    await goneOf(this.#background);
    const { exitCode, signalCode } = this.#background;
    if (!LEAVES.has(exitCode))
      this.problems.push(`the background process ended with ${exitCode ?? signalCode}`);
  }

  #keep(happening) {
    const running = happening
      .catch((error) => this.problems.push(`the soak itself failed: ${error.stack}`))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #let(happening) {
    const { directory, uuid } = this.#randomness.pick(this.#machine.checkouts);
    const outbox = join(this.#machine.stateRoot, 'outbox', uuid);
    const pauseMs = this.#randomness.between(50, 2500);
    switch (happening) {
      case 'deliver':
        return this.#deliver(directory);
      case 'deliver and kill':
        return this.#kill(this.#machine.start(['sync', 'now', '--json'], directory), pauseMs / 2);
      case 'look at the status':
        return this.#lookAtStatus(directory);
      case 'work by command':
        return this.#work(directory);
      case 'kill a command at work':
        return this.#kill(this.#machine.start(this.#command(), directory), pauseMs / 4);
      case 'kill an emitter':
        return this.#killEmitter();
      case 'stop an emitter':
        return this.#pause(this.#randomness.pick(this.#emitters), pauseMs);
      case 'kill the background':
        return this.#killBackground();
      case 'stop the background':
        return this.#pause(this.#background, pauseMs);
      case 'kill the hub':
      case 'restart the hub':
        return this.#exclusively(async () => {
          await this.hub.stop(happening === 'kill the hub' ? 'SIGKILL' : 'SIGTERM');
          await delay(pauseMs / 2);
          await this.hub.start();
        });
      case 'stop the hub':
        return this.#exclusively(async () => {
          this.hub.signal('SIGSTOP');
          await delay(pauseMs);
          this.hub.signal('SIGCONT');
        });
      case 'cut the wire':
        return this.proxy.cut();
      case 'better wire':
        return this.proxy.mend();
      case 'worse wire':
        return this.proxy.worsen();
      case 'lose the clock':
        return this.#underLock(() => rmSync(join(this.#machine.stateRoot, 'clock.json'), { force: true }));
      case 'damage the ledger':
        return this.#damage(join(outbox, 'ledger.json'));
      case 'lose the mark':
        return rmSync(join(outbox, 'settled'), { force: true });
      case 'tear the tail':
        return this.#underLock(() => {
          const path = join(outbox, 'current.jsonl');
          if (existsSync(path))
            appendFileSync(path, '{"sum":"0badc0de","record":'.slice(0, 1 + (pauseMs % 26)));
        });
    }
  }

  #command() {
    const note = `note ${this.#randomness.between(1, 1e9)}`;
    const wp = this.#randomness.pick(['WP01', 'WP02']);
    const commit = this.#randomness.between(1, 4) === 1 ? [] : ['--no-commit'];
    if (this.#randomness.between(1, 3) > 1)
      return ['agent', 'tasks', 'add-history', wp, '--note', note, ...commit, '--json'];
    const lane = this.#randomness.pick(['doing', 'for_review', 'planned']);
    return ['agent', 'tasks', 'move-task', wp, '--to', lane, '--note', note, '--force', ...commit, '--json'];
  }

  /** A command that ends with 0 has acknowledged the events that it names. */
  async #work(directory) {
    const args = this.#command();
    const { code, out, err } = await finish(this.#machine.start(args, directory));
    this.counts.add(`command ended with ${code}`);
    if (code !== 0) {
      if (code !== 1) this.problems.push(`${args.join(' ')} ended with ${code}: ${out}${err}`);
      return;
    }
    for (const { event_id: id } of JSON.parse(out).events ?? [])
      appendFileSync(this.#machine.oracle, `ack ${directory} ${id}\n`);
  }

  async #deliver(directory) {
    const { code, out, err } = await finish(this.#machine.start(['sync', 'now', '--json'], directory));
    this.counts.add(`sync now ended with ${code}`);
    const { delivered = 0, duplicate = 0, dead_letters: deadLetters = 0 } = out === '' ? {} : JSON.parse(out);
    this.counts.add('receipts: delivered', delivered);
    this.counts.add('receipts: duplicate', duplicate);
    if (deadLetters > 0) this.problems.push(`${deadLetters} dead letters: ${out}`);
    if (code === 1 || code === 2) this.problems.push(`sync now ended with ${code}: ${out}${err}`);
  }

  /** At any moment both sides of the identity are equal, and nothing is given up on. */
  async #lookAtStatus(directory) {
    const { code, out, err } = await finish(this.#machine.start(['sync', 'status', '--json'], directory));
    if (code !== 0) return this.problems.push(`sync status ended with ${code}: ${out}${err}`);
    for (const { project_uuid: uuid, balanced, accounting } of JSON.parse(out).projects) {
      this.counts.add('status looked at');
      if (!balanced) this.problems.push(`not balanced: ${uuid} ${JSON.stringify(accounting)}`);
    }
  }

  async #kill(child, ms) {
    child.stdin.end();
    child.stdout.resume();
    child.stderr.resume();
    const gone = goneOf(child);
    await Promise.race([gone, delay(ms)]);
    child.kill('SIGKILL');
    await gone;
    this.counts.add(child.signalCode === null ? 'killed too late' : 'killed at work');
  }

  async #killEmitter() {
    const index = this.#randomness.between(0, this.#emitters.length - 1);
    const child = this.#emitters[index];
    const gone = goneOf(child);
    child.kill('SIGKILL');
    await gone;
    // Another killer may have been quicker.
    if (this.#emitters[index] === child) this.#startEmitter(index);
  }

  async #killBackground() {
    const child = this.#background;
    const gone = goneOf(child);
    child.kill('SIGKILL');
    await gone;
    if (this.#background === child) this.#startBackground();
  }

  /** Delivers by itself, over a live session where the wire allows one. */
  #startBackground() {
    const child = this.#machine.start(['sync', 'run'], this.#machine.root, ['pipe', 'ignore', 'pipe'], {
      SPEC_KITTY_SYNC: undefined,
    });
    let said = '';
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-2000)));
    child.once('close', (code, signal) => {
      if (signal !== 'SIGKILL' && !LEAVES.has(code))
        this.problems.push(`the background process ended with ${code ?? signal}: ${said}`);
    });
    this.#background = child;
    this.counts.add('background processes started');
  }

  #startEmitter(index) {
    const { library, oracle, env, checkouts, root } = this.#machine;
    const seed = String(this.#randomness.between(0, 2 ** 31));
    const directories = checkouts.map(({ directory }) => directory);
    const child = spawn(process.execPath, [EMITTER, library, oracle, seed, ...directories], {
      cwd: root,
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text) => this.#hear(text));
    this.#emitters[index] = child;
    this.counts.add('emitters started');
  }

  /** The clock may say that it had to be rebuilt; anything else is not expected. */
  #hear(text) {
    for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
      if (line.includes('Lamport clock')) this.counts.add('clock rebuilt');
      else this.problems.push(`an emitter said: ${line}`);
    }
  }

  async #pause(child, ms) {
    child.kill('SIGSTOP');
    await delay(ms);
    child.kill('SIGCONT');
  }

  /** As a process that was killed in its critical section would leave it. */
  async #underLock(work) {
    for (let attempt = 0; attempt < 2000; attempt++) {
      const lock = this.#lock(join(this.#machine.stateRoot, 'lock'));
      if (lock !== undefined) {
        try {
          return work();
        } finally {
          lock.release();
        }
      }
      await delay(2);
    }
  }

  #damage(path) {
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    if (bytes.length === 0) return;
    bytes[this.#randomness.between(0, bytes.length - 1)] ^= 1 << this.#randomness.between(0, 7);
    writeFileSync(path, bytes);
  }

  #hubTurn = Promise.resolve();

  /** One thing at a time happens to the hub. */
  #exclusively(work) {
    const turn = this.#hubTurn.then(work);
    this.#hubTurn = turn.catch(() => undefined);
    return turn;
  }
}

/** Done, or interrupted in order. */
const LEAVES = new Set([0, 130]);

const goneOf = async (child) => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};
