import { describe, expect, it } from "vitest";
import { baselineSpan, monthsIn, plus, runsOf } from "../src/figures/months";
import { commonSpan, monthsOf, spanOf } from "../src/view/periods";

const covered = { from: "2016-01", to: "2025-10" };

describe("relative periods", () => {
  it.each([
    ["last12", "2024-11", "2025-10"],
    ["yearToDate", "2025-01", "2025-10"],
    ["lastTertial", "2025-05", "2025-08"],
    ["lastMonth", "2025-10", "2025-10"],
  ] as const)("%s ends where the data do", (period, from, to) => {
    expect(spanOf(period, covered)).toEqual({ from, to });
  });

  it.each([
    ["2025-12", "2025-09", "2025-12"],
    ["2025-04", "2025-01", "2025-04"],
    ["2025-03", "2024-09", "2024-12"],
    ["2025-01", "2024-09", "2024-12"],
  ])("the last tertial of data to %s is the last whole one", (to, first, last) => {
    expect(spanOf("lastTertial", { from: "2016-01", to })).toEqual({ from: first, to: last });
  });

  it("begin no earlier than the data", () => {
    expect(spanOf("last12", { from: "2025-08", to: "2025-10" })).toEqual({ from: "2025-08", to: "2025-10" });
  });
});

describe("months of one's own", () => {
  it("are cut to what is covered, turned if they stand the wrong way, and nothing if they are no months", () => {
    expect(monthsOf({ from: "2025-09", to: "2026-03" }, covered)).toEqual({ from: "2025-09", to: "2025-10" });
    expect(monthsOf({ from: "2025-03", to: "2025-01" }, covered)).toEqual({ from: "2025-01", to: "2025-03" });
    expect(monthsOf({ from: "2025-13", to: "2025-14" }, covered)).toBeNull();
    expect(monthsOf({ from: "1999-01", to: "1999-02" }, covered)).toBeNull();
  });

  it("of several sources are those that all cover", () => {
    expect(commonSpan([covered, { from: "2022-01", to: "2025-12" }])).toEqual({ from: "2022-01", to: "2025-10" });
    expect(commonSpan([covered, { from: "2026-01", to: "2026-02" }])).toBeNull();
  });
});

describe("counting with months", () => {
  it("goes over the turn of the year", () => {
    expect(plus("2025-11", 3)).toBe("2026-02");
    expect(plus("2025-01", -1)).toBe("2024-12");
    expect(monthsIn({ from: "2024-12", to: "2025-02" })).toEqual(["2024-12", "2025-01", "2025-02"]);
  });

  it("finds the months compared with", () => {
    const span = { from: "2025-01", to: "2025-04" };
    expect(baselineSpan(span, "previous")).toEqual({ from: "2024-09", to: "2024-12" });
    expect(baselineSpan(span, "same-period-last-year")).toEqual({ from: "2024-01", to: "2024-04" });
    expect(baselineSpan(span, "2019-01..2019-12")).toEqual({ from: "2019-01", to: "2019-12" });
    expect(baselineSpan(span, "none")).toBeNull();
  });

  it("joins months without holes", () => {
    expect(runsOf(["2021-08", "2020-03", "2021-07"])).toEqual([
      { from: "2020-03", to: "2020-03" },
      { from: "2021-07", to: "2021-08" },
    ]);
  });
});
