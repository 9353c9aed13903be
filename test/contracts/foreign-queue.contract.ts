import type { ForeignQueue, QueuedRow } from '../../src/ports/outbox.js';

export interface ForeignQueueFlavour {
  readonly name: string;
  /** A queue with these rows, in the order in which they were enqueued, and one name that leads nowhere. */
  readonly setup: (
    rows: readonly QueuedRow[],
  ) => Promise<{ readonly subject: ForeignQueue; readonly file: string; readonly nowhere: string }>;
}

const ROWS: readonly QueuedRow[] = [
  { eventId: 'b', data: '{"event_id":"b"}' },
  { eventId: 'a', data: 'not json' },
];

/** What every reader of an older client's queue promises. */
export const foreignQueueContract = ({ name, setup }: ForeignQueueFlavour): void => {
  describe(`${name} keeps the promises of a foreign queue`, () => {
    it('reads every row, oldest first, whatever it holds, and again the same', async () => {
      const { subject, file } = await setup(ROWS);
      expect(await subject.rows(file)).toEqual(ROWS);
      expect(await subject.rows(file)).toEqual(ROWS);
    });

    it('reads an empty queue as no rows', async () => {
      const { subject, file } = await setup([]);
      expect(await subject.rows(file)).toEqual([]);
    });

    it('finds the queue at its own place, and none where nothing is', async () => {
      const { subject, file, nowhere } = await setup(ROWS);
      expect(await subject.files(file)).toEqual([file]);
      expect(await subject.files(nowhere)).toEqual([]);
    });

    it('refuses what is not there', async () => {
      const { subject, nowhere } = await setup(ROWS);
      await expect(subject.rows(nowhere)).rejects.toMatchObject({ kind: 'input-invalid' });
    });
  });
};
