import { dirname } from 'node:path';
import type { LogEntry } from './control.js';

/** A tree of a file system: the content of each file, and `directory` for each directory, by path. */
export type Tree = ReadonlyMap<string, Buffer | 'directory'>;

/**
 * A tree that a power cut right after the given entries could leave behind. Everything that was synced is there; of
 * what was not, `chance` picks: each rename, entry and write is there or not, and the last write to a file may be torn
 * at any byte. A rename happens as a whole or not at all; syncing the directory that it leads to makes it durable.
 *
 * `chance` returns numbers in [0, 1); the same row of numbers gives the same tree.
 */
export const replay = (initial: Tree, log: readonly LogEntry[], chance: () => number): Tree => {
  const disk = new Disk(initial);
  for (const entry of log) disk.apply(entry);
  return disk.afterPowerCut(chance);
};

interface Content {
  /** What is certainly there. */
  synced: Buffer;
  /** What happened since, in order. */
  pending: ({ readonly at: number; readonly data: Buffer } | { readonly size: number })[];
}

type Node = Content | 'directory';

/** A change of names that is not durable yet; it becomes so with the directory that holds `to` or `gone`. */
type NameChange =
  | { readonly change: 'add'; readonly path: string; readonly node: Node }
  | { readonly change: 'rename'; readonly from: string; readonly to: string; readonly node: Node }
  | { readonly change: 'remove'; readonly path: string };

interface OpenFile {
  readonly path: string;
  readonly node: Node;
  readonly append: boolean;
  position: number;
}

class Disk {
  /** As the program sees it. */
  readonly #live = new Map<string, Node>();
  /** As it certainly is after a power cut. */
  readonly #durable = new Map<string, Node>();
  #pending: NameChange[] = [];
  #open = new Map<number, OpenFile>();

  constructor(initial: Tree) {
    for (const [path, content] of initial) {
      const node: Node = content === 'directory' ? 'directory' : { synced: content, pending: [] };
      this.#live.set(path, node);
      this.#durable.set(path, node);
    }
  }

  apply(entry: LogEntry): void {
    switch (entry.op) {
      case 'begin':
        this.#open = new Map();
        return;
      case 'open':
        return this.#opened(entry);
      case 'write':
        return this.#written(entry);
      case 'truncate': {
        const node =
          entry.fd === undefined ? this.#live.get(entry.path ?? '') : this.#open.get(entry.fd)?.node;
        if (isFile(node)) node.pending.push({ size: entry.size });
        return;
      }
      case 'sync':
        return this.#synced(entry.fd);
      case 'close':
        this.#open.delete(entry.fd);
        return;
      case 'rename': {
        const node = this.#live.get(entry.from);
        if (node === undefined) return;
        this.#live.delete(entry.from);
        this.#live.set(entry.to, node);
        this.#pending.push({ change: 'rename', from: entry.from, to: entry.to, node });
        return;
      }
      case 'unlink':
        this.#live.delete(entry.path);
        this.#pending.push({ change: 'remove', path: entry.path });
        return;
      case 'mkdir':
        this.#live.set(entry.path, 'directory');
        this.#pending.push({ change: 'add', path: entry.path, node: 'directory' });
        return;
      case 'said':
        return;
    }
  }

  afterPowerCut(chance: () => number): Tree {
    const names = new Map(this.#durable);
    for (const change of this.#pending) if (chance() < 0.5) applyName(names, change);
    const tree = new Map<string, Buffer | 'directory'>();
    // A name is there only if all the directories above it are.
    const isThere = (path: string): boolean =>
      !this.#knows(dirname(path)) || (names.has(dirname(path)) && isThere(dirname(path)));
    for (const [path, node] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (isThere(path)) tree.set(path, node === 'directory' ? node : contentAfter(node, chance));
    }
    return tree;
  }

  #knows(path: string): boolean {
    return this.#live.has(path) || this.#durable.has(path);
  }

  #opened({ fd, path, created, truncated, append }: Extract<LogEntry, { op: 'open' }>): void {
    if (created) {
      const made: Content = { synced: Buffer.alloc(0), pending: [] };
      this.#live.set(path, made);
      this.#pending.push({ change: 'add', path, node: made });
    }
    const node = this.#live.get(path);
    if (node === undefined) throw new Error(`the log opens ${path}, which nobody made`);
    if (truncated && isFile(node)) node.pending.push({ size: 0 });
    this.#open.set(fd, { path, node, append, position: 0 });
  }

  #written({ fd, at, data }: Extract<LogEntry, { op: 'write' }>): void {
    const file = this.#open.get(fd);
    if (file === undefined || !isFile(file.node))
      throw new Error(`the log writes to ${fd}, which nobody opened`);
    const bytes = Buffer.from(data, 'base64');
    const position = at ?? (file.append ? liveContent(file.node).length : file.position);
    if (at === undefined) file.position = position + bytes.length;
    file.node.pending.push({ at: position, data: bytes });
  }

  #synced(fd: number): void {
    const file = this.#open.get(fd);
    if (file === undefined) return;
    if (isFile(file.node)) {
      file.node.synced = liveContent(file.node);
      file.node.pending = [];
      return;
    }
    const isSynced = (change: NameChange): boolean =>
      dirname(change.change === 'rename' ? change.to : change.path) === file.path;
    for (const change of this.#pending) if (isSynced(change)) applyName(this.#durable, change);
    this.#pending = this.#pending.filter((change) => !isSynced(change));
  }
}

const isFile = (node: Node | undefined): node is Content => node !== undefined && node !== 'directory';

const applyName = (names: Map<string, Node>, change: NameChange): void => {
  switch (change.change) {
    case 'add':
      names.set(change.path, change.node);
      return;
    case 'remove':
      names.delete(change.path);
      return;
    case 'rename':
      if (names.get(change.from) === change.node) names.delete(change.from);
      names.set(change.to, change.node);
      return;
  }
};

const liveContent = ({ synced, pending }: Content): Buffer => pending.reduce<Buffer>(applyBytes, synced);

/** The synced bytes with some of the later writes; the last one that is there may be torn. */
const contentAfter = ({ synced, pending }: Content, chance: () => number): Buffer => {
  const kept = pending.filter(() => chance() < 0.6);
  return kept.reduce<Buffer>((bytes, change, index) => {
    const isTorn = index === kept.length - 1 && 'data' in change && chance() < 0.5;
    if (!isTorn) return applyBytes(bytes, change);
    const length = Math.floor(chance() * (change.data.length + 1));
    return applyBytes(bytes, { at: change.at, data: change.data.subarray(0, length) });
  }, synced);
};

const applyBytes = (bytes: Buffer, change: Content['pending'][number]): Buffer => {
  if ('size' in change) return Buffer.concat([bytes.subarray(0, change.size)], change.size);
  const result = Buffer.alloc(Math.max(bytes.length, change.at + change.data.length));
  bytes.copy(result);
  change.data.copy(result, change.at);
  return result;
};
