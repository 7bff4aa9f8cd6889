/**
 * Places where packages are recorded that no cataloger of ours reads. An image that has them is never called complete:
 * what we do not look at must not count as absent. A cataloger that learns one of these removes its line.
 */

/** How to tell one by its path: exact paths, or the end of a path. */
export interface NotCatalogedArtefact {
  readonly artefact: string;
  readonly paths?: readonly string[];
  readonly ends?: readonly string[];
}

const rpmFolders = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];
const rpmFiles = ["Packages", "Packages.db", "rpmdb.sqlite"];

export const notCatalogedArtefacts: readonly NotCatalogedArtefact[] = [
  {
    artefact: "RPM packages",
    paths: [
      ...rpmFolders.flatMap((folder) => rpmFiles.map((file) => `${folder}/${file}`)),
      "var/lib/rpmmanifest/container-manifest-1",
      "var/lib/rpmmanifest/container-manifest-2",
    ],
  },
  { artefact: "chiselled Ubuntu slices", paths: ["var/lib/chisel/manifest.wall"] },
  { artefact: "opkg packages", paths: ["usr/lib/opkg/status", "var/lib/opkg/status", "lib/opkg/status"] },
  { artefact: "pacman packages", paths: ["var/lib/pacman/local/ALPM_DB_VERSION"] },
  { artefact: "Java archives", ends: [".jar", ".war", ".ear"] },
  { artefact: ".NET dependency lists", ends: [".deps.json"] },
  { artefact: "PHP Composer packages", ends: ["/vendor/composer/installed.json"] },
  { artefact: "Ruby gems", ends: [".gemspec"] },
  { artefact: "Python egg archives", ends: [".egg"] },
];
