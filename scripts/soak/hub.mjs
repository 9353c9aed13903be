import { once } from 'node:events';
import { PASSWORD, USER } from './machine.mjs';

/** A hub in a process of its own, on the same port and data however often it is started. */
export class Hub {
  #machine;
  #child;

  constructor(machine) {
    this.#machine = machine;
  }

  get url() {
    return `http://127.0.0.1:${this.#machine.hubPort}`;
  }

  async prepare() {
    const data = ['--data', this.#machine.hubData];
    await expectZero(this.#machine.run(['hub', 'team', 'add', 'acme', ...data]));
    await expectZero(
      this.#machine.run(['hub', 'user', 'add', USER, '--team', 'acme', '--password-stdin', ...data], {
        input: `${PASSWORD}\n`,
      }),
    );
  }

  /** Resolves when it answers. */
  async start() {
    const { hubPort, hubData } = this.#machine;
    const child = this.#machine.start(['hub', 'serve', '--port', String(hubPort), '--data', hubData]);
    this.#child = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    await new Promise((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
        if (/The hub is at http/.test(said)) resolve();
      });
      child.once('exit', (code) => reject(new Error(`the hub ended with ${code}: ${said}`)));
    });
  }

  signal(name) {
    this.#child?.kill(name);
  }

  /** Ends it, in order or not; resolves when it is gone. */
  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return undefined;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    const [code] = await gone;
    return code;
  }
}

const expectZero = async (running) => {
  const { code, out, err } = await running;
  if (code !== 0) throw new Error(`ended with ${code}: ${out}${err}`);
};
