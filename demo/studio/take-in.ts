/**
 * In:     what is dropped or pasted
 * Out:    files, folders searched through
 * Thread: [main]
 */

/** What a drop or a paste has brought. */
export interface TakenIn {
  /** In the order in which they were dropped; those of a folder by their names. */
  readonly files: readonly File[];
  /** What was expected and is not there, a sentence for the visitor; empty where nothing is missing. */
  readonly problem: string;
}

/**
 * Text and pictures lie beside recordings in folders. A type that the browser does not know may be anything, and is
 * opened.
 */
const NO_RECORDING = /^(?:text|image|font|model)\/|^application\/(?!ogg|octet-stream)/;

/**
 * Files of a drop or a paste. Folders are searched, all the way down, for what may be a recording; hidden files and
 * folders in them are left out. What cannot be read stops nothing else. Call it within the event: afterwards there is
 * nothing.
 */
export async function takeIn(transfer: DataTransfer | null): Promise<TakenIn> {
  const items = Array.from(transfer?.items ?? []).filter(({ kind }) => kind === 'file');
  // All before the first await.
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const unreadable: string[] = [];
  const files: File[] = [];
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) files.push(...(await recordingsBelow(entry as FileSystemDirectoryEntry, unreadable)));
    // WebKit's entry finds nothing where another page or app made the file; the file itself can be read.
    else if (file && (!entry || (await canRead(file)))) files.push(file);
    else if (entry) files.push(...(await fileOf(entry as FileSystemFileEntry, unreadable)));
  }
  return { files, problem: problemString(unreadable, files.length === 0 && items.length > 0) };
}

function canRead(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

async function recordingsBelow(folder: FileSystemDirectoryEntry, unreadable: string[]): Promise<File[]> {
  const children = await childrenOf(folder).catch(() => void unreadable.push(folder.name));
  const files: File[] = [];
  for (const child of children ?? []) {
    if (child.name.startsWith('.')) continue;
    if (child.isDirectory) files.push(...(await recordingsBelow(child as FileSystemDirectoryEntry, unreadable)));
    else
      files.push(
        ...(await fileOf(child as FileSystemFileEntry, unreadable)).filter(({ type }) => !NO_RECORDING.test(type)),
      );
  }
  return files;
}

/** A folder is read in portions; an empty one is the last. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0)
      return children.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    children.push(...portion);
  }
}

async function fileOf(entry: FileSystemFileEntry, unreadable: string[]): Promise<File[]> {
  try {
    return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  } catch {
    unreadable.push(entry.name);
    return [];
  }
}

function problemString(unreadable: readonly string[], isEmpty: boolean): string {
  const names = unreadable.map((name) => `“${name}”`).join(', ');
  if (names) {
    const them = unreadable.length === 1 ? 'it' : 'them';
    return `${names} could not be read. May this browser see ${them}? Everything else is in the list.`;
  }
  return isEmpty ? 'There is no recording in what you dropped.' : '';
}
