import type { BackgroundPost, Heartbeat } from '../../src/ports/delivery.js';

export interface BackgroundPostFlavour {
  readonly name: string;
  readonly setup: () => Promise<{
    readonly subject: BackgroundPost;
    /** The place as another process sees it. */
    readonly other: BackgroundPost;
    /** Takes the state root away. */
    readonly remove: () => void;
  }>;
}

export const BEAT: Heartbeat = {
  version: '1.2.3',
  processId: 7,
  startedAtMs: 1,
  atMs: 2,
  connection: 'Connected',
  progressAtMs: 2,
};

/** What every place of a background process promises. */
export const backgroundPostContract = ({ name, setup }: BackgroundPostFlavour): void => {
  describe(`${name} is a background post:`, () => {
    it('is free until somebody takes it, for one at a time, and free again after', async () => {
      const { subject, other } = await setup();
      expect(subject.isOccupied()).toBe(false);
      const place = await subject.occupy(0);
      expect([subject.isOccupied(), other.isOccupied()]).toEqual([true, true]);
      expect(await other.occupy(20)).toBeUndefined();
      place?.release();
      place?.release();
      expect(other.isOccupied()).toBe(false);
      const next = await other.occupy(0);
      expect(next).toBeDefined();
      next?.release();
    });

    it('keeps the last heartbeat, also after its writer has gone', async () => {
      const { subject, other } = await setup();
      expect(await other.heartbeat()).toBeUndefined();
      const place = await subject.occupy(0);
      expect(await subject.beat(BEAT)).toBe(true);
      expect(await subject.beat({ ...BEAT, atMs: 3, left: 'idle' })).toBe(true);
      place?.release();
      expect(await other.heartbeat()).toEqual({ ...BEAT, atMs: 3, left: 'idle' });
    });

    it('tells the one who has the place which version asks for it, and nobody after', async () => {
      const { subject, other } = await setup();
      const place = await subject.occupy(0);
      expect(await subject.askedToLeave()).toBeUndefined();
      await other.askToLeave('2.0.0');
      expect(await subject.askedToLeave()).toBe('2.0.0');
      place?.release();
      const next = await other.occupy(0);
      expect(await other.askedToLeave()).toBeUndefined();
      next?.release();
    });

    it('takes no heartbeat when the state root is gone', async () => {
      const { subject, remove } = await setup();
      const place = await subject.occupy(0);
      await subject.beat(BEAT);
      remove();
      expect(await subject.beat(BEAT)).toBe(false);
      place?.release();
    });
  });
};
