/**
 * `npm run manifest` writes custom-elements.json: what the elements of denoise-node/panel offer, for editors and
 * documentation tools. Its paths lead into src/, which the package contains.
 */
const PRIVATE = (member) => member.privacy === 'private' || member.name.startsWith('#');

/** Only what an app may use: elements that are registered, without private members or those inherited from Lit. */
const publicOnly = {
  name: 'public-only',
  packageLinkPhase({ customElementsManifest }) {
    customElementsManifest.modules = customElementsManifest.modules.filter(({ declarations }) =>
      declarations?.some(({ tagName }) => tagName),
    );
    for (const { declarations } of customElementsManifest.modules) {
      for (const declaration of declarations) {
        // What stands between an element and Lit is not for others to build on.
        if (declaration.superclass) declaration.superclass = { name: 'LitElement', package: 'lit' };
        if (declaration.members)
          declaration.members = declaration.members.filter(
            (member) => !PRIVATE(member) && !member.static && member.privacy !== 'protected',
          );
      }
    }
  },
};

export default { globs: ['src/panel/*.ts'], litelement: true, packagejson: false, plugins: [publicOnly] };
