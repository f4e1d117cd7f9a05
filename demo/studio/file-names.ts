/** Names of what the studio gives back. */

/** `talk.mp3` → `talk-denoised.wav`. */
export function resultName(name: string): string {
  return `${name.replace(/\.[^./\\]{1,5}$/, '')}-denoised.wav`;
}

/** Names for one folder: the second of two equal ones becomes `name (2).wav`. */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    let unique = name;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${name.slice(0, dot)} (${n})${name.slice(dot)}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
