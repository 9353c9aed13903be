import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Compiled code of the program, by build and version of Node, as it lies in a state root: an accelerator that changes
 * nothing but the time. A run of the tests starts the program thousands of times, each time in a state root of its own,
 * so the sandboxes hand on to each other what one of them has compiled.
 */
const handedOn = (): string | undefined => process.env['SPEC_KITTY_TEST_COMPILED'];

const placeIn = (stateRoot: string): string => join(stateRoot, 'cache');

/** Gives a new state root what the sandboxes before have compiled. */
export const lendCompiledCode = async (stateRoot: string): Promise<void> => {
  const shared = handedOn();
  if (shared === undefined) return;
  await mkdir(placeIn(stateRoot), { recursive: true, mode: 0o700 });
  await each(shared, (name) =>
    copyFile(join(shared, name), join(placeIn(stateRoot), name), constants.COPYFILE_FICLONE),
  );
};

/** Takes over what was compiled in a sandbox that is about to go. Of two files the larger one has more functions in it. */
export const keepCompiledCode = async (stateRoot: string): Promise<void> => {
  const shared = handedOn();
  if (shared === undefined) return;
  await each(placeIn(stateRoot), async (name) => {
    const [from, to] = [join(placeIn(stateRoot), name), join(shared, name)];
    const there = await stat(to).catch(() => undefined);
    if (there !== undefined && there.size >= (await stat(from)).size) return;
    // It takes the other's place in one step: a sandbox may be copying that one.
    const temporary = join(shared, `.${randomUUID()}`);
    await link(from, temporary);
    await rename(temporary, to);
  });
};

/** The program writes these files whole, under their final names. */
const each = async (directory: string, handOn: (name: string) => Promise<void>): Promise<void> => {
  const names = (await readdir(directory).catch(() => [])).filter((name) => /(?:\.bin|known)$/.test(name));
  await Promise.all(names.map((name) => handOn(name).catch(() => undefined)));
};
