/** The files of projects that exist only in this process: what a disk is to the adapters of files. */
export class MemoryWorkTree {
  readonly #roots = new Map<string, Map<string, string>>();

  text(root: string, path: string): string | undefined {
    return this.#roots.get(root)?.get(path);
  }

  write(root: string, path: string, text: string): void {
    const files = this.#roots.get(root) ?? new Map<string, string>();
    this.#roots.set(root, files.set(path, text));
  }

  remove(root: string, path: string): void {
    this.#roots.get(root)?.delete(path);
  }

  /** Forgets everything below a root. */
  clear(root: string): void {
    this.#roots.delete(root);
  }

  /** Ascending. */
  paths(root: string): readonly string[] {
    return [...(this.#roots.get(root)?.keys() ?? [])].sort();
  }
}
