import { createHash } from 'node:crypto';
import { cellKey, type BoardCell } from '../../domain/hub/board-event.js';

/**
 * A number for a cell that needs no look-up. Two cells may share one, by accident or because somebody sought for it:
 * whoever reads the events of a cell has to look whose they are.
 */
export const cellNumber = (cell: BoardCell): number =>
  createHash('sha256').update(cellKey(cell), 'utf8').digest().readUIntBE(0, NUMBER_BYTES);

/** 48 bits are the most that a number holds and a Buffer reads. */
const NUMBER_BYTES = 6;
