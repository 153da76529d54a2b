import { expect, it } from "vitest";
import { usePages } from "@/use/pages";

/** A list of five, two a page, whose answers come when the test lets them. */
function listed() {
  const waiting: (() => void)[] = [];
  const read = (cursor?: number) =>
    new Promise<{ items: number[]; next: number | null }>((come) => {
      const from = cursor ?? 0;
      waiting.push(() => come({ items: [0, 1, 2, 3, 4].slice(from, from + 2), next: from + 2 < 5 ? from + 2 : null }));
    });
  const list = usePages<number, number>(read as never);
  const answered = async (asked: Promise<void>) => {
    waiting.splice(0).forEach((come) => come());
    await asked;
  };
  return { list, waiting, answered };
}

it("is read anew while it shows its first page", async () => {
  const { list, waiting, answered } = listed();
  await answered(list.load());

  const asked = list.refresh();

  expect(waiting).toHaveLength(1);
  await answered(asked);
  expect(list.items.value).toEqual([0, 1]);
});

it("is given the page that was asked for, whatever moves meanwhile", async () => {
  const { list, waiting, answered } = listed();
  await answered(list.load());

  const asked = list.more();
  await list.refresh();

  expect(waiting).toHaveLength(1);
  await answered(asked);
  expect(list.items.value).toEqual([0, 1, 2, 3]);
});

it("keeps what more was asked for, until it is loaded from its beginning", async () => {
  const { list, waiting, answered } = listed();
  await answered(list.load());
  await answered(list.more());

  await list.refresh();
  expect(waiting).toHaveLength(0);

  await answered(list.load());
  expect(list.items.value).toEqual([0, 1]);
});
