'use strict';
// Loaded before a program: writes down every path that it asks the file system for, a line each, at its end.
const fs = require('node:fs');
const { writeFileSync } = fs;
const seen = new Set();
for (const holder of [fs, fs.promises])
  for (const name of Object.keys(holder)) {
    const real = holder[name];
    if (typeof real !== 'function' || /^[A-Z_]/.test(name)) continue;
    const recording = function (...args) {
      if (typeof args[0] === 'string') seen.add(args[0]);
      return real.apply(this, args);
    };
    // Some have relatives that hang on them, such as `realpathSync.native`.
    holder[name] = Object.assign(recording, real);
  }
process.once('exit', () => writeFileSync(process.env.RECORDED_PATHS, [...seen].join('\n')));
