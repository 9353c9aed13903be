import type { Issue, Result } from '../domain/result.js';
import type { RunUsage } from '../domain/events/usage.js';
import type { OrchestrationState } from '../domain/agents/state.js';
import type { Checkout } from './events.js';

/** One run of an agent program on one work package. */
export interface AgentRun {
  /** Name of the agent, as in the catalog. */
  readonly agent: string;
  /** Program and arguments, placeholders filled in. */
  readonly argv: readonly string[];
  /** Absolute path of the work package's work tree, the program's working directory. */
  readonly directory: string;
  /** In addition to our own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Text for its standard input, which is empty and closed when this is absent. */
  readonly input?: string;
  readonly timeoutMs: number;
  /** Absolute path of a file in an existing folder; everything that the program prints is appended to it. */
  readonly log: string;
}

/** What an agent's program said until it ended. */
interface Said {
  /**
   * The end of what it printed on either stream, oldest first: at least the last 200 lines as far as there are so many,
   * without line ends, each cut to 2,000 characters.
   */
  readonly lastLines: readonly string[];
  /** What it reports of its own run; absent when it reports nothing. */
  readonly usage?: RunUsage;
}

/** How a run ended. */
export type AgentExit =
  /** `answer`: the last lines of its standard output alone, or of what it reports for machines as its answer. */
  | (Said & { readonly how: 'exited'; readonly code: number; readonly answer: readonly string[] })
  /** By a signal that we did not send. */
  | (Said & { readonly how: 'killed'; readonly signal: string })
  /** By us, after `timeoutMs` or since the signal aborted. */
  | (Said & { readonly how: 'timed-out' | 'stopped' })
  /** There is no such program, or it may not be run. */
  | { readonly how: 'not-started'; readonly reason: string };

/** Runs agent programs. */
export interface AgentRunner {
  /**
   * Runs one to its end; whatever the program does is an exit, never an error. When this resolves, no process that the
   * program started is alive. Any number may run at once, but only one in a directory: what an orchestrator that was
   * killed left running there is ended before the next one starts. `onLine` sees every line of both streams as it comes.
   */
  run(run: AgentRun, onLine?: (line: string) => void, signal?: AbortSignal): Promise<AgentExit>;
}

/** How an agent program is called, and who says so. */
export interface AgentCommand {
  /** Its name in the catalog. */
  readonly agent: string;
  /**
   * Program and arguments with the placeholders `{prompt_file}`, `{worktree}` and `{wp_id}`, and `{prompt}` for the
   * whole text of the prompt. Where neither of the prompts is named, it is the standard input.
   */
  readonly argv: readonly string[];
  /** `project`: its config, and so somebody who wrote to the repository. */
  readonly statedBy: 'program' | 'project';
  /** The project states it instead of the command that we know by that name. */
  readonly redefines: boolean;
  /** How long one run may take; absent leaves that to the orchestrator. */
  readonly timeoutMs?: number;
}

/** The agents of a project. */
export interface AgentCatalogReading {
  /** Names in the order of the project's config (`agents.available`), whether or not they have a command. */
  readonly available: readonly string[];
  /** By name: those that we know by ourselves, and those of the config, which win. */
  readonly commands: ReadonlyMap<string, AgentCommand>;
  /** What the config says about agents and cannot be used, by its path there. */
  readonly issues: readonly Issue[];
}

/** Which agents there are and how they are called. */
export interface AgentCatalog {
  /** Read afresh each time. Never throws for a missing or broken config: that is no agents, and issues. */
  read(projectRoot: string): Promise<AgentCatalogReading>;
  /** Whether the program of the command is on this machine and may be run. Starts nothing, never throws. */
  isInstalled(projectRoot: string, command: AgentCommand): Promise<boolean>;
}

/** What a person on this machine has agreed to run for a checkout. */
export interface AgentTrust {
  /** Whether somebody agreed to exactly this content there. */
  isGiven(checkout: Checkout, content: string): Promise<boolean>;
  /** Remembers it; durable before this resolves. May be repeated. */
  give(checkout: Checkout, content: string): Promise<void>;
}

/** What agents leave behind in the work trees of their work packages. */
export interface AgentWork {
  /**
   * Commits everything in the work tree at `directory` that is not ignored, on its branch; `undefined` when there is
   * nothing. The user's hooks run; the error is git's own reason in one line, and nothing is committed then. Nobody else
   * may be at work in that directory. May be repeated.
   */
  commitRest(directory: string, message: string): Promise<Result<string | undefined, string>>;
}

/** The place of a project's one orchestrator, while this process has it: the proof that it may write the state. */
export interface OrchestratorPlace {
  readonly checkout: Checkout;
  /** Gives it back; safe to repeat. The kernel does so however the process ends. */
  release(): void;
}

export type OrchestrationReading =
  | { readonly found: 'none' }
  | { readonly found: 'state'; readonly state: OrchestrationState }
  /** Something else lies there; it is never written over. */
  | { readonly found: 'unreadable'; readonly issues: readonly Issue[] };

/** What an orchestrator keeps of its run: the state in the project's `.kittify/`, prompts and logs beside git's files. */
export interface OrchestrationStore {
  /** Takes the place, or is `undefined` after a moment when another orchestrator of the project has it, in any process. */
  occupy(checkout: Checkout): Promise<OrchestratorPlace | undefined>;
  isOccupied(checkout: Checkout): Promise<boolean>;
  /** Never throws for what the file holds. Fails with `storage-failed` when it cannot be read at all. */
  read(checkout: Checkout): Promise<OrchestrationReading>;
  /** Replaces the state in one atomic step; durable before this resolves. Fails with `storage-failed`, the former one then stays. */
  write(place: OrchestratorPlace, state: OrchestrationState): Promise<void>;
  /** Asks the orchestrator that has the place to stop. A request that is there before `occupy` is forgotten by it. */
  askToStop(checkout: Checkout): Promise<void>;
  /** Whether somebody asked since the place was taken. Never throws. */
  isAskedToStop(place: OrchestratorPlace): Promise<boolean>;
  /**
   * Keeps a prompt under a name such as `WP01-implementation-1`, for this user alone, outside every work tree; the same
   * name again replaces it. Returns its absolute path.
   */
  keepPrompt(place: OrchestratorPlace, feature: string, name: string, text: string): Promise<string>;
  /** Absolute path of the log beside the prompt of that name, in a folder that exists. */
  logPath(place: OrchestratorPlace, feature: string, name: string): Promise<string>;
}
