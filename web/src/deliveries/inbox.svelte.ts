/** The steward's inbox while the page is open: the key, what is being sent, what has come, and the receipt that is read. */

import { ask, Problem, queryOf } from "../api/client";
import type { Deliveries, Delivery, DeliveryStatus, Rejected } from "../api/answers";
import type { Me, Role } from "../api/me";
import { saveFile } from "../view/files";
import { send, type Course } from "./sending";

/** What the page may show: nothing is known yet, a key is needed even to look, nobody delivers here, or the list. */
export type Access = "asking" | "key" | "closed" | "open";

/** What a sender says of a file. */
export interface How {
  source: string;
  crs: string;
  complete: boolean;
}

export type RejectedFormat = "csv" | "original";

/** Which deliveries are listed. */
export interface Listing {
  source: string;
  status: string;
  most: number;
}

const KEPT = "trygghetskarta.key";
const ADDRESS = "/v1/deliveries";
const BEGINNING: Course = { stage: "sending", part: 0 };

/** A file on its way in. */
export class Outgoing {
  course = $state.raw<Course>(BEGINNING);
  delivery = $state.raw<Delivery | null>(null);
  problem = $state.raw<Problem | null>(null);
  isStopped = $state(false);
  hasBegun = $state(false);
  private readonly stopping = new AbortController();

  constructor(
    readonly file: File,
    readonly how: How,
  ) {}

  get isDone(): boolean {
    return this.delivery !== null || this.problem !== null || this.isStopped;
  }

  /** Send it; it never throws, what went wrong stands in `problem`. */
  async go(key: string): Promise<void> {
    const { source, crs, complete } = this.how;
    this.hasBegun = true;
    const address = `${ADDRESS}?${queryOf({ source, crs, complete: complete ? "true" : "" })}`;
    try {
      if (this.stopping.signal.aborted) throw new DOMException("called off", "AbortError");
      this.delivery = await send<Delivery>({ address, key, file: this.file, signal: this.stopping.signal }, (course) => {
        this.course = course;
      });
    } catch (error) {
      if (error instanceof Problem) this.problem = error;
      else this.isStopped = true;
    }
  }

  /** Call it off, while not all of it has been sent. */
  stop(): void {
    this.stopping.abort();
    if (!this.hasBegun) this.isStopped = true;
  }
}

export class Inbox {
  key = $state(keptKey());
  access = $state<Access>("asking");
  isWrongKey = $state(false);
  listed = $state.raw<Deliveries | null>(null);
  /** How many wait for approval, of all. */
  held = $state(0);
  receipt = $state.raw<Delivery | null>(null);
  /** Why what was last done did not come about, why there is no list, and why there is no receipt. */
  problem = $state.raw<Problem | null>(null);
  unlisted = $state.raw<Problem | null>(null);
  unread = $state.raw<Problem | null>(null);
  outgoing = $state.raw<Outgoing[]>([]);
  /** How far an approval has come, and of which delivery. */
  approving = $state.raw<{ delivery: number; course: Course } | null>(null);
  private listing: Listing = { source: "", status: "", most: 20 };
  private wanted = 0;

  /** Whether a file is on its way: the page should not be closed now. */
  get isSending(): boolean {
    return this.outgoing.some((one) => one.hasBegun && !one.isDone);
  }

  /**
   * @param published Told when figures may have changed.
   * @param me Who is signed in.
   */
  constructor(
    private readonly published: () => void,
    private readonly me: () => Me | null,
  ) {}

  /** Whether anyone is signed in; whoever is needs no key, and is asked for none. */
  get isSignedIn(): boolean {
    return (this.me()?.name ?? null) !== null;
  }

  /** What whoever is here may do: by their roles, or by the key that is shown, of which the service knows what it is good for. */
  get sends(): boolean {
    return this.key !== "" || this.has("ingest");
  }
  get approves(): boolean {
    return this.key !== "" || this.has("admin");
  }
  get readsRows(): boolean {
    return this.key !== "" || !this.isSignedIn || this.has("ingest") || this.has("analyst");
  }

  /** The sources that may be handed in; null where only the service knows. */
  get sources(): string[] | null {
    return this.key === "" && this.isSignedIn ? (this.me()?.sources ?? []) : null;
  }

  private has(role: Role): boolean {
    return this.me()?.roles.includes(role) ?? false;
  }

  /** Take the key that stands after # in an address, as the demo writes it; it is never sent to a server from there. */
  takeKeyFromAddress(): void {
    const found = new URLSearchParams(location.hash.slice(1)).get("key");
    if (!found) return;
    history.replaceState(null, "", location.pathname + location.search);
    this.keep(found);
  }

  /** List deliveries, and count those that wait. */
  async list(listing = this.listing): Promise<void> {
    this.listing = listing;
    const { source, status, most } = listing;
    await this.tried("unlisted", async () => {
      const [listed, held] = await Promise.all([
        this.asked<Deliveries>(`${ADDRESS}?${queryOf({ source, status, limit: String(most) })}`),
        this.asked<Deliveries>(`${ADDRESS}?status=held&limit=1`),
      ]);
      if (listing !== this.listing) return;
      [this.listed, this.held, this.access] = [listed, held.total, "open"];
    });
  }

