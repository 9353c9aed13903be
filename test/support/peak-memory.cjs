/** Preloaded into a process: writes its peak memory, in MiB, to the file that PEAK_MEMORY_FILE names. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS / 1024));
});
