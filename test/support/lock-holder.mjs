/** A process that holds the lock of a file until its standard input ends: `node lock-holder.mjs <path>`. */
import { tryLockFile } from '../../dist/adapters/fs/process-lock.js';

const lock = tryLockFile(process.argv[2]);
process.stdout.write(lock === undefined ? 'busy\n' : 'held\n');
process.stdin.resume();
process.stdin.on('end', () => {
  lock?.release();
});
