/** What must not compile, and what must: checked by `npm run types`, never run. */
import { Linli, type Item } from "../src/index.js";

declare const linli: Linli;

export async function checked(): Promise<string> {
  const own = await linli.get("/third-parties/own");
  const left: number = own.calls_left;
  const hook = await linli.post("/webhooks", { body: { url: "https://lifts.example/hook", topics: ["AlarmOpened"] } });
  await linli.delete("/webhooks/{webhook}", { path: { webhook: hook.id } });
  const alarm: Item<"/alarms"> | undefined = (await linli.get("/alarms")).items[0];
  // @ts-expect-error there is no such door
  await linli.get("/nothing");
  // @ts-expect-error the hole is not filled
  await linli.delete("/webhooks/{webhook}", {});
  // @ts-expect-error a number is no list of topics
  await linli.post("/webhooks", { body: { url: "https://lifts.example/hook", topics: 7 } });
  // @ts-expect-error a secret is told of no webhook but the one that was made
  const no = (await linli.get("/webhooks")).items[0]?.secret;
  return `${left} ${alarm?.sentence.zh} ${no}`;
}
