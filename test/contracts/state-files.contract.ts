import type { StateFiles } from '../../src/ports/outbox.js';

export interface StateFilesFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: StateFiles;
    /** Now, by the clock of the files. */
    readonly nowMs: number;
    /** A state root with a file that others may read and a temporary file that was left long ago. */
    disorder(): Promise<{ readonly loose: string; readonly stale: string }>;
    /** A directory outside that is there, and one that was removed from a place that is there. */
    readonly there: string;
    readonly gone: string;
    readonly dispose?: () => Promise<void>;
  }>;
}

/** The promises of {@link StateFiles}. */
export const stateFilesContract = ({ name, setup }: StateFilesFlavour): void => {
  describe(`state files: ${name}`, () => {
    let at: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => (at = await setup()));
    afterEach(() => at.dispose?.());

    it('finds what others may read and what was left behind', async () => {
      const { loose, stale } = await at.disorder();
      const reading = await at.subject.read(at.nowMs);
      expect(reading.exists).toBe(true);
      expect(reading.loose).toContain(loose);
      expect(reading.stale).toEqual([stale]);
    });

    it('puts in order what it is told to, once, and nothing else', async () => {
      const { loose, stale } = await at.disorder();
      expect(await at.subject.secure([loose])).toBe(1);
      expect(await at.subject.read(at.nowMs)).toMatchObject({ loose: [], stale: [stale] });
      expect(await at.subject.remove([stale])).toBe(1);
      expect(await at.subject.read(at.nowMs)).toMatchObject({ loose: [], stale: [] });
      expect(await at.subject.remove([stale])).toBe(0);
    });

    it('tells a directory that is gone from one that is there', async () => {
      expect(await at.subject.isGone(at.there)).toBe(false);
      expect(await at.subject.isGone(at.gone)).toBe(true);
    });
  });
};
