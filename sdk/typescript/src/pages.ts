/** Lists, page after page. */
import { ok } from "./problems.js";

interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/**
 * Every item of a list, asking for pages as they are needed:
 *
 *     for await (const clue of items((cursor) => heli.GET("/v1/clues", { params: { query: { cursor } } }))) …
 */
export async function* items<Item>(
  read: (cursor: string | undefined) => Promise<{ data?: Page<Item>; error?: unknown; response: Response }>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const page: Page<Item> = await ok(read(cursor));
    yield* page.items;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
