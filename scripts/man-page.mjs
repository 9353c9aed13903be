import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manPage } from '../dist/app/cli/to-man-page.js';

/** Writes `docs/spec-kitty.1`; needs `npm run build` first. A test says when it is behind. */
await writeFile(join(import.meta.dirname, '..', 'docs', 'spec-kitty.1'), manPage());
