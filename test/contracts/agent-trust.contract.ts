import type { AgentTrust } from '../../src/ports/agents.js';

export interface AgentTrustFlavour {
  readonly name: string;
  readonly setup: () => Promise<{
    readonly subject: AgentTrust;
    reopen?(): AgentTrust;
    dispose?(): Promise<void>;
  }>;
}

/** What every memory of consents has to keep. */
export const agentTrustContract = ({ name, setup }: AgentTrustFlavour): void => {
  describe(`${name} as a memory of consents`, () => {
    let made: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => {
      made = await setup();
    });
    afterEach(() => made.dispose?.());
    const here = { root: '/here', projectRoot: '/here' };

    it('knows exactly what was agreed to, for that checkout alone', async () => {
      expect(await made.subject.isGiven(here, 'a')).toBe(false);
      await made.subject.give(here, 'a');
      await made.subject.give(here, 'a');
      const later = made.reopen?.() ?? made.subject;
      expect(await later.isGiven(here, 'a')).toBe(true);
      expect(await later.isGiven(here, 'b')).toBe(false);
      expect(await later.isGiven({ root: '/there', projectRoot: '/there' }, 'a')).toBe(false);
    });
  });
};
