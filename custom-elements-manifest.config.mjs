/**
 * `npm run manifest` writes custom-elements.json: what the elements of denoise-node/panel have, for editors and
 * documentation tools. Its paths lead into src/, which is part of the package.
 */
const PRIVATE = (member) => member.privacy === 'private' || member.name.startsWith('#');

/** Only what an app may use: no private members, and none that an element inherits from Lit. */
const publicOnly = {
  name: 'public-only',
  packageLinkPhase({ customElementsManifest }) {
    customElementsManifest.modules = customElementsManifest.modules.filter(({ declarations }) =>
      declarations?.some(({ customElement }) => customElement),
    );
    for (const { declarations } of customElementsManifest.modules) {
      for (const declaration of declarations) {
        if (declaration.members)
          declaration.members = declaration.members.filter(
            (member) => !PRIVATE(member) && !member.static && member.privacy !== 'protected',
          );
      }
    }
  },
};

export default { globs: ['src/panel/*.ts'], litelement: true, packagejson: false, plugins: [publicOnly] };
