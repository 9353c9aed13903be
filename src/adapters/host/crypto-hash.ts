import { createHash } from 'node:crypto';
import type { Hash } from '../../ports/host.js';

export class CryptoHash implements Hash {
  sha256(text: string): string {
    return createHash('sha256').update(text, 'utf8').digest('hex');
  }
}
