/** The image's processes start as root. Sources: CIS Docker Benchmark 4.1; OCI image-spec 1.1, config.md `User`. */
import type { CheckedImage, ConfigurationCheck } from "./check.ts";
import { findHistoryPlace } from "./check.ts";

/** The uid a `User` means: a number, a name of the image's passwd, root where nothing is said; `undefined` for a name nobody has. */
function resolveUid(user: string, { view }: CheckedImage): number | undefined {
  const name = user.split(":", 1)[0] ?? "";
  if (name === "") {
    return 0;
  }
  const passwd = view.filesAt("etc/passwd").find(({ facts }) => facts.system?.kind === "passwd")?.facts.system;
  const listed = passwd?.kind === "passwd" ? passwd.users.find((one) => one.name === name)?.uid : undefined;
  if (listed !== undefined) {
    return listed;
  }
  if (/^\d+$/.test(name)) {
    return Number(name);
  }
  // Without passwd the runtime knows no names, except that everybody means uid 0 by this one.
  return name === "root" ? 0 : undefined;
}

/** Finds images that run as uid 0 unless the workload says otherwise. */
export const rootUserCheck: ConfigurationCheck = {
  id: "image-user-root",
  check(image) {
    const { user } = image.configuration;
    if (resolveUid(user, image) !== 0) {
      return [];
    }
    const said = user === "" ? "names no user" : `names the user ${JSON.stringify(user)}`;
    return [
      {
        check: rootUserCheck.id,
        title: "The image runs as root",
        severity: "medium",
        detail: `The configuration ${said}, which is uid 0 in this image.`,
        ...findHistoryPlace(image, /(?:^|\)\s+)USER\s/),
        remediation: "Add a user when the image is built and name it, or its uid, with USER.",
        references: ["CIS-DI-0001"],
      },
    ];
  },
};
