/** A piece of a file of events: the text of one of them, or why there is none to read. */
export type EventPiece =
  | { readonly line: number; readonly text: string }
  /** Nothing more can be read when `isEnd` is set. */
  | { readonly line: number; readonly fault: string; readonly isEnd?: true };

/** More than any event has; a piece that is longer is passed over, so that memory stays bounded. */
export const LONGEST_EVENT = 1024 * 1024;

/**
 * Cuts a file into the texts of its events while it is read: one on each line, or the elements of one list. Line breaks
 * of every system and a byte order mark are understood; empty lines are nothing.
 */
export const eventPieces = async function* (chunks: AsyncIterable<string>): AsyncGenerator<EventPiece> {
  const cutter = new Cutter();
  for await (const chunk of chunks) yield* cutter.cut(chunk);
  yield* cutter.end();
};

/** Where a file is within its texts, from chunk to chunk. */
class Cutter {
  /** As the first character says that is none of white space. */
  #isList: boolean | undefined;
  #line = 1;
  /** Where the text that is open began. */
  #startLine = 1;
  /** Not much more than what is too long. */
  #open = '';
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isOver = false;

  *cut(text: string): Generator<EventPiece> {
    let from = 0;
    if (this.#isList === undefined) {
      const start = text.search(/[^\s\ufeff]/);
      this.#line += newlines(start < 0 ? text : text.slice(0, start));
      if (start < 0) return;
      this.#isList = text.charAt(start) === '[';
      from = this.#isList ? start + 1 : start;
    }
    for (let at = from; at < text.length; at++) {
      const character = text.charAt(at);
      if (this.#isOver) {
        if (character.trim() !== '')
          return yield { line: this.#line, fault: 'more after the end of the list', isEnd: true };
      } else if (this.#isList ? this.#endsElement(character) : character === '\n') {
        this.#add(text.slice(from, at));
        yield* this.#finish();
        from = at + 1;
        this.#isOver = character === ']';
      }
      if (character === '\n') this.#line += 1;
    }
    if (!this.#isOver) this.#add(text.slice(from));
  }

  *end(): Generator<EventPiece> {
    if (this.#isOver) return;
    yield* this.#finish();
    if (this.#isList)
      yield { line: this.#line, fault: 'the list has no end: the file was cut off', isEnd: true };
  }

  /** Whether the character ends an element of the list; texts and what is nested belong to it. */
  #endsElement(character: string): boolean {
    if (this.#isInText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#isInText = false;
      return false;
    }
    if (character === '"') this.#isInText = true;
    else if (character === '{' || character === '[') this.#depth += 1;
    else if (character === '}' || (character === ']' && this.#depth > 0)) this.#depth -= 1;
    else return this.#depth === 0 && (character === ',' || character === ']');
    return false;
  }

  #add(text: string): void {
    if (this.#open.trim() === '') this.#startLine = this.#line - newlines(text.trimStart());
    if (this.#open.length <= LONGEST_EVENT) this.#open += text;
  }

  *#finish(): Generator<EventPiece> {
    const text = this.#open.trim();
    if (this.#open.length > LONGEST_EVENT)
      yield { line: this.#startLine, fault: `longer than ${LONGEST_EVENT} characters` };
    else if (text !== '') yield { line: this.#startLine, text };
    this.#open = '';
  }
}

const newlines = (text: string): number => text.split('\n').length - 1;
