/** A bounded map that forgets what was used least recently. */
export interface LeastRecentMap<Key, Value> {
  get(key: Key): Value | undefined;
  /** Takes the value in, if need be in place of others; one heavier than the whole map is not kept. */
  set(key: Key, value: Value): void;
  clear(): void;
}

/** A map whose values weigh at most `weightMax` together. Rests on `Map` keeping the order of insertion. */
export function createLeastRecentMap<Key, Value>(
  weightMax: number,
  weigh: (value: Value) => number = () => 1,
): LeastRecentMap<Key, Value> {
  const entries = new Map<Key, Value>();
  let weight = 0;
  const remove = (key: Key, value: Value): void => {
    entries.delete(key);
    weight -= weigh(value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key, value) {
      const known = entries.get(key);
      if (known !== undefined) {
        remove(key, known);
      }
      entries.set(key, value);
      weight += weigh(value);
      for (const [oldest, oldestValue] of entries) {
        if (weight <= weightMax) {
          break;
        }
        remove(oldest, oldestValue);
      }
    },
    clear() {
      entries.clear();
      weight = 0;
    },
  };
}
