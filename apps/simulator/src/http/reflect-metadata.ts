/**
 * The three functions of the decorator metadata proposal that `@peculiar/x509` (through tsyringe) expects to find on
 * `Reflect`. Import before it. Only metadata of the target itself is kept, which is all it asks for.
 */

type Metadata = Map<string | symbol, unknown>;

const metadataByTarget = new WeakMap<object, Metadata>();

function getOwn(key: string | symbol, target: object): unknown {
  return metadataByTarget.get(target)?.get(key);
}

function define(key: string | symbol, value: unknown, target: object): void {
  const metadata: Metadata = metadataByTarget.get(target) ?? new Map<string | symbol, unknown>();
  metadata.set(key, value);
  metadataByTarget.set(target, metadata);
}

if (!("getMetadata" in Reflect)) {
  Object.assign(Reflect, { getMetadata: getOwn, getOwnMetadata: getOwn, defineMetadata: define });
}
