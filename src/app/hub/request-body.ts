import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { isDocument, isFields, issuesOf, type Description, type DocumentOf } from '../../domain/document.js';
import { parseFrame } from './batch-body.js';
import { Refusal } from './problem.js';
import { FORM_TYPE, type Answer, type BodyLimits, type HubRequest } from './route.js';

/**
 * Receives a body, with or without gzip. Receiving stops at the limit, and so does decompression: a small body that
 * would grow to gigabytes costs no more than one that is as large as allowed.
 */
export const readBody = async (
  request: IncomingMessage,
  { compressedBytes, rawBytes }: BodyLimits,
): Promise<() => string> => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    throw new Refusal('unsupported-encoding', 'Send the body as it is, or compressed with gzip.');
  const isPlain = encoding === 'identity';
  const received = await receive(request, isPlain ? rawBytes : compressedBytes);
  return () => {
    const raw = isPlain ? received : decompress(received, rawBytes);
    try {
      return UTF_8.decode(raw);
    } catch {
      throw new Refusal('malformed-body', 'The body is not UTF-8.');
    }
  };
};

/** A call that anybody may make and that takes a small body. */
export const taking = <D extends Description>(
  body: D,
  handle: (fields: DocumentOf<D>, request: HubRequest) => Promise<Answer>,
) => ({
  body,
  open: async (request: HubRequest): Promise<Answer> => handle(await readFields(request, body), request),
});

/**
 * What is in a small body: a JSON object, or the fields of a form. What is not as described is refused; empty fields
 * count as absent, and numbers and the like are left out.
 */
export const readFields = async <D extends Description>(
  request: HubRequest,
  description: D,
): Promise<DocumentOf<D>> => {
  const decode = await request.readBody();
  const text = decode();
  const parsed =
    request.headers['content-type']?.startsWith(FORM_TYPE) === true
      ? Object.fromEntries(new URLSearchParams(text))
      : parseFrame(text === '' ? '{}' : text, SMALL_BODY_VALUES);
  if (!isFields(parsed)) throw new Refusal('malformed-body', 'The body has to be a JSON object.');
  const given = Object.entries(parsed).filter(([, each]) =>
    typeof each === 'string' ? each !== '' : isFields(each) || Array.isArray(each),
  );
  const fields: unknown = Object.fromEntries(given);
  if (isDocument(description, fields)) return fields;
  const missing = [...new Set(issuesOf(description, fields).map(({ path }) => path))];
  throw new Refusal('malformed-body', `The body lacks ${missing.join(' and ')}.`);
};

const SMALL_BODY_VALUES = 1000;

/** It leaves out a byte order mark. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const tooLarge = (bytes: number): Refusal =>
  new Refusal('body-too-large', `The limit is ${bytes} bytes; send less at once.`);

/**
 * What is beyond the limit is thrown away up to a multiple of it, since a sender that is cut off in the middle may
 * never read the answer that tells it what the limit is.
 */
const DISCARDED_MULTIPLE = 16;

const receive = async (request: IncomingMessage, limitBytes: number): Promise<Buffer> => {
  const patience = limitBytes * DISCARDED_MULTIPLE;
  if (Number(request.headers['content-length'] ?? 0) > patience) throw tooLarge(limitBytes);
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
    throw new Refusal('malformed-body', 'The body ended too early.');
  }
  if (bytes > limitBytes) throw tooLarge(limitBytes);
  return Buffer.concat(chunks);
};

/** On this thread: in Node's pool it would wait for passwords, of which each takes a hundred times as long. */
const decompress = (compressed: Buffer, limitBytes: number): Buffer => {
  try {
    return gunzipSync(compressed, { maxOutputLength: limitBytes });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(limitBytes)
      : new Refusal('malformed-body', 'The body is not gzip.');
  }
};
