/** Looks at the control words per second: what an app sees of underruns and latency is no older than one look. */
export const LOOKS_PER_SECOND = 4;

const looks = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Calls back four times a second, less often in a background tab. One timer serves all nodes of the page, and ends with
 * the last of them. Returns how to stop. [main]
 */
export function everyLook(look: () => void): () => void {
  looks.add(look);
  timer ??= setInterval(() => {
    for (const each of [...looks]) each();
  }, 1000 / LOOKS_PER_SECOND);
  return () => {
    looks.delete(look);
    if (looks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
