/**
 * Rules of purl types that our parser applies on top of the library's. Source: package-url/purl-spec, types/*-definition.json
 * and the tests beside them.
 */

/** What a type asks of its parts. Lower-casing and the library's own checks come first. */
export interface PurlTypeRule {
  readonly namespace?: "required" | "prohibited";
  readonly lowerCase?: readonly ("namespace" | "name" | "version")[];
  readonly name?: RegExp;
  readonly versionForm?: RegExp;
  /** Qualifiers without which the purl means nothing. */
  readonly qualifiers?: readonly string[];
  /** Where the namespace ends; by default before the last segment. */
  readonly namespaceSegments?: 1;
}

/** Rule of each type that has one. */
export const purlTypeRules: Readonly<Record<string, PurlTypeRule>> = {
  brew: { lowerCase: ["namespace", "name"] },
  "chrome-extension": { namespace: "prohibited", name: /^[a-p]{32}$/, versionForm: /^[0-9]+(?:\.[0-9]+){0,3}$/ },
  // A module (`URI::PackageURL`) is not a distribution (`URI-PackageURL`).
  cpan: { name: /^[^:]+$/ },
  git: { lowerCase: ["namespace", "name"], namespaceSegments: 1 },
  julia: { qualifiers: ["uuid"] },
  otp: { namespace: "prohibited" },
  vcpkg: { namespace: "prohibited" },
  "vscode-extension": { namespace: "required" },
};
