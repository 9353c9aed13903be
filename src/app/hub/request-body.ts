import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import { problem } from './problem.js';
import type { Problem } from './problem.js';
import type { BodyLimits } from './route.js';

/**
 * Reads a body as text, with or without gzip. Reading stops at the limit, and so does decompression: a small body
 * that would grow to gigabytes costs no more than one that is as large as allowed.
 */
export const readBody = async (
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<Result<string, Problem>> => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'identity') {
    return err(problem('unsupported-encoding', 'Send the body as it is, or compressed with gzip.'));
  }
  const isPlain = encoding === 'identity';
  const received = await receive(request, isPlain ? limits.rawBytes : limits.compressedBytes);
  if (!received.ok) return received;
  const raw = isPlain ? received : await decompress(received.value, limits.rawBytes);
  if (!raw.ok) return raw;
  if (!isUtf8(raw.value)) return err(problem('malformed-body', 'The body is not UTF-8.'));
  const text = raw.value.toString('utf8');
  return ok(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
};

const BYTE_ORDER_MARK = 0xfeff;

const tooLarge = (bytes: number): Problem =>
  problem('body-too-large', `The limit is ${bytes} bytes; send less at once.`);

/**
 * What is beyond the limit is thrown away up to a multiple of it, since a sender that is cut off in the middle may
 * never read the answer that tells it what the limit is.
 */
const DISCARDED_MULTIPLE = 16;

const receive = (request: IncomingMessage, limitBytes: number): Promise<Result<Buffer, Problem>> => {
  const beyondPatience = limitBytes * DISCARDED_MULTIPLE;
  if (Number(request.headers['content-length'] ?? 0) > beyondPatience) {
    return Promise.resolve(err(tooLarge(limitBytes)));
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
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

const decompress = (compressed: Buffer, limitBytes: number): Promise<Result<Buffer, Problem>> =>
  new Promise((resolve) => {
    gunzip(compressed, { maxOutputLength: limitBytes }, (error, raw) => {
      if (error === null) resolve(ok(raw));
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        resolve(err(tooLarge(limitBytes)));
      else resolve(err(problem('malformed-body', 'The body is not gzip.')));
    });
  });
