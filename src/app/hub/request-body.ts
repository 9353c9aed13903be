import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { isDocument, isFields, issuesOf, type Description, type DocumentOf } from '../../domain/document.js';
import { err, ok, type Result } from '../../domain/result.js';
import { parseFrame } from './batch-body.js';
import { problem, type Problem } from './problem.js';
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
  { compressedBytes, rawBytes }: BodyLimits,
): Promise<Result<ReceivedBody, Problem>> => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    return err(problem('unsupported-encoding', 'Send the body as it is, or compressed with gzip.'));
  const isPlain = encoding === 'identity';
  const received = await receive(request, isPlain ? rawBytes : compressedBytes);
  if (!received.ok) return received;
  return ok({
    decode: () => {
      const raw = isPlain ? received : decompress(received.value, rawBytes);
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

/** It leaves out a byte order mark. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const tooLarge = (bytes: number): Problem =>
  problem('body-too-large', `The limit is ${bytes} bytes; send less at once.`);

/**
 * What is beyond the limit is thrown away up to a multiple of it, since a sender that is cut off in the middle may
 * never read the answer that tells it what the limit is.
 */
const DISCARDED_MULTIPLE = 16;

const receive = async (request: IncomingMessage, limitBytes: number): Promise<Result<Buffer, Problem>> => {
  const patience = limitBytes * DISCARDED_MULTIPLE;
  if (Number(request.headers['content-length'] ?? 0) > patience) return err(tooLarge(limitBytes));
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const incoming: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of incoming) {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else if (bytes > patience) break;
    }
  } catch {
    // Nobody is left to read this answer; it only ends the wait.
    return err(problem('malformed-body', 'The body ended too early.'));
  }
  return bytes > limitBytes ? err(tooLarge(limitBytes)) : ok(Buffer.concat(chunks));
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
