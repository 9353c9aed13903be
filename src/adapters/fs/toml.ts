/** The parser of TOML, loaded by whoever finds a file to read. */
export { parse, stringify } from 'smol-toml';
