import { expect, test } from "vitest";
import { isReleased, nearestReleased, presetsOf } from "../src/view/released";
import { source } from "./made";

const covered = { from: "2016-01", to: "2025-11" };
const of = (level: "stadsdelsomrade" | "stadsdel" | "basomrade", hasKinds = false, isPublic = false) => ({
  level,
  sources: [source("brander", { public: isPublic })],
  hasKinds,
});

test("what is released of an area hangs on its level", () => {
  const [month, quarter, year] = [
    { from: "2025-05", to: "2025-05" },
    { from: "2025-04", to: "2025-06" },
    { from: "2024-01", to: "2024-12" },
  ];
  const seen = (asked: ReturnType<typeof of>): boolean[] => [month, quarter, year].map((span) => isReleased(span, asked));
  expect(seen(of("stadsdelsomrade"))).toEqual([true, true, true]);
  expect(seen(of("stadsdel"))).toEqual([false, true, true]);
  expect(seen(of("stadsdel", true))).toEqual([false, false, true]);
  expect(seen(of("basomrade"))).toEqual([false, false, true]);
  expect(seen(of("stadsdel", false, true))).toEqual([true, true, true]);
});

test("presets that anyone may see stand first, and staff has its own", () => {
  expect(presetsOf("public", covered, of("basomrade"))[0]).toBe("lastYear");
  expect(presetsOf("public", covered, of("stadsdel")).slice(0, 2)).toEqual(["lastYear", "lastQuarter"]);
  expect(presetsOf("public", covered, of("stadsdel"))).toHaveLength(6);
  expect(presetsOf("public", covered, of("stadsdelsomrade"))).toEqual(presetsOf("staff", covered, of("basomrade")));
});

test("a preset that is not released becomes the nearest that is", () => {
  expect(nearestReleased("last12", covered, of("basomrade"))).toBe("lastYear");
  expect(nearestReleased("lastMonth", covered, of("stadsdel"))).toBe("lastQuarter");
  expect(nearestReleased("lastMonth", covered, of("basomrade"))).toBe("lastYear");
  expect(nearestReleased("last12", { from: "2016-01", to: "2025-12" }, of("basomrade"))).toBe("last12");
  expect(nearestReleased("lastMonth", { from: "2025-03", to: "2025-04" }, of("basomrade"))).toBe("lastMonth");
});
