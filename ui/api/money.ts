/** One's own wallet, and what finance sees: every amount is a whole number of fen. */
import { body, intention, narrowed, onwards, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type MyWallet = S["MyWallet"];
export type WalletLine = S["WalletLine"];
export type MoneyOrder = S["OrderOut"];
export type PayBegun = S["PayBegun"];
export type FinanceSum = S["FinanceOut"];
export type LedgerAccount = S["LedgerAccountOut"];
export type MoneyRefund = S["RefundOut"];
export type StrayPayment = S["StrayPayment"];
export type ReconciledDay = S["ReconciledDay"];
export type MoneyDifference = S["DifferenceOut"];
export type IncomeLine = S["IncomeLine"];
export type OpenOrder = S["OpenToAll"];
export type WalletFound = S["WalletFound"];
export type PaidOut = S["PayOutAsked"];
export type PaymentProvider = S["PaymentProviderOut"];
export type PaymentProviderWish = S["PaymentProviderIn"];
export type Merchant = S["MerchantOut"];
export type MerchantWish = S["MerchantIn"];
export type Terminal = S["TerminalOut"];
export type Merchants = S["Merchants"];

const within = (community: string) => ({ path: { community } });

/** What somebody does with his own wallet. */
export const myMoney = {
  wallet: (community: string) => body<MyWallet>(client.GET("/{community}/my/wallet", { params: within(community) })),
  lines: (community: string, cursor?: number) =>
    body<Page<WalletLine>>(client.GET("/{community}/my/wallet/lines", { params: { ...within(community), query: narrowed({ cursor, limit: 20 }) } })),
  orders: (community: string, state: "" | "open" | "paid", cursor?: number) =>
    body<Page<MoneyOrder>>(client.GET("/{community}/my/orders", { params: { ...within(community), query: narrowed({ state, cursor, limit: 20 }) } })),
  order: (community: string, number: string) =>
    body<MoneyOrder>(client.GET("/{community}/my/orders/{number}", { params: { path: { community, number } } })),
  topUp: (community: string, fen: number, provider: string, back: string) =>
    body<PayBegun>(client.POST("/{community}/my/wallet/top-ups", { params: within(community), body: { fen, provider, back } })),
  pay: (community: string, number: string, way: string, back: string) =>
    body<PayBegun>(client.POST("/{community}/my/orders/{number}/pay", { params: { path: { community, number } }, body: { way, back } })),
};

/** Paying an order as whoever knows its number, with or without an account. */
export const openOrder = {
  show: (community: string, number: string) =>
    body<OpenOrder>(client.GET("/{community}/pay/{number}", { params: { path: { community, number } } })),
  payAt: (community: string, number: string, way: string, back: string) =>
    body<S["PayAt"]>(client.POST("/{community}/pay/{number}", { params: { path: { community, number } }, body: { way, back } })),
};

/** Money over the counter; `key` makes one intention one payment, however often it is sent. */
export const cashDesk = {
  wallets: (community: string, q: string) =>
    body<{ items: WalletFound[] }>(client.GET("/{community}/finance/wallets", { params: { ...within(community), query: { q } } })),
  take: (community: string, order: number) =>
    body<MoneyOrder>(client.POST("/{community}/finance/orders/{order}/cash", { params: { path: { community, order } } })),
  code: (community: string, order: number) =>
    body<S["PayCode"]>(client.GET("/{community}/finance/orders/{order}/code", { params: { path: { community, order } } })),
  payIn: (community: string, subject: string, fen: number, key: string) =>
    body<MoneyOrder>(client.POST("/{community}/finance/paid-in", { params: within(community), body: { subject, fen, key } })),
  payOut: (community: string, wish: S["PayOutIn"]) =>
    body<PaidOut>(client.POST("/{community}/finance/paid-out", { params: within(community), body: wish })),
};

/** By whom one can pay, who takes the card, and at which devices. */
export const takers = {
  providers: (community: string) =>
    whole((cursor) => body<S["PaymentProviders"]>(client.GET("/{community}/finance/providers", { params: onwards(community, cursor) }))),
  addProvider: (community: string, wish: PaymentProviderWish) =>
    body<S["PaymentProviderOpened"]>(client.POST("/{community}/finance/providers", { params: within(community), body: wish })),
  changeProvider: (community: string, code: string, wish: S["PaymentProviderChange"]) =>
    body<PaymentProvider>(client.PATCH("/{community}/finance/providers/{code}", { params: { path: { community, code } }, body: wish })),
  /** Another address, or another key (empty: it is made there), waits for a second person. */
  askLine: (community: string, code: string, wish: S["PaymentLineIn"]) =>
    body<S["PaymentLineAsked"]>(client.POST("/{community}/finance/providers/{code}/line", { params: { path: { community, code } }, body: wish })),
  takeTerminal: (community: string, device: string) =>
    body(client.DELETE("/{community}/finance/terminals/{device}", { params: { path: { community, device } } })),
  merchants: (community: string) => whole<Merchants>((cursor) => body<Merchants>(client.GET("/{community}/finance/merchants", { params: onwards(community, cursor) })), ["items", "terminals"]),
  putMerchant: (community: string, code: string, wish: MerchantWish) =>
    body<Merchant>(client.PUT("/{community}/finance/merchants/{code}", { params: { path: { community, code } }, body: wish })),
  putTerminal: (community: string, device: string, wish: S["TerminalIn"]) =>
    body<Terminal>(client.PUT("/{community}/finance/terminals/{device}", { params: { path: { community, device } }, body: wish })),
};

/** What finance sees and does. */
export const finance = {
  sum: (community: string) => body<FinanceSum>(client.GET("/{community}/finance", { params: within(community) })),
  accounts: (community: string, family: string, cursor?: string) =>
    body<Page<LedgerAccount>>(client.GET("/{community}/finance/accounts", { params: { ...within(community), query: narrowed({ family, cursor, limit: 100 }) } })),
  lines: (community: string, code: string, cursor?: number) =>
    body<Page<WalletLine>>(
      client.GET("/{community}/finance/accounts/{code}/lines", { params: { path: { community, code }, query: narrowed({ cursor, limit: 20 }) } }),
    ),
  orders: (community: string, query: { state?: string; kind?: string; number?: string; cursor?: number }) =>
    body<Page<MoneyOrder>>(client.GET("/{community}/finance/orders", { params: { ...within(community), query: narrowed({ ...query, limit: 20 }) } })),
  refund: (community: string, order: number, fen: number, reason: string, key = intention()) =>
    body<S["RefundAsked"]>(client.POST("/{community}/finance/orders/{order}/refund", { params: { path: { community, order } }, body: { fen, reason, key } })),
  refunds: (community: string, cursor?: number) =>
    body<Page<MoneyRefund>>(client.GET("/{community}/finance/refunds", { params: { ...within(community), query: narrowed({ cursor, limit: 20 }) } })),
  again: (community: string, refund: number) =>
    body<MoneyRefund>(client.POST("/{community}/finance/refunds/{refund}/again", { params: { path: { community, refund } } })),
  astray: (community: string, cursor?: number) =>
    body<Page<StrayPayment>>(client.GET("/{community}/finance/astray", { params: { ...within(community), query: narrowed({ cursor, limit: 20 }) } })),
  sendBack: (community: string, payment: number, reason: string) =>
    body<MoneyRefund>(client.POST("/{community}/finance/astray/{payment}/return", { params: { path: { community, payment } }, body: { reason } })),
  days: (community: string, cursor?: number) =>
    body<Page<ReconciledDay>>(client.GET("/{community}/finance/days", { params: { ...within(community), query: narrowed({ cursor, limit: 10 }) } })),
  dayAgain: (community: string, day: number) =>
    body<ReconciledDay>(client.POST("/{community}/finance/days/{day}/again", { params: { path: { community, day } } })),
  differences: (community: string, cursor?: number) =>
    body<Page<MoneyDifference>>(client.GET("/{community}/finance/differences", { params: { ...within(community), query: narrowed({ cursor, limit: 20 }) } })),
  settle: (community: string, difference: number, reason: string) =>
    body<MoneyDifference>(client.POST("/{community}/finance/differences/{difference}/settle", { params: { path: { community, difference } }, body: { reason } })),
  income: (community: string, start: string, end: string) =>
    body<Page<IncomeLine>>(client.GET("/{community}/finance/income", { params: { ...within(community), query: { start, end } } })),
  incomeList: (community: string, start: string, end: string) =>
    body<Blob>(client.POST("/{community}/finance/income.csv", { params: { ...within(community), query: { start, end } }, parseAs: "blob" })),
};
