/** Sends one file of a folder to an HTTP client, and nothing that is not meant to be sent. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wav': 'audio/wav',
  '.wasm': 'application/wasm',
};

/** What keeps a file from being sent: an HTTP status, and a sentence for whoever asked. */
export class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const NOT_FOUND = 'Not found. Has "npm run build" run?';

/**
 * Answers a request for a path with a file, whole or one range of it. Throws a Refusal before anything is sent: for
 * what is no file, has a name or a folder that begins with a dot, or lies outside, be it by a link.
 * @param {string} root
 * @param {string} path decoded, begins with a slash
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {{ folders?: readonly string[] | undefined }} [options] `folders`: those of the root that are served; all
 *   without it
 */
export async function sendFile(root, path, request, response, { folders } = {}) {
  // A path that would leave the root is taken from there.
  const place = normalize(join('/', path));
  const names = place.split(sep).filter(Boolean);
  if (names.some((name) => name.startsWith('.')) || path.includes('\0')) throw new Refusal(404, NOT_FOUND);
  if (folders && !folders.includes(names[0] ?? '')) throw new Refusal(404, NOT_FOUND);
  const file = await fileInside(root, join(place, path.endsWith('/') ? 'index.html' : ''));
  const found = await stat(file);
  if (found.isDirectory()) {
    const { search } = new URL(request.url, 'http://localhost');
    response.writeHead(301, { Location: `${encodeURI(`/${names.join('/')}/`)}${search}` }).end();
    return;
  }
  if (!found.isFile()) throw new Refusal(404, NOT_FOUND);
  const range = rangeOf(request.headers.range, found.size);
  const length = range ? range.end - range.start + 1 : found.size;
  response.writeHead(range ? 206 : 200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': length,
    'Accept-Ranges': 'bytes',
    ...(range && { 'Content-Range': `bytes ${range.start}-${range.end}/${found.size}` }),
  });
  if (request.method === 'HEAD' || length === 0) response.end();
  else await pipeline(createReadStream(file, range), response).catch(ignoreLeaving);
}

/** The file itself. Where a link leads out of the root, there is nothing. */
async function fileInside(root, place) {
  try {
    const [inside, file] = await Promise.all([realpath(root), realpath(join(root, place))]);
    if (`${file}${sep}`.startsWith(inside.endsWith(sep) ? inside : inside + sep)) return file;
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES'].includes(error.code)) throw error;
  }
  throw new Refusal(404, NOT_FOUND);
}

/** A client that goes away in the middle has what it wanted. */
function ignoreLeaving(error) {
  if (!['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(error.code)) throw error;
}

/** One range of bytes, both ends inclusive; undefined for the whole file, which several ranges get too. */
function rangeOf(header, size) {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (start > end)
    throw new Refusal(416, 'No byte of the file is in that range.', { 'Content-Range': `bytes */${size}` });
  return { start, end };
}
