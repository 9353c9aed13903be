import { StringDecoder } from 'node:string_decoder';
import { takeReport, type AgentReport } from '../../domain/agents/agent-report.js';
import { parseJson } from '../../domain/document.js';

/**
 * Finds in the standard output of an agent's program what it reports for machines: documents of one line, as they come,
 * or one document that is the whole output. Keeps 1 MiB at most of either, however much is printed: what is longer is
 * no report.
 */
export class ReportReader {
  readonly #decoder = new StringDecoder('utf8');
  #report: AgentReport | undefined;
  #line: string | undefined = '';
  #whole: string | undefined = '';

  push(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes));
  }

  /** What was reported in all of the output; `undefined` when there was nothing of the kind. */
  end(): AgentReport | undefined {
    this.#take(`${this.#decoder.end()}\n`);
    const whole = this.#whole?.trim() ?? '';
    if (this.#report === undefined && /^[{[]/.test(whole))
      this.#report = takeReport(undefined, parseJson(whole));
    return this.#report;
  }

  #take(text: string): void {
    this.#whole = within(this.#whole, text);
    const [first = '', ...others] = text.split('\n');
    this.#line = within(this.#line, first);
    for (const next of others) {
      this.#read(this.#line ?? '');
      this.#line = within('', next);
    }
  }

  #read(line: string): void {
    if (/^\s*\{.*"type"\s*:/.test(line))
      this.#report = takeReport(this.#report, parseJson(line)) ?? this.#report;
  }
}

const within = (text: string | undefined, more: string): string | undefined =>
  text === undefined || text.length + more.length > MAX_CHARACTERS ? undefined : text + more;

const MAX_CHARACTERS = 1024 * 1024;
