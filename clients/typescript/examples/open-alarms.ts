/** 未关闭的报警 · What is the matter now: every open alarm, page after page. */
import { Linli, Refused } from "../src/index.js";

const linli = new Linli({ url: "http://127.0.0.1:8080", community: "hml", clientId: "…", clientSecret: "…", language: "en" });
try {
  for await (const alarm of linli.pages("/alarms", { query: { state: "open" } })) {
    console.log(alarm.severity, alarm.place, alarm.sentence.en);
  }
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  console.log(refused.key, refused.message);
}

/** 替居民报修 · A repair in the name of a resident who agreed; the same `key` again is the same report. */
export async function repair(resident: Linli, place: string, key: string): Promise<string> {
  const made = await resident.post("/cases", { body: { kind: "repair.lift", place, title: "", description: "", contact: "", key } });
  return made.number;
}
