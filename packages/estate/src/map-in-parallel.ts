/** Does all, at most `atOnce` at a time; outcomes in the order of the items. The first failure is thrown on. */
export async function mapInParallel<Item, Outcome>(
  items: readonly Item[],
  atOnce: number,
  convert: (item: Item) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    outcomes.push(...(await Promise.all(items.slice(start, start + atOnce).map(convert))));
  }
  return outcomes;
}
