/** A failure as one line that says what to do. */
export function failureString(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === 'QuotaExceededError')
    return (
      'The browser has no room for the result. ' +
      'Free some disk space, or remove files from the list, then try again.'
    );
  if (name === 'NotReadableError' || name === 'NotFoundError')
    return 'The file cannot be read any more: it was moved, changed or deleted. Add it again.';
  if (name === 'RangeError' && /allocation|array length/i.test(message))
    return 'The browser has not enough memory for this file. Turn it into a WAV file: those are read in pieces.';
  if (name === 'RangeError' && /contextRateHz/.test(message))
    return 'The file says a sample rate outside of 3 to 768 kHz: its header is damaged.';
  return message.charAt(0).toUpperCase() + message.slice(1) + (/[.!?]$/.test(message) ? '' : '.');
}