  /** Show a key to the service, and keep it if it is the one. */
  async showKey(key: string): Promise<void> {
    this.isWrongKey = false;
    try {
      await ask(`${ADDRESS}?limit=1`, undefined, { headers: { "X-API-Key": key } });
      this.keep(key);
      await this.list();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) this.isWrongKey = true;
      else this.problem = error;
    }
  }

  async forgetKey(): Promise<void> {
    this.keep("");
    [this.listed, this.receipt, this.access] = [null, null, "asking"];
    await this.list();
  }

  /** Open the receipt of a delivery; 0 closes it. */
  async read(delivery: number): Promise<void> {
    this.wanted = delivery;
    if (this.receipt?.delivery !== delivery) [this.receipt, this.problem] = [null, null];
    if (!delivery) return;
    await this.tried("unread", async () => {
      const found = await this.asked<Delivery>(`${ADDRESS}/${delivery}`);
      if (this.wanted === delivery) this.receipt = found;
    });
  }

  /**
   * Send files, one after the other.
   *
   * @returns The delivery of the last of them that came in, or null.
   */
  async send(files: File[], how: How): Promise<Delivery | null> {
    const mine = files.map((file) => new Outgoing(file, how));
    const isFirst = !this.outgoing.some((one) => !one.isDone);
    this.outgoing = [...this.outgoing, ...mine];
    // Those that are sent already go on until there are none left, and take these too.
    if (!isFirst) return null;
    let last: Delivery | null = null;
    for (let next = this.next(); next; next = this.next()) {
      await next.go(this.key);
      if (next.problem?.status === 401) await this.forgetKey();
      if (next.delivery) {
        last = next.delivery;
        if (last.status === "published") this.published();
      }
      await this.list();
    }
    return last;
  }

  /** Take what is done off the list of what is sent. */
  clear(): void {
    this.outgoing = this.outgoing.filter((one) => !one.isDone);
  }

  /** Publish a delivery that waits. */
  async approve(delivery: number): Promise<boolean> {
    const order = { address: `${ADDRESS}/${delivery}/approve`, key: this.key, file: null, signal: new AbortController().signal };
    this.approving = { delivery, course: { stage: "reading", part: null } };
    this.problem = null;
    const found = await this.tried("problem", () => send<Delivery>(order, (course) => (this.approving = { delivery, course })));
    this.approving = null;
    return this.changed(delivery, found);
  }

  /** Close a delivery that waits, or take one back that is published. */
  async withdraw(delivery: number): Promise<boolean> {
    return this.changed(delivery, await this.tried("problem", () => this.asked<Delivery>(`${ADDRESS}/${delivery}/withdraw`, "POST")));
  }

  /** Some of the rejected rows of a delivery. */
  rejected(delivery: number, offset: number, limit: number): Promise<Rejected> {
    return this.asked<Rejected>(`${ADDRESS}/${delivery}/rejected?${queryOf({ limit: String(limit), offset: String(offset) })}`);
  }

  /** Hand over all rejected rows as a file. */
  async save(delivery: number, format: RejectedFormat): Promise<void> {
    await this.tried("problem", async () => {
      const response = await fetch(`${ADDRESS}/${delivery}/rejected?format=${format}`, { headers: this.headers() });
      if (!response.ok) throw new Problem(response.status, "Filen gick inte att hämta.", "The file could not be fetched.");
      const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
      saveFile(await response.blob(), name ?? `avvisade-${delivery}.csv`);
    });
  }

  private next(): Outgoing | undefined {
    return this.outgoing.find((one) => !one.isDone && !one.hasBegun);
  }

  private async changed(delivery: number, found: Delivery | null): Promise<boolean> {
    if (found) this.published();
    await Promise.all([this.list(), this.wanted === delivery ? this.read(delivery) : null]);
    return found !== null;
  }

  /** Do something; what goes wrong is told on the page, and a key that is no longer the one is forgotten. */
  private async tried<T>(what: "problem" | "unlisted" | "unread", work: () => Promise<T>): Promise<T | null> {
    try {
      const found = await work();
      this[what] = null;
      return found;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401 && this.key) {
        this.isWrongKey = true;
        await this.forgetKey();
      } else if (error.status === 401) this.access = "key";
      else {
        if (error.status === 403 && this.access === "asking") this.access = "closed";
        this[what] = error;
      }
      return null;
    }
  }

  private asked<T>(address: string, method = "GET"): Promise<T> {
    return ask<T>(address, undefined, { method, headers: this.headers() });
  }

  private headers(): Record<string, string> {
    return this.key ? { "X-API-Key": this.key } : {};
  }

  private keep(key: string): void {
    this.key = key;
    try {
      if (key) sessionStorage.setItem(KEPT, key);
      else sessionStorage.removeItem(KEPT);
    } catch {
      // A browser may forbid it; the key holds until the page is closed.
    }
  }
}

let only: Inbox | null = null;

/** The one inbox, which goes on with its work when another view is shown. */
export const theInbox = (published: () => void, me: () => Me | null): Inbox => (only ??= new Inbox(published, me));

function keptKey(): string {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** Tell whether a delivery is one that can be taken back. */
export const canBeWithdrawn = (status: DeliveryStatus): boolean => status === "published" || status === "unchanged";
