/** Deliveries in words. */

import type { Delivery, DeliveryStatus } from "../api/answers";
import type { Numbers } from "../figures/numbers";
import { en } from "../texts/deliveries.en";
import { sv, type DeliveryTexts } from "../texts/deliveries.sv";
import type { Desk } from "../view/desk.svelte";
import type { Outgoing } from "./inbox.svelte";

/** The page's own part of the catalogue, in the reader's language. */
export const textsOf = (desk: Desk): DeliveryTexts => (desk.language === "sv" ? sv : en);

/** A sign for each status, so that it is told by more than its colour. */
export const SIGNS: Record<DeliveryStatus, string> = {
  received: "…",
  held: "!",
  published: "✓",
  unchanged: "=",
  refused: "✕",
  withdrawn: "↶",
};

/** What the rows of a file became, in the order that they are told. */
export const PARTS = ["new", "changed", "unchanged", "rejected", "blank"] as const;

const UNITS = ["kB", "MB", "GB"] as const;

/** 812 B, 12 kB, 1,2 MB */
export function sizeText(bytes: number, n: Numbers): string {
  if (bytes < 1000) return `${n.whole(bytes)} B`;
  let [size, unit] = [bytes / 1000, 0];
  while (size >= 999.5 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size < 9.95 ? n.decimal(size, 1) : n.whole(size)} ${UNITS[unit]}`;
}

/** What a source is called. */
export function sourceText(id: string, desk: Desk): string {
  const source = desk.catalogue?.sources.find((one) => one.id === id);
  return source ? desk.words(source.name, source.nameEn) : id;
}

/** What the sender said of a file besides its source; empty for nothing. */
export function saidText({ said }: Delivery, t: DeliveryTexts, desk: Desk): string {
  const parts = [
    said.crs ? t.receipt.saidCrs(t.send.crsNames[said.crs] ?? `EPSG:${said.crs}`) : "",
    said.complete ? t.receipt.saidComplete : "",
    said.mapping ? t.receipt.saidMapping(said.mapping) : "",
  ].filter(Boolean);
  return desk.t.listed(parts);
}

/** How far a file has come, in words. */
export function courseText(one: Outgoing, t: DeliveryTexts, n: Numbers): string {
  if (one.problem) return one.problem.status === 422 ? t.course.refused : t.course.failed;
  if (one.isStopped) return t.course.stopped;
  if (!one.hasBegun) return t.course.queued;
  const { stage, part } = one.course;
  return part === null ? `${t.course.stages[stage]} …` : `${t.course.stages[stage]}: ${n.share(part)}`;
}

/** The source that a file's name begins with; empty when it begins with none. */
export function sourceNamed(file: string, ids: string[]): string {
  const name = file
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[\s-]+/g, "_");
  return ids.find((id) => name.startsWith(id)) ?? "";
}
