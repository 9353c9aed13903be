import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './bundle.mjs';

/** The licences of the packages of which code is inside the bundled files, as those licences ask for. */
export const noticesOf = async (bundled) => {
  const places = new Set();
  for (const { metafile } of bundled) {
    for (const input of Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))) {
      const place = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input.replaceAll('\\', '/'))?.[0];
      if (place !== undefined) places.add(place);
    }
  }
  const notices = await Promise.all([...places].sort().map(noticeOf));
  return `The program contains code of these packages.\n\n${[...new Set(notices)].join('\n\n')}\n`;
};

const noticeOf = async (place) => {
  const directory = join(ROOT, place);
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text =
    file === undefined ? '' : (await readFile(join(directory, file), 'utf8')).replaceAll('\r', '').trim();
  return `--- ${name} ${version} (${license})\n\n${text}`;
};
