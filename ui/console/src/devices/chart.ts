/** ECharts, only the parts that a history needs; loaded when a chart is first shown. */
import { LineChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { History } from "@linli/api";
import { token } from "@linli/tokens";
import { prettyUnit } from "@/lib/units";

use([LineChart, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export type Chart = EChartsType;
export const draw = (box: HTMLElement): Chart => init(box);

export interface Limit {
  value: number;
  label: string;
}

export interface Words {
  mean: string;
  span: string;
  time: (ms: number) => string;
  periodS: number;
  value: (value: number) => string;
  /** What 0, 1, 2 … mean where the values are states, and no amounts. */
  states?: string[];
}

type Pair = [ms: number, value: number | null];

/** Readings that come so many periods apart have others missing between them. */
const PERIODS = 3;

/** Return the line of one column, with a hole wherever readings are missing of a device that sends one each `periodS`. */
export function line(history: Pick<History, "items" | "step_s">, pick: (row: number[]) => number, periodS = 0): Pair[] {
  const out: Pair[] = [];
  const longest = Math.max(history.step_s * 1.5, PERIODS * periodS);
  let last = 0;
  for (const row of history.items) {
    const [at = 0] = row;
    if (last && at - last > longest) out.push([(last + history.step_s) * 1000, null]);
    out.push([at * 1000, pick(row as number[])]);
    last = at;
  }
  return out;
}

/** Return the nights, 22:00 to 06:00, between two instants, as pairs of milliseconds. */
export function nights(fromMs: number, toMs: number): [number, number][] {
  const out: [number, number][] = [];
  const evening = new Date(fromMs);
  evening.setHours(22, 0, 0, 0);
  evening.setDate(evening.getDate() - 1);
  for (let start = evening.getTime(); start < toMs; ) {
    const morning = new Date(start);
    morning.setDate(morning.getDate() + 1);
    morning.setHours(6);
    const [left, right] = [Math.max(start, fromMs), Math.min(morning.getTime(), toMs)];
    if (left < right) out.push([left, right]);
    const next = new Date(start);
    next.setDate(next.getDate() + 1);
    start = next.getTime();
  }
  return out;
}

function amounts(history: History, faint: object, soft: object) {
  return { type: "value", name: prettyUnit(history.unit), nameTextStyle: faint, scale: true, boundaryGap: ["8%", "12%"], axisLabel: faint, splitLine: soft };
}

function states(names: string[], faint: object, soft: object) {
  const axisLabel = { ...faint, formatter: (value: number) => names[value] ?? "", width: 72, overflow: "truncate" };
  return { type: "value", min: 0, max: Math.max(names.length - 1, 1), interval: 1, axisLabel, splitLine: soft };
}

function axes(history: History, names?: string[]) {
  const faint = { color: token("ink-faint"), fontSize: 12 };
  const soft = { lineStyle: { color: token("line-soft") } };
  return {
    grid: { left: names ? 88 : 56, right: 24, top: 36, bottom: 32 },
    xAxis: {
      type: "time",
      min: Date.parse(history.from),
      max: Date.parse(history.to),
      axisLabel: { ...faint, hideOverlap: true },
      axisLine: soft,
      splitLine: { show: false },
    },
    yAxis: names ? states(names, faint, soft) : amounts(history, faint, soft),
  };
}

function series(history: History, limits: Limit[], words: Words) {
  const colour = token("series-1");
  const base = { type: "line", showSymbol: !words.states && history.items.length < 40, symbolSize: 4, animation: false, step: words.states ? "end" : false };
  const bare = { ...base, showSymbol: false, lineStyle: { opacity: 0 }, stack: "span", silent: true };
  const warn = token("critical");
  return [
    { ...bare, data: line(history, (row) => row[1] ?? 0, words.periodS) },
    { ...bare, areaStyle: { color: colour, opacity: 0.18 }, data: line(history, (row) => (row[3] ?? 0) - (row[1] ?? 0), words.periodS) },
    {
      ...base,
      name: words.mean,
      data: line(history, (row) => (words.states ? Math.round(row[2] ?? 0) : (row[2] ?? 0)), words.periodS),
      lineStyle: { color: colour, width: 2 },
      itemStyle: { color: colour },
      markLine: {
        silent: true,
        symbol: "none",
        animation: false,
        lineStyle: { color: warn, type: "dashed", width: 1.5 },
        label: { position: "insideEndTop", color: warn, formatter: ({ name }: { name: string }) => name },
        data: limits.map((limit) => ({ yAxis: limit.value, name: limit.label })),
      },
      markArea: {
        silent: true,
        itemStyle: { color: token("night") },
        data: nights(Date.parse(history.from), Date.parse(history.to)).map(([a, b]) => [{ xAxis: a }, { xAxis: b }]),
      },
    },
  ];
}

/** Return what ECharts is to draw: mean as a line, least to greatest as a band, limits, nights. */
export function option(history: History, limits: Limit[], words: Words) {
  const rows = new Map(history.items.map((row) => [row[0] * 1000, row]));
  return {
    ...axes(history, words.states),
    textStyle: { fontFamily: token("font") },
    series: series(history, limits, words),
    tooltip: {
      trigger: "axis",
      backgroundColor: token("surface"),
      borderColor: token("line-strong"),
      textStyle: { color: token("ink"), fontSize: 14 },
      formatter: (shown: { value: Pair }[]) => {
        const row = rows.get(shown.at(-1)?.value[0] ?? 0);
        if (!row) return "";
        const [at, least, mean, most] = row;
        if (words.states) return `${words.time(at * 1000)}<br>${[...new Set([least, most])].map(words.value).join(" – ")}`;
        return `${words.time(at * 1000)}<br>${words.mean} ${words.value(mean)}<br>${words.span} ${words.value(least)} – ${words.value(most)}`;
      },
    },
  };
}
