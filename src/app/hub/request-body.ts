import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { isDocument, isFields, issuesOf, type Description, type DocumentOf } from '../../domain/document.js';
import { err, ok, type Result } from '../../domain/result.js';
import { parseFrame } from './batch-body.js';
import type { HubLimits } from './hub-limits.js';
import { later, problem, type Problem } from './problem.js';
import {
  FORM_TYPE,
  refuse,
  type Answer,
  type BodyLimits,
  type HubRequest,
  type ReceivedBody,
} from './route.js';

/**
 * Receives a body, with or without gzip. Receiving stops at the limit, and so does decompression: a small body that
 * would grow to gigabytes costs no more than one that is as large as allowed.
 */
export const readBody = async (
  request: IncomingMessage,
  limits: BodyLimits,
  hold: Hold,
): Promise<Result<ReceivedBody, Problem>> => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    return err(problem('unsupported-encoding', 'Send the body as it is, or compressed with gzip.'));
  const isPlain = encoding === 'identity';
  const received = await receive(request, isPlain ? limits.rawBytes : limits.compressedBytes, (bytes) =>
    hold(limits.holder ?? '', bytes),
  );
  if (!received.ok) return received;
  return ok({
    decode: () => {
      const raw = isPlain ? received : decompress(received.value, limits.rawBytes);
      if (!raw.ok) return raw;
      try {
        return ok(UTF_8.decode(raw.value));
      } catch {
        return err(problem('malformed-body', 'The body is not UTF-8.'));
      }
    },
  });
};

/**
 * A call that anybody may make and that takes a small body: a JSON object, or the fields of a form. What is not as
 * described is refused; empty fields count as absent, and numbers and the like are left out.
 */
export const taking = <D extends Description>(
  body: D,
  handle: (fields: DocumentOf<D>, request: HubRequest) => Promise<Answer>,
  refused: (problem: Problem) => Answer = refuse,
) => ({
  body,
  open: async (request: HubRequest): Promise<Answer> => {
    const fields = await readFields(request, body);
    return fields.ok ? handle(fields.value, request) : refused(fields.error);
  },
});

/** The fields of a small body, or why there are none. */
export const readFields = async <D extends Description>(
  request: HubRequest,
  description: D,
): Promise<Result<DocumentOf<D>, Problem>> => {
  const body = await request.readBody();
  if (!body.ok) return body;
  const text = body.value.decode();
  if (!text.ok) return text;
  const parsed =
    request.headers['content-type']?.startsWith(FORM_TYPE) === true
      ? Object.fromEntries(new URLSearchParams(text.value))
      : parseFrame(text.value === '' ? '{}' : text.value, SMALL_BODY_VALUES);
  if (!isFields(parsed)) return err(problem('malformed-body', 'The body has to be a JSON object.'));
  const given = Object.entries(parsed).filter(([, each]) =>
    typeof each === 'string' ? each !== '' : isFields(each) || Array.isArray(each),
  );
  const fields: unknown = Object.fromEntries(given);
  if (isDocument(description, fields)) return ok(fields);
  const missing = [...new Set(issuesOf(description, fields).map(({ path }) => path))];
  return err(problem('malformed-body', `The body lacks ${missing.join(' and ')}.`));
};

const SMALL_BODY_VALUES = 1000;

/** Asks for room for so many bytes more. */
export type Hold = (team: string, bytes: number) => boolean;

/** Counts the bytes of bodies until their requests are over, so that many large ones at once are not all held. */
export class HeldBytes {
  readonly #limits: HubLimits;
  readonly #byTeam = new Map<string, number>();
  #all = 0;

  constructor(limits: HubLimits) {
    this.#limits = limits;
  }

  /** Runs the work of one request; what it held is given back at its end. */
  async during<T>(work: (hold: Hold) => Promise<T>): Promise<T> {
    const held: (readonly [team: string, bytes: number])[] = [];
    try {
      return await work((team, bytes) => {
        const own = this.#byTeam.get(team) ?? 0;
        const { heldBytes, heldBytesPerTeam } = this.#limits;
        if (own + bytes > heldBytesPerTeam || this.#all + bytes > heldBytes) return false;
        this.#add(team, bytes);
        held.push([team, bytes]);
        return true;
      });
    } finally {
      for (const [team, bytes] of held) this.#add(team, -bytes);
    }
  }

  #add(team: string, bytes: number): void {
    this.#all += bytes;
    const own = (this.#byTeam.get(team) ?? 0) + bytes;
    if (own === 0) this.#byTeam.delete(team);
    else this.#byTeam.set(team, own);
  }
}

/** It leaves out a byte order mark. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const tooLarge = (bytes: number): Problem =>
  problem('body-too-large', `The limit is ${bytes} bytes; send less at once.`);

/**
 * What is beyond the limit is thrown away up to a multiple of it, since a sender that is cut off in the middle may
 * never read the answer that tells it what the limit is.
 */
const DISCARDED_MULTIPLE = 16;

const receive = (
  request: IncomingMessage,
  limitBytes: number,
  hasRoom: (bytes: number) => boolean,
): Promise<Result<Buffer, Problem>> => {
  const beyondPatience = limitBytes * DISCARDED_MULTIPLE;
  if (Number(request.headers['content-length'] ?? 0) > beyondPatience) {
    return Promise.resolve(err(tooLarge(limitBytes)));
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes && !hasRoom(chunk.length)) {
        request.pause();
        resolve(err(later('too-many-requests', 'Too much is on its way.', 2)));
      } else if (bytes <= limitBytes) chunks.push(chunk);
      else if (bytes > beyondPatience) {
        request.pause();
        resolve(err(tooLarge(limitBytes)));
      }
    });
    request.on('end', () =>
      resolve(bytes <= limitBytes ? ok(Buffer.concat(chunks)) : err(tooLarge(limitBytes))),
    );
    // Nobody is left to read this answer; it only ends the wait.
    request.on('close', () => resolve(err(problem('malformed-body', 'The body ended too early.'))));
    request.on('error', () => resolve(err(problem('malformed-body', 'The body ended too early.'))));
  });
};

/** On this thread: in Node's pool it would wait for passwords, of which each takes a hundred times as long. */
const decompress = (compressed: Buffer, limitBytes: number): Result<Buffer, Problem> => {
  try {
    return ok(gunzipSync(compressed, { maxOutputLength: limitBytes }));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? err(tooLarge(limitBytes))
      : err(problem('malformed-body', 'The body is not gzip.'));
  }
};
