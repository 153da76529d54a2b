/** What a coupon is worth, in words. */
import type { ParkingCoupon } from "@linli/api";
import { yuan } from "@/lib/money";
import { t } from "@/use/language";

export function worth({ kind, amount }: Pick<ParkingCoupon, "kind" | "amount">): string {
  if (kind === "fen") return t("coupons.worth.fen", { yuan: yuan(amount) });
  return kind === "percent" ? t("coupons.worth.percent", { n: amount }) : t("coupons.worth.minutes", { n: amount });
}
