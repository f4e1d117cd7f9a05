/** What reading from disk needs of Node. Declared here because the engine also compiles for browsers. */
interface NodeModules {
  'node:fs/promises': {
    access(url: URL): Promise<void>;
    open(url: URL, flags: number): Promise<FileHandle>;
    /** Windows has no O_NONBLOCK. */
    readonly constants: { readonly O_RDONLY: number; readonly O_NONBLOCK?: number };
  };
  'node:url': { pathToFileURL(path: string): URL };
}

interface FileHandle {
  stat(): Promise<{ isFile(): boolean }>;
  read(buffer: Uint8Array, offset: number, length: number): Promise<{ bytesRead: number; buffer: Uint8Array }>;
  close(): Promise<void>;
}

/** True where files are read through Node, not through the network. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return typeof process?.versions?.node === 'string';
}

/** Imports by a name that bundlers cannot follow, so that they leave it to Node. */
export function nodeModule<K extends keyof NodeModules>(name: K): Promise<NodeModules[K]> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}
