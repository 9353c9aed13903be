import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A new directory for everything that a run writes. It lies in memory where the system has a place for that: half of
 * what the tests took was waiting for a disk to take files that are gone a second later. A killed process loses nothing
 * there, and what a power cut may lose is played by the tests themselves, on any file system.
 */
export const makeScratchPlace = () => {
  // A run inside a run lies in that one's place, which is removed even when the run inside is killed.
  const isOfItsOwn = process.env.SPEC_KITTY_TEST_RUN === undefined;
  const inMemory = process.platform === 'linux' && isOfItsOwn ? tryPlace('/dev/shm') : undefined;
  return inMemory ?? realpathSync(mkdtempSync(join(tmpdir(), PREFIX)));
};

const PREFIX = 'skt-';
const ROOM_BYTES = 4 * 1024 ** 3;

/** A container often has little room there, or lets no program start from there. */
const tryPlace = (parent) => {
  let place;
  try {
    const { bavail, bsize } = statfsSync(parent);
    if (Math.min(bavail * bsize, freemem()) < ROOM_BYTES) return undefined;
    place = mkdtempSync(join(parent, PREFIX));
    const program = join(place, 'program');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o700);
    if (spawnSync(program).status === 0) {
      rmSync(program);
      return place;
    }
  } catch {
    // Then it is no place for it.
  }
  if (place !== undefined) rmSync(place, { recursive: true, force: true });
  return undefined;
};
