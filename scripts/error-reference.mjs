import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorReference } from '../dist/app/cli/errors/to-markdown.js';

/** Writes `docs/errors.md`; needs `npm run build` first. A test says when it is behind. */
await writeFile(join(import.meta.dirname, '..', 'docs', 'errors.md'), errorReference());
