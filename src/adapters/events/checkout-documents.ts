import type { CheckoutMemory, SharingPreference } from '../../ports/events.js';

/** Text of a checkout's file; equal memories have equal texts. */
export const memoryToJson = (memory: CheckoutMemory): string =>
  toText({
    path: memory.path,
    project_uuid: memory.projectUuid,
    project_slug: memory.projectSlug,
    share: memory.share,
    config_readable: memory.configReadable,
  });

/** What a checkout's file says; a value of the wrong type is left out, a file without a path says nothing. */
export const parseMemory = (text: string | undefined): CheckoutMemory | undefined => {
  const fields = parseFields(text);
  const path = fields?.['path'];
  if (fields === undefined || typeof path !== 'string') return undefined;
  const { project_uuid: uuid, project_slug: slug, share, config_readable: readable } = fields;
  return {
    path,
    ...(typeof uuid === 'string' && { projectUuid: uuid }),
    ...(typeof slug === 'string' && { projectSlug: slug }),
    ...(typeof share === 'boolean' && { share }),
    ...(typeof readable === 'boolean' && { configReadable: readable }),
  };
};

export const preferenceToJson = (projectUuid: string, sharing: SharingPreference): string =>
  toText({ project_uuid: projectUuid, sharing });

export const parsePreference = (
  text: string | undefined,
  projectUuid: string,
): SharingPreference | undefined => {
  const fields = parseFields(text);
  const sharing = fields?.['project_uuid'] === projectUuid ? fields['sharing'] : undefined;
  return sharing === 'on' || sharing === 'off' ? sharing : undefined;
};

const toText = (value: unknown): string => `${JSON.stringify(value)}\n`;

const parseFields = (text: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};
