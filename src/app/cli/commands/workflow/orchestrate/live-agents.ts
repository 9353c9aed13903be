import type { Phase } from '../../../../../domain/agents/state.js';
import type { OrchestrationProgress } from '../../../../agents/orchestration-progress.js';
import { duration } from '../../../../../domain/duration.js';
import { bold, cyan, dim, type Text } from '../../../render/text.js';
import { stringWidth, truncate } from '../../../render/width.js';

/** What a terminal shows while agents are at work: how far everything is, and a line for each of them. */
export class LiveAgents {
  readonly #running = new Map<string, RunningAgent>();

  note(progress: OrchestrationProgress): void {
    if (progress.what === 'agent-started') {
      const { workPackageId, phase, agent, atMs } = progress;
      this.#running.set(workPackageId, { phase, agent, atMs, line: '' });
    } else if (progress.what === 'agent-ended') {
      this.#running.delete(progress.workPackageId);
    } else if (progress.what === 'line' && progress.line.trim() !== '') {
      const running = this.#running.get(progress.workPackageId);
      if (running !== undefined) running.line = progress.line.trim();
    }
  }

  /** At most `limit` lines of agents, and the summary below them. */
  lines(summary: string, nowMs: number, limit = MOST): readonly Text[] {
    const all = [...this.#running].sort(([, one], [, other]) => one.atMs - other.atMs);
    const shown = all.slice(0, limit);
    const agentWidth = Math.max(0, ...shown.map(([, { agent }]) => stringWidth(agent)));
    const idWidth = Math.max(0, ...shown.map(([id]) => id.length));
    const hidden = all.length - shown.length;
    return [
      ...shown.map(([id, { phase, agent, atMs, line }]): Text => [
        bold(id.padEnd(idWidth)),
        ` ${PHASES[phase]} `,
        cyan(padded(truncate(agent, WIDEST_AGENT), Math.min(agentWidth, WIDEST_AGENT))),
        ` ${duration(nowMs - atMs).padStart(AGE_WIDTH)}  `,
        dim(line),
      ]),
      ...(hidden === 0 ? [] : [dim(`and ${hidden} more`)]),
      summary,
    ];
  }
}

interface RunningAgent {
  readonly phase: Phase;
  readonly agent: string;
  readonly atMs: number;
  /** The last that it printed. */
  line: string;
}

/** More lines than a small window has could not be redrawn in place. */
const MOST = 16;
const WIDEST_AGENT = 16;
const AGE_WIDTH = 6;

const PHASES: Readonly<Record<Phase, string>> = { implementation: 'implement', review: 'review   ' };

const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));
