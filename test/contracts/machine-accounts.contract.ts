import type { MachineAccounts } from '../../src/ports/delivery.js';

export interface MachineAccountsFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: MachineAccounts;
    readonly reopen?: () => MachineAccounts;
    readonly dispose?: () => void;
  }>;
}

/** The promises of {@link MachineAccounts}. */
export const machineAccountsContract = ({ name, durable, setup }: MachineAccountsFlavour): void => {
  describe(`machine accounts: ${name}`, () => {
    const hub = { url: 'https://hub.example.org' };
    const account = { hub: { ...hub, id: 'hub-1' }, team: 'acme', username: 'ci' };
    let at: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => (at = await setup()));
    afterEach(() => at.dispose?.());

    it('know nothing of a token that no hub was asked about', async () => {
      expect(await at.subject.recall(hub, 'token')).toBeUndefined();
    });

    it('recall what the hub said about this token at this hub, and about no other', async () => {
      await at.subject.remember(hub, 'token', account);
      expect(await at.subject.recall(hub, 'token')).toEqual(account);
      expect(await at.subject.recall(hub, 'other')).toBeUndefined();
      expect(await at.subject.recall({ url: 'https://other.example.org' }, 'token')).toBeUndefined();
    });

    it('recall a hub that names neither itself nor the user', async () => {
      await at.subject.remember(hub, 'token', { hub, team: 'acme' });
      expect(await at.subject.recall(hub, 'token')).toEqual({ hub, team: 'acme' });
    });

    it('believe what was said last', async () => {
      await at.subject.remember(hub, 'token', account);
      await at.subject.remember(hub, 'token', { ...account, team: 'birch' });
      expect(await at.subject.recall(hub, 'token')).toMatchObject({ team: 'birch' });
    });

    if (durable) {
      it('outlive the process', async () => {
        await at.subject.remember(hub, 'token', account);
        expect(await at.reopen?.().recall(hub, 'token')).toEqual(account);
      });
    }
  });
};
