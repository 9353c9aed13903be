import { setImmediate } from 'node:timers/promises';
import { BATCH, BATCH_RESULTS } from '../../domain/hub/api.js';
import { isSyncError } from '../../domain/errors.js';
import type { EventResult } from '../../domain/wire.js';
import type { AppendAnswer } from '../../ports/hub.js';
import { parseBatch } from './batch-body.js';
import type { HubParts } from './hub-parts.js';
import { judgeEvent, refusal, sentId, type SentEvent } from './judge-event.js';
import { later, Refusal } from './problem.js';
import { json, jsonOf, type Calls } from './route.js';
import { Turns, type Breather } from './turns.js';

/** Delivery of many events in one request. */
export const batchCalls = (ingest: Ingest, { limits }: HubParts): Calls => ({
  'POST /api/v1/events/batch/': {
    summary: 'Stores events and answers each of them by id, after they are on disk.',
    body: BATCH,
    answers: jsonOf(BATCH_RESULTS),
    bearer: async (request, { team }) => {
      const { batchCompressedBytes: compressedBytes, batchRawBytes: rawBytes } = limits;
      // A body that does not say how long it is may be as long as any.
      const bytes = Math.min(Number(request.headers['content-length'] ?? rawBytes), rawBytes);
      const results = await ingest.holding(team, bytes, async () => {
        const decode = await request.readBody({ compressedBytes, rawBytes });
        return ingest.take(team, async (breather) => {
          const text = decode();
          await breather.pause();
          return parseBatch(text, limits, breather);
        });
      });
      return json({ results });
    },
  },
});

export type Ingest = ReturnType<typeof ingestOf>;

/**
 * The one way into the store, for batches and live sessions alike: when it is the team's turn, judge each event, commit
 * what is sound in one transaction, answer every event in the order it was sent. The store tells everybody else.
 */
export const ingestOf = ({ store, limits, metrics, log }: HubParts) => {
  const turns = new Turns(limits.waitingBatches);
  /** By team how many bytes of bodies are held at the moment; teams are few. */
  const held = new Map<string, number>();
  /** By team what sessions have offered, as long as there is some. */
  const offered = new Map<string, { readonly row: SentEvent[]; readonly answered: Promise<void> }>();
  metrics.gauge('waiting_batches', 'Batches that wait for their turn.', () => turns.waiting);

  const commit = async (
    team: string,
    sent: readonly SentEvent[],
    breather: Breather,
  ): Promise<readonly EventResult[]> => {
    const judged: { readonly event: SentEvent; readonly judgement: ReturnType<typeof judgeEvent> }[] = [];
    for (const event of sent) {
      judged.push({ event, judgement: judgeEvent(event, team, limits) });
      await breather.pause();
    }
    const sound = judged.flatMap(({ judgement }) => (judgement.ok ? [judgement.value] : []));
    const measured = metrics.appends.startTimer();
    const answers = sound.length === 0 ? [] : await store.forTeam(team).append(sound).finally(measured);
    let next = 0;
    let explained = 0;
    return judged.map(({ event, judgement }) => {
      const answer = judgement.ok ? answers[next++] : undefined;
      let result = judgement.ok ? resultOf(event, answer) : judgement.error;
      if (!judgement.ok) {
        // A few bytes that are no event would otherwise be answered with a list of all that an event has.
        if (explained > EXPLAINED_CHARACTERS) result = refusal(event.value, result.code ?? '', NOT_NAMED);
        explained += JSON.stringify(result).length;
      }
      metrics.events.inc({ status: result.status, code: result.code ?? '' });
      event.answer?.(result, answer?.answer === 'stored' ? answer.sequence : undefined);
      return result;
    });
  };

  /**
   * Takes what `read` comes upon when it is the team's turn. Resolves after the commit. Throws what `read` refuses, and
   * `storage-failed` when nothing of it could be stored.
   */
  const take = async (
    team: string,
    read: (breather: Breather) => Promise<readonly SentEvent[]>,
  ): Promise<readonly EventResult[]> => {
    const taken = await turns.take(team, async (breather) => commit(team, await read(breather), breather));
    if (taken === 'full') throw TOO_MANY;
    return taken;
  };

  /** As many as one batch could bring. */
  const nextGroup = (row: SentEvent[]): readonly SentEvent[] => {
    let left = limits.batchRawBytes;
    const many = row
      .slice(0, limits.batchEvents)
      .findIndex(({ text }, at) => (left -= text.length) < 0 && at > 0);
    return row.splice(0, many < 0 ? limits.batchEvents : many);
  };

  const answerAll = async (team: string, row: SentEvent[]): Promise<void> => {
    await setImmediate();
    while (row.length > 0) {
      const group = nextGroup(row);
      try {
        await take(team, () => Promise.resolve(group));
      } catch (error) {
        const isForeseen = isSyncError(error) || error instanceof Refusal;
        log.warn(isForeseen ? error.message : `a live event failed: ${String(error)}`);
        // Nothing was stored: the senders keep their events and send them again.
        for (const { value, answer } of group) answer?.({ event_id: sentId(value), status: 'pending' });
      }
    }
    offered.delete(team);
  };

  return {
    take,
    /** Runs the work of a request with a body of so many bytes; refuses it when too many are held, for the team or for all. */
    holding: async <T>(team: string, bytes: number, work: () => Promise<T>): Promise<T> => {
      const all = [...held.values()].reduce((sum, each) => sum + each, bytes);
      if (all > limits.heldBytes || (held.get(team) ?? 0) + bytes > limits.heldBytesPerTeam) throw TOO_MUCH;
      const add = (more: number) => held.set(team, (held.get(team) ?? 0) + more);
      add(bytes);
      try {
        return await work();
      } finally {
        add(-bytes);
      }
    },
    /**
     * Takes an event of a session; its `answer` is called after the commit. What arrives on all sockets of a team within
     * one turn of the event loop, or while a commit is under way, goes into one transaction: a disk that takes long to
     * sync is then asked seldom, not once for each event.
     */
    offer: (team: string, event: SentEvent): void => {
      const before = offered.get(team);
      if (before !== undefined) before.row.push(event);
      else {
        const row = [event];
        offered.set(team, { row, answered: answerAll(team, row) });
      }
    },
    /** Resolves when everything offered so far is answered. */
    settle: async (): Promise<void> => {
      await Promise.all([...offered.values()].map(({ answered }) => answered));
    },
  };
};

const TOO_MUCH = later('too-many-requests', 'Too much is on its way.', 2);

/** More than the hub can hold until their turn comes. */
const TOO_MANY = later('too-many-requests', 'Too many batches of the team wait.', 2);

const EXPLAINED_CHARACTERS = 64 * 1024;

const NOT_NAMED = 'The event is not sound; send it alone to hear why.';

/** Under the sender's own spelling of the id, which need not be the canonical one. */
const resultOf = ({ value }: SentEvent, answer: AppendAnswer | undefined): EventResult => {
  switch (answer?.answer) {
    case 'stored':
      return { event_id: sentId(value), status: 'success' };
    case 'duplicate':
      return { event_id: sentId(value), status: 'duplicate' };
    case 'id-conflict':
      return refusal(value, 'id-conflict', 'Another event has this id; the first one stays.');
    case undefined:
      // A store that leaves an event out has said nothing about it: the sender keeps it and asks again.
      return { event_id: sentId(value), status: 'pending' };
  }
};
