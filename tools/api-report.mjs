/**
 * Writes docs/api-report.md: the public types of every entry of the package, without comments, so that a change of the
 * face shows in a diff. A test compares. It reads what `tsc -b` emitted, which lays out every declaration alike.
 *
 *   npm run api                                           after npm run build
 *   node tools/api-report.mjs --root FOLDER --out FILE    of another clone
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { BY_HAND, ENTRIES, emittedIn } from './declarations.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORT = 'docs/api-report.md';

const HEAD = `# API report

The public types of every entry of the package, as an app sees them. Written by \`npm run api\`; a test holds it to the
sources, so that every change of the face shows in a diff. Comments and private members are left out; the sources
document each name.
`;

/**
 * @param {string} [root] folder of a clone in which `npm run build` has run
 * @returns {string} the report
 */
export function apiReport(root = ROOT) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = new Map();
  const moduleOf = (path) => {
    if (!files.has(path)) files.set(path, parseModule(path));
    return files.get(path);
  };
  /** Declarations that stand in the report already, and the entry under which they do. */
  const printed = new Map();
  const entries = Object.entries(exports).filter(([, target]) => target.types !== undefined);
  const sections = entries.map(([entry, { types }]) => {
    const [written] = Object.entries(BY_HAND).find(([, to]) => types === `./dist/${to}`) ?? [];
    if (written === undefined) return section(join(name, entry), join(root, emittedFor(types)));
    const statements = statementsOf(readFileSync(join(root, 'src', written), 'utf8'));
    return `## ${join(name, entry)}\n\n${block(statements.filter((statement) => !statement.startsWith('import')))}`;
  });
  return [HEAD, ...sections].join('\n');

  function section(entry, path) {
    const exported = [...exportsOf(path, moduleOf)].sort(([a], [b]) => (a < b ? -1 : 1));
    const names = exported.map(([exportedName, found]) => lineOf(exportedName, found, printed));
    const own = unprinted(exported.map(([, found]) => found));
    const globals = moduleOf(path).globals;
    for (const { path: of, name: printedName } of own) printed.set(`${of}#${printedName}`, entry);
    const others = [];
    for (let more = own; more.length > 0; others.push(...more)) {
      more = unprinted(more.flatMap(({ path: of, name: user }) => used(of, user, moduleOf)));
      for (const { path: of, name: printedName } of more) printed.set(`${of}#${printedName}`, entry);
    }
    return [
      `## ${entry}\n`,
      `${names.join('\n')}\n`,
      block([...own.map(textOf), ...globals]),
      ...(others.length > 0 ? ['Named in these types, and not exported:\n', block(others.map(textOf).sort())] : []),
    ].join('\n');
  }

  function unprinted(found) {
    const keys = new Set();
    return found.filter(({ path, name: key }) => {
      const id = `${path}#${key}`;
      if (keys.has(id) || printed.has(id) || !moduleOf(path).declarations.has(key)) return false;
      keys.add(id);
      return true;
    });
  }

  function textOf({ path, name: key }) {
    const { declarations, imports } = moduleOf(path);
    const text = declarations.get(key).join('\n');
    const aliases = [...imports].filter(([alias, { name: of }]) => alias !== of && mentions(text, alias));
    return [...aliases.map(([alias, { name: of }]) => `// ${alias} is ${of}`), text].join('\n');
  }
}

function lineOf(name, { path, name: declared, typeOnly }, printed) {
  const where = printed.get(`${path}#${declared}`);
  const notes = [typeOnly ? 'type' : '', where === undefined ? '' : `as in ${where}`].filter(Boolean);
  return `- \`${name}\`${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

function block(texts) {
  return `\`\`\`ts\n${texts.join('\n\n')}\n\`\`\`\n`;
}

/** Every name that a module exports, and the file that declares it under which name. */
function exportsOf(path, moduleOf) {
  const { exports, stars } = moduleOf(path);
  const found = new Map(stars.flatMap((star) => [...exportsOf(star, moduleOf)]));
  for (const [name, { from, name: inner, typeOnly }] of exports) {
    const declared = declaredAt(from ?? path, inner, moduleOf);
    found.set(name, { ...declared, typeOnly: typeOnly || declared.typeOnly });
  }
  return found;
}

