import type * as agents from './agents.js';
import type * as delivery from './delivery.js';
import type * as events from './events.js';
import type * as host from './host.js';
import type * as outbox from './outbox.js';
import type * as work from './work.js';

/** What a client asks of its surroundings, by name. Use cases say by these names what they need. */
export interface ClientPorts extends DailyPorts {
  readonly browser: host.Browser;
  readonly stateFiles: outbox.StateFiles;
  readonly merges: work.Merges;
  readonly machineAccounts: delivery.MachineAccounts;
  readonly knownHubs: delivery.KnownHubs;
  readonly tokenIssuer: delivery.TokenIssuer;
  readonly batchTransport: delivery.BatchTransport;
  readonly liveTransport: delivery.LiveTransport;
  readonly eventReader: delivery.EventReader;
  readonly receiptReader: delivery.ReceiptReader;
  readonly backgroundPost: delivery.BackgroundPost;
  readonly doorbell: delivery.Doorbell;
  readonly backgroundStarter: delivery.BackgroundStarter;
  readonly agentCatalog: agents.AgentCatalog;
  readonly agentTrust: agents.AgentTrust;
  readonly agentRunner: agents.AgentRunner;
  readonly agentWork: agents.AgentWork;
  readonly orchestrationStore: agents.OrchestrationStore;
}

/** Those of the commands that agents call all day: they are there without waiting. */
export interface DailyPorts {
  readonly wallClock: host.WallClock;
  readonly timer: host.Timer;
  readonly randomness: host.Randomness;
  readonly eventIds: host.EventIdSource;
  readonly hash: host.Hash;
  readonly machine: host.Machine;
  readonly log: host.Log;
  readonly configs: events.ConfigStore;
  readonly settings: events.SettingsStore;
  readonly checkouts: events.CheckoutRegistry;
  readonly lamport: events.LamportStore;
  readonly outboxes: outbox.Outboxes;
  readonly repository: work.Repository;
  readonly intents: work.IntentStore;
  readonly files: work.FeatureFiles;
  readonly credentials: delivery.CredentialStore;
}
