import { adoptDocument, type AdoptableEvent } from '../../domain/events/adopt-document.js';
import type { EventPiece } from '../../domain/events/event-pieces.js';
import type { CaptureLimits, Outbox, Outboxes } from '../../ports/outbox.js';
import { byProject } from './events-by-project.js';

/** A piece of a file, by the line on which it begins, and what is the matter with it. */
export interface ImportNote {
  readonly line: number;
  readonly eventId?: string;
  readonly reason: string;
}

export interface FileImportReport {
  /** Events that the file has. */
  readonly rows: number;
  readonly adopted: number;
  /** Taken over before, or captured here. */
  readonly known: number;
  /** Read, but never sent: each has issues, which `issues` names. */
  readonly invalid: number;
  readonly issues: readonly Required<ImportNote>[];
  /** No room in the outbox. */
  readonly refused: number;
  /** What could not be kept at all. */
  readonly unusable: readonly ImportNote[];
  /** Whether the file was read to its end. */
  readonly isComplete: boolean;
}

interface ImportEventsNeeds {
  readonly outboxes: Outboxes;
  readonly limits: () => Promise<CaptureLimits>;
}

/**
 * Takes over events from a file, in portions, so that memory stays bounded. Each keeps its id, node, Lamport timestamp
 * and unknown keys; what is known already is skipped, so that it may be repeated at any time.
 */
export class ImportEvents {
  readonly #needs: ImportEventsNeeds;

  constructor(needs: ImportEventsNeeds) {
    this.#needs = needs;
  }

  /** `onPortion` hears what is durable by then, so that it is known also when a later portion fails. */
  async run(
    pieces: AsyncIterable<EventPiece>,
    onPortion: (report: FileImportReport) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<FileImportReport> {
    const limits = await this.#needs.limits();
    const issues: Required<ImportNote>[] = [];
    const unusable: ImportNote[] = [];
    const report = {
      rows: 0,
      adopted: 0,
      known: 0,
      invalid: 0,
      issues,
      refused: 0,
      unusable,
      isComplete: true,
    };
    // One outbox for the whole file: it remembers what it has looked at.
    const opened = new Map<string | undefined, Outbox>();
    let portion: AdoptableEvent[] = [];
    let characters = 0;
    const adopt = async (): Promise<void> => {
      for (const [project, own] of byProject(portion)) {
        const outbox = opened.get(project) ?? this.#needs.outboxes.open(project);
        opened.set(project, outbox);
        const { adopted, known, refused } = await outbox.adopt(own, limits);
        report.adopted += adopted;
        report.known += known;
        report.refused += refused;
      }
      portion = [];
      characters = 0;
      onPortion(report);
    };
    for await (const piece of pieces) {
      if (signal?.aborted === true) {
        report.isComplete = false;
        break;
      }
      const { line } = piece;
      if ('fault' in piece) {
        unusable.push({ line, reason: piece.fault });
        if (piece.isEnd !== true) {
          report.rows += 1;
          continue;
        }
        report.isComplete = false;
        break;
      }
      report.rows += 1;
      const event = adoptDocument(piece.text);
      if (!event.ok) {
        unusable.push({ line, reason: event.error });
        continue;
      }
      const { eventId, invalid, json } = event.value;
      if (invalid !== undefined) {
        report.invalid += 1;
        issues.push({ line, eventId, reason: invalid });
      }
      portion.push(event.value);
      characters += json.length;
      if (characters >= PORTION_CHARACTERS) await adopt();
    }
    await adopt();
    return report;
  }
}

/** So much of the file is in memory at once. */
const PORTION_CHARACTERS = 4 * 1024 * 1024;
