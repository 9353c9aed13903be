import { StringDecoder } from 'node:string_decoder';
import { takeReport, type AgentReport } from '../../domain/agents/agent-report.js';
import { parseJson } from '../../domain/document.js';

/**
 * Turns what a program prints into lines that are safe to show, each beside itself as it was printed: without the sequences
 * that move a cursor or colour text, without other control characters, none longer than a terminal's screen or a state file
 * can bear. A carriage return begins a line as a line feed does, since programs redraw their progress with it.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string, printed: string) => void;
  #rest = '';

  constructor(onLine: (line: string, printed: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes));
  }

  /** What came after the last line break is a line, too. */
  end(): void {
    this.#take(this.#decoder.end());
    this.#tell(this.#rest, '\r');
    this.#rest = '';
  }

  #take(text: string): void {
    const whole = this.#rest + text;
    let begin = 0;
    for (const { 0: lineBreak, index } of whole.matchAll(/\r(?!$)\n?|\n/g)) {
      this.#tell(whole.slice(begin, index), lineBreak);
      begin = index + lineBreak.length;
    }
    this.#rest = whole.slice(begin);
    // A program that never breaks its line must not fill the memory.
    if (this.#rest.length <= MAX_CHARACTERS) return;
    this.#tell(this.#rest, '\r');
    this.#rest = '';
  }

  /** Of what is redrawn in place, only what shows counts; empty lines are part of a text. */
  #tell(printed: string, lineBreak: string): void {
    const line = plainLine(printed);
    if (line !== '' || lineBreak !== '\r') this.#onLine(line, printed);
  }
}

/** So much is kept of what may be a report. */
const MAX_CHARACTERS = 1024 * 1024;

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

// Operating system commands (titles, links), control sequences (colour, cursor), and the short ones of two characters.
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- these sequences begin with control characters
  /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
/** Neither these, nor what has no picture but for what emoji and some scripts are written with. */
const CONTROLS =
  /[\p{Cc}\p{Surrogate}\u2028-\u202e\u2066-\u2069]|(?![\u200c-\u200f\u061c\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

/**
 * Finds in the lines of an agent's standard output what it reports for machines: documents of one line, as they come, or one
 * document that is the whole output, of 1 MiB at most.
 */
export class ReportReader {
  #report: AgentReport | undefined;
  #whole: string | undefined = '';

  take(printed: string): void {
    if (this.#whole !== undefined)
      this.#whole =
        this.#whole.length + printed.length > MAX_CHARACTERS ? undefined : `${this.#whole}${printed}\n`;
    if (/^\s*\{.*"type"\s*:/.test(printed))
      this.#report = takeReport(this.#report, parseJson(printed)) ?? this.#report;
  }

  /** What was reported in all of the output; `undefined` when there was nothing of the kind. */
  end(): AgentReport | undefined {
    const whole = this.#whole?.trim() ?? '';
    if (this.#report === undefined && /^[{[]/.test(whole))
      this.#report = takeReport(undefined, parseJson(whole));
    return this.#report;
  }
}