/** Follows re-exports and imports to the file that declares a name. */
function declaredAt(path, name, moduleOf) {
  const { declarations, exports, imports, stars } = moduleOf(path);
  if (declarations.has(name)) return { path, name };
  const next = imports.get(name) ?? exports.get(name);
  if (next?.from !== undefined) return declaredAt(next.from, next.name, moduleOf);
  for (const star of stars) {
    const found = exportsOf(star, moduleOf).get(name);
    if (found !== undefined) return found;
  }
  return { path, name };
}

/** What a declaration names: declarations of its own file, and imported ones of other files. */
function used(path, name, moduleOf) {
  const { declarations, imports } = moduleOf(path);
  const text = declarations.get(name).join('\n');
  return [...declarations.keys(), ...imports.keys()]
    .filter((other) => other !== name && mentions(text, other))
    .map((other) => declaredAt(path, other, moduleOf));
}

function mentions(text, name) {
  return new RegExp(`(?<![\\w$.'"])${name}(?![\\w$'"])(?!\\??:)`).test(text);
}

/** The statements of a file of declarations, by what they declare. */
function parseModule(path) {
  const module = { declarations: new Map(), exports: new Map(), imports: new Map(), stars: [], globals: [] };
  for (const statement of statementsOf(readFileSync(path, 'utf8'))) {
    const [, keyword, list, specifier] =
      /^(import|export)(?: type)? (?:\{([^}]*)\}|\*)(?: from ['"]([^'"]+)['"])?;$/s.exec(statement) ?? [];
    const from = specifier?.startsWith('.') ? join(dirname(path), specifier.replace(/\.ts$/, '.d.ts')) : undefined;
    if (keyword !== undefined && list === undefined) module.stars.push(from);
    else if (keyword !== undefined) {
      const typeOnly = /^export type/.test(statement);
      for (const item of list
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)) {
        const [, type, inner, outer = inner] = /^(type )?(\w+)(?: as (\w+))?$/.exec(item);
        const found = { from, name: inner, typeOnly: typeOnly || type !== undefined };
        module[keyword === 'import' ? 'imports' : 'exports'].set(outer, found);
      }
    } else if (/^declare (?:global|module)/.test(statement)) module.globals.push(statement);
    else {
      const [, exported, name] =
        /^(export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|function|enum) (\w+)/.exec(statement) ??
        [];
      if (name === undefined) {
        if (/^(import |export \{\};)/.test(statement)) continue;
        throw new Error(`${basename(path)}: expected a declaration, got: ${statement}`);
      }
      module.declarations.set(name, [...(module.declarations.get(name) ?? []), statement]);
      if (exported) module.exports.set(name, { name, typeOnly: false });
    }
  }
  return module;
}

/** What `tsc -b` emitted for an entry, of which its declarations are made. */
function emittedFor(types) {
  const [emitted] = Object.entries(ENTRIES).find(([, bundled]) => types === `./dist/${bundled}`) ?? [];
  if (emitted === undefined) throw new Error(`tools/declarations.mjs: expected an entry for ${types}, found none.`);
  return join(emittedIn(emitted), emitted);
}

/** Statements begin at the margin, with one of these words. */
function statementsOf(text) {
  const plain = text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/^ *(?:#private|private [^;{]*);$/gm, '')
    .replace(/^\s*\n/gm, '')
    // A union, one line a member: its comments are gone.
    .replace(/= $/gm, '=')
    .replace(/^(?:'| \| ')/gm, '    $&');
  return plain
    .split(/\n(?=(?:import|export|declare|abstract|class|const|enum|function|interface|type)\b)/)
    .map((statement) => statement.trim())
    .filter(Boolean);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { root: { type: 'string' }, out: { type: 'string' } } });
  const out = values.out ?? join(ROOT, REPORT);
  writeFileSync(out, apiReport(values.root));
  console.log(`${relative(process.cwd(), out)} is written.`);
}
