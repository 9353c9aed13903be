import { StringDecoder } from 'node:string_decoder';
import type { GuardMessage } from './agent-guard.js';
import { ProcessTree } from './process-tree.js';

/**
 * What the guarding process does: it listens until its input ends, and then ends every tree that is still watched.
 * Resolves with how many there were.
 */
export const guardAgents = async (
  input: AsyncIterable<Uint8Array | string>,
  isReady: () => void,
  graceMs = GRACE_MS,
): Promise<number> => {
  const watched = new Map<number, GuardMessage>();
  isReady();
  for await (const message of messagesIn(input)) {
    if (message.mark === undefined) watched.delete(message.key);
    else watched.set(message.key, message);
  }
  const left = [...watched.values()].map(({ mark, leader }) =>
    new ProcessTree({
      ...(mark === undefined ? {} : { mark }),
      ...(leader === undefined ? {} : { leader }),
    }).end(graceMs),
  );
  await Promise.all(left);
  return left.length;
};

/** Nobody waits for the agents' farewell any more. */
const GRACE_MS = 2000;

const messagesIn = async function* (input: AsyncIterable<Uint8Array | string>): AsyncGenerator<GuardMessage> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input) {
    rest += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as GuardMessage;
  }
};
