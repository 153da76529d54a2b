/** What changed from one text to another, line by line. */

export interface Line {
  kind: "same" | "out" | "in";
  text: string;
  /** Numbers of the line in the two texts, from 1; null where it is not in that one. */
  before: number | null;
  after: number | null;
}

export interface Gap {
  kind: "gap";
  count: number;
}

const split = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Return for each pair of positions how many lines the rests of the two texts have in common. */
function common(before: string[], after: string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [row, next] = [table[i]!, table[i + 1]!];
      row[j] = before[i] === after[j] ? next[j + 1]! + 1 : Math.max(next[j]!, row[j + 1]!);
    }
  }
  return table;
}

/** Return the lines of both texts in order; of what was replaced, the old before the new. */
export function lineDiff(before: string, after: string): Line[] {
  const [old, fresh] = [split(before), split(after)];
  const table = common(old, fresh);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ kind: "same", text: old[i]!, before: (i += 1), after: (j += 1) });
    } else if (i < old.length && (j === fresh.length || table[i + 1]![j]! >= table[i]![j + 1]!)) {
      lines.push({ kind: "out", text: old[i]!, before: (i += 1), after: null });
    } else {
      lines.push({ kind: "in", text: fresh[j]!, before: null, after: (j += 1) });
    }
  }
  return lines;
}

/** Leave out what is the same, but for some lines around each change; nothing where all is the same. */
export function folded(lines: Line[], around = 3): (Line | Gap)[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.kind !== "same"));
  const out: (Line | Gap)[] = [];
  lines.forEach((line, at) => {
    const last = out.at(-1);
    if (near[at]) out.push(line);
    else if (last?.kind === "gap") last.count += 1;
    else out.push({ kind: "gap", count: 1 });
  });
  return out.length === 1 && out[0]!.kind === "gap" ? [] : out;
}

/** Count the lines that went and those that came. */
export function counted(lines: Line[]): { out: number; in: number } {
  return { out: lines.filter((line) => line.kind === "out").length, in: lines.filter((line) => line.kind === "in").length };
}
