/**
 * In:     what is dropped, pasted or chosen
 * Out:    files, folders searched through
 * Thread: [main]
 */

/** Files of a drop or a paste. Folders are searched; hidden files are left out. Call it within the event: afterwards there is nothing. */
export async function filesOf(transfer: DataTransfer | null): Promise<File[]> {
  if (!transfer) return [];
  const entries = Array.from(transfer.items, (item) => (item.kind === 'file' ? (item.webkitGetAsEntry?.() ?? item.getAsFile()) : null));
  const found = await Promise.all(entries.map((entry) => (entry === null ? [] : entry instanceof File ? [entry] : filesBelow(entry))));
  const files = found.flat().filter(({ name }) => !name.startsWith('.'));
  return files.length > 0 ? files : Array.from(transfer.files);
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A folder is read in portions; an empty one is the last.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return files;
    for (const child of portion) files.push(...(await filesBelow(child)));
  }
}
