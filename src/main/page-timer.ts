/** Looks a second: what an app sees of underruns and latency is at most this old. */
export const LOOKS_PER_SECOND = 4;

const looks = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Calls back four times a second, for all nodes of the page from one timer; less often in a background tab. Returns how
 * to stop; the timer ends with the last. [main]
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
