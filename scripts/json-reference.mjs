import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonReference } from '../dist/app/documents/to-markdown.js';

/** Writes `docs/json.md`; needs `npm run build` first. A test says when it is behind. */
await writeFile(join(import.meta.dirname, '..', 'docs', 'json.md'), jsonReference());
