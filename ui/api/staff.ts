/** What members of staff tell of themselves. */
import { body } from "./answer";
import { client } from "./client";

export const staff = {
  /** Where one is, on duty; kept until one is off duty for a while, and forgotten. */
  tellPosition: (community: string, spot: { longitude_deg: number; latitude_deg: number }) =>
    body<unknown>(client.PUT("/{community}/me/position", { params: { path: { community } }, body: spot })),
};
