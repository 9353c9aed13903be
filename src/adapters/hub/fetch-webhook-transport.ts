import { createHmac } from 'node:crypto';
import { messageOf } from '../../domain/errors.js';
import type { WebhookMessage, WebhookTransport } from '../../ports/hub.js';

/** Sends messages as Standard Webhooks has them: signed with HMAC-SHA256 over id, time and body. */
export class FetchWebhookTransport implements WebhookTransport {
  async send({ url, secret, id, atMs, body }: WebhookMessage, signal: AbortSignal): Promise<true | string> {
    const timestamp = String(Math.floor(atMs / 1000));
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok || `status ${response.status}`;
    } catch (error) {
      return messageOf((error as Error).cause ?? error);
    }
  }
}

const TIMEOUT_MS = 10_000;
