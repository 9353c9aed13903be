import { StringDecoder } from 'node:string_decoder';
import { takeReport, type AgentReport } from '../../domain/agents/agent-report.js';
import { parseJson } from '../../domain/document.js';

/**
 * Turns what a program prints into lines that are safe to show: without the sequences that move a cursor or colour
 * text, without other control characters, none longer than a terminal's screen or a state file can bear. A carriage
 * return begins a line as a line feed does, since programs redraw their progress with it.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes));
  }

  /** What came after the last line break is a line, too. */
  end(): void {
    this.#take(this.#decoder.end());
    const rest = plainLine(this.#rest);
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }

  #take(text: string): void {
    const whole = this.#rest + text;
    let begin = 0;
    for (const { 0: lineBreak, index } of whole.matchAll(/\r(?!$)\n?|\n/g)) {
      const line = plainLine(whole.slice(begin, index));
      // Of what is redrawn in place, only what shows counts; empty lines are part of a text.
      if (line !== '' || lineBreak !== '\r') this.#onLine(line);
      begin = index + lineBreak.length;
    }
    this.#rest = whole.slice(begin);
    // A program that never breaks its line must not fill the memory.
    if (this.#rest.length <= MAX_PENDING) return;
    this.#onLine(plainLine(this.#rest));
    this.#rest = '';
  }
}

/** Adds a line to the end of an output, of which so many of the last lines are kept. */
export const keepLast = (lines: string[], line: string): void => {
  lines.push(line);
  if (lines.length > LAST_LINES) lines.shift();
};

export const LAST_LINES = 400;

/** One line without anything that a terminal would act upon; at the end it is cut where it is too long. */
export const plainLine = (text: string): string => {
  const plain = text.replace(SEQUENCES, '').replaceAll('\t', ' ').replace(CONTROLS, '').trimEnd();
  return plain.length > MAX_LINE ? `${plain.slice(0, MAX_LINE - 1)}\u2026` : plain;
};

const MAX_LINE = 2000;
const MAX_PENDING = 16_384;

// Operating system commands (titles, links), control sequences (colour, cursor), and the short ones of two characters.
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- these sequences begin with control characters
  /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
/** Neither these, nor what has no picture but for what emoji and some scripts are written with. */
const CONTROLS =
  /[\p{Cc}\p{Surrogate}\u2028-\u202e\u2066-\u2069]|(?![\u200c-\u200f\u061c\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

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
